/**
 * The window's end of a session's pipe. What the screen does not keep up with is acknowledged only when it is drawn, so little is ever
 * on the way: that keeps an echo at tens of milliseconds under a flood (a terminal without it is seconds behind).
 */
import type { Bridge } from '../../preload/contract.ts'

/** The same number as `pipeHighWaterBytes` in the contract, of which the window imports only types. */
const highWaterBytes = 128 * 1024
/** Input is sent in pieces, so that a long paste can be acknowledged while it is on its way. */
const pieceBytes = 16 * 1024

/**
 * What may wait to be drawn while the next is already asked for. Without it the screen stands still for each way over the border and back;
 * with more, an echo waits behind it (256 KB in all are about 30 ms).
 */
const aheadBytes = 128 * 1024

/** What draws a session's output. `drawn` is called once per `write`, when the bytes are worked off. */
export interface Screen {
  write(bytes: Uint8Array, drawn: () => void): void
  /** Nothing more will come. */
  ended(): void
}

export interface JoinedPipe {
  /** Sends what was typed; waits inside while the other side has not taken enough. */
  send(bytes: Uint8Array<ArrayBuffer>): void
  leave(): void
}

/** Joins a session's pipe and says hello, upon which main sends what it kept. */
export function joinPipe(bridge: Pick<Bridge, 'openPipe'>, pipe: string, screen: Screen): JoinedPipe {
  const typed: Uint8Array<ArrayBuffer>[] = []
  let onTheWay = 0
  /** Given to the screen and not drawn yet. */
  let waitingBytes = 0
  /** Not acknowledged yet. */
  let owedBytes = 0
  let isAcknowledging = false
  let over = false

  // Acknowledgements of one turn go as one frame: a flood of small writes must not become a flood of frames.
  const acknowledgeSoon = () => {
    if (isAcknowledging) return
    isAcknowledging = true
    queueMicrotask(() => {
      isAcknowledging = false
      const count = owedBytes
      owedBytes = 0
      if (!over && count > 0) joined.send({ kind: 'taken', pipe, count })
    })
  }
  const flush = () => {
    if (over) return
    while (onTheWay < highWaterBytes) {
      const bytes = typed.shift()
      if (!bytes) return
      onTheWay += bytes.byteLength
      joined.send({ kind: 'data', pipe, bytes })
    }
  }

  const joined = bridge.openPipe(pipe, (frame) => {
    switch (frame.kind) {
      case 'data': {
        const count = frame.bytes.byteLength
        waitingBytes += count
        owedBytes += count
        if (waitingBytes <= aheadBytes) acknowledgeSoon()
        screen.write(frame.bytes, () => {
          waitingBytes -= count
          if (waitingBytes <= aheadBytes) acknowledgeSoon()
        })
        return
      }
      case 'taken':
        onTheWay = Math.max(0, onTheWay - frame.count)
        flush()
        return
      case 'end':
        over = true
        typed.length = 0
        screen.ended()
    }
  })
  joined.send({ kind: 'taken', pipe, count: 0 })

  return {
    send(bytes) {
      // Copies, because a view would carry its whole buffer over the border.
      for (let from = 0; from < bytes.byteLength; from += pieceBytes) typed.push(bytes.slice(from, from + pieceBytes))
      flush()
    },
    leave() {
      over = true
      joined.leave()
    },
  }
}
