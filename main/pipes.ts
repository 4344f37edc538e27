/**
 * The app's side of every pipe: keeps order, holds what a window has not joined for yet, and lets each side send only as much as the
 * other has worked off (pipeHighWaterBytes), so that a flood in a terminal never delays what is typed.
 */
import { PipeFrame } from '../preload/contract.ts'
import type { PipeEnd } from './ports.ts'
import { createIncoming, type Incoming } from './pipeIncoming.ts'
import { createOutgoing, type Outgoing } from './pipeOutgoing.ts'

export interface Pipes {
  /** Throws when a pipe of this id is open already. */
  open(id: string): PipeEnd
  /** A frame from the window, hostile until parsed. What does not parse is dropped. */
  receiveFrame(frame: unknown): void
  /**
   * One window at a time: a new one takes over. Its side of a pipe joins with a first `taken` of 0; from then on it gets what comes. What
   * was on its way to a window that went away is lost with it. Answers the function that takes the window away.
   */
  connectWindow(send: (frame: PipeFrame) => Promise<void> | void): () => void
  /** Ends every pipe. */
  close(): void
}

interface Pipe {
  outgoing: Outgoing
  incoming: Incoming
  /** The window's end, or a fault of its: nothing more goes either way. */
  cut(): void
}

export function createPipes(): Pipes {
  const pipes = new Map<string, Pipe>()
  let window: { send: (frame: PipeFrame) => Promise<void> | void } | undefined

  /** Order is kept by sending in order; a window that takes no more is gone. */
  function send(frame: PipeFrame): void {
    const to = window
    if (!to) return
    void (async () => {
      try {
        await to.send(frame)
      } catch {
        if (window === to) disconnect()
      }
    })()
  }

  function disconnect(): void {
    window = undefined
    for (const pipe of pipes.values()) pipe.outgoing.leave()
  }

  function open(id: string): PipeEnd {
    if (pipes.has(id)) throw new Error(`pipe ${id} is open already`)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const remove = () => pipes.delete(id)
    const outgoing = createOutgoing({
      data: (bytes) => send({ kind: 'data', pipe: id, bytes }),
      finished() {
        send({ kind: 'end', pipe: id })
        remove()
      },
    })
    const incoming = createIncoming((count) => send({ kind: 'taken', pipe: id, count }))
    pipes.set(id, {
      outgoing,
      incoming,
      cut() {
        remove()
        outgoing.cut()
        incoming.end()
        resolve()
      },
    })
    return {
      id,
      incoming: incoming.stream,
      ended,
      write: (bytes) => outgoing.write(bytes),
      end() {
        outgoing.end()
        incoming.end()
        resolve()
      },
    }
  }

  return {
    open,
    receiveFrame(raw) {
      const parsed = PipeFrame.safeParse(raw)
      if (!parsed.success) return
      const frame = parsed.data
      const pipe = pipes.get(frame.pipe)
      // A window that joins too late learns that the pipe is over.
      if (!pipe) {
        if (frame.kind === 'taken' && frame.count === 0) send({ kind: 'end', pipe: frame.pipe })
        return
      }
      switch (frame.kind) {
        case 'data':
          if (!pipe.incoming.take(frame.bytes)) {
            send({ kind: 'end', pipe: frame.pipe })
            pipe.cut()
          }
          return
        case 'taken':
          if (frame.count === 0) pipe.outgoing.join()
          else pipe.outgoing.taken(frame.count)
          return
        case 'end':
          pipe.cut()
          return
      }
    },
    connectWindow(sendToWindow) {
      const mine = { send: sendToWindow }
      disconnect()
      window = mine
      return () => {
        if (window === mine) disconnect()
      }
    },
    close() {
      for (const [id, pipe] of pipes) {
        send({ kind: 'end', pipe: id })
        pipe.cut()
      }
    },
  }
}
