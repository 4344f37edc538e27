/** JSON values over a stream, one a line, none longer than it may be. */
import type { Socket } from 'node:net'

/**
 * Calls back with each whole line, parsed; `onFault` once, when a line is too long or no JSON, and then nothing more. Bytes are kept until their
 * line is whole, so that a character which comes in two parts stays one.
 */
export function readLines(socket: Socket, longest: number, onValue: (value: unknown) => void, onFault: () => void): void {
  let kept: Buffer[] = []
  let length = 0
  let isOver = false

  /** What `bytes` make whole. Throws what is wrong with a line. */
  function* values(bytes: Buffer): Generator {
    let rest = bytes
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      keep(rest.subarray(0, end))
      const line = Buffer.concat(kept)
      kept = []
      length = 0
      rest = rest.subarray(end + 1)
      yield JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
    }
    keep(rest)
  }

  function keep(bytes: Buffer): void {
    length += bytes.length
    if (length > longest) throw new RangeError('a line is too long')
    kept.push(bytes)
  }

  socket.on('data', (bytes: Buffer) => {
    if (isOver) return
    const found = values(bytes)
    for (;;) {
      let next: IteratorResult<unknown>
      try {
        next = found.next()
      } catch {
        isOver = true
        kept = []
        onFault()
        return
      }
      if (next.done || socket.destroyed) return
      onValue(next.value)
    }
  })
}

/** Resolves when the other side has taken so much that more may be sent, or is gone. */
export async function writeLine(socket: Socket, value: unknown): Promise<void> {
  if (socket.destroyed || socket.write(`${JSON.stringify(value)}\n`)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const go = () => {
    socket.off('drain', go).off('close', go)
    resolve()
  }
  socket.on('drain', go).on('close', go)
  await promise
}
