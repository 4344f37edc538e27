/** Bytes from the window, as a stream: what is read from it is acknowledged, so a slow reader slows the window. */
import { Readable } from 'node:stream'

export interface Incoming {
  readonly stream: Readable
  /** false: the window sent far more than it may; the pipe has to end. */
  take(bytes: Uint8Array): boolean
  /** What is there can still be read; then the stream ends. */
  end(): void
}

/** A large paste may come as one frame, whatever the mark says; beyond this the window is not ours any more. */
const mostBytes = 8 * 1024 * 1024

export function createIncoming(acknowledge: (count: number) => void): Incoming {
  const waiting: Uint8Array[] = []
  let waitingBytes = 0
  let wanted = false
  let ended = false

  function pump(): void {
    while (wanted) {
      const next = waiting.shift()
      if (!next) break
      waitingBytes -= next.byteLength
      wanted = stream.push(next)
      acknowledge(next.byteLength)
    }
    if (ended && waiting.length === 0 && wanted) {
      wanted = false
      stream.push(null)
    }
  }

  const stream = new Readable({
    // As little as can be read ahead: what is in the stream counts as worked off.
    highWaterMark: 1,
    read() {
      wanted = true
      pump()
    },
  })

  return {
    stream,
    take(bytes) {
      if (ended || bytes.byteLength === 0) return true
      if (waitingBytes + bytes.byteLength > mostBytes) return false
      waiting.push(bytes)
      waitingBytes += bytes.byteLength
      pump()
      return true
    },
    end() {
      ended = true
      pump()
    },
  }
}
