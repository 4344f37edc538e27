/** Bytes on their way to the window: in order, at most pipeHighWaterBytes not worked off, nothing before the window has joined. */
import { pipeHighWaterBytes } from '../preload/contract.ts'

export interface Outgoing {
  /** Resolves when less than the high-water mark is waiting or on its way. Rejects once this was ended or cut. */
  write(bytes: Uint8Array): Promise<void>
  /** The window's side is there, for the first time or again: nothing is on its way to it. */
  join(): void
  /** The window went away; what was on its way is lost, what waits is kept. */
  leave(): void
  /** The window worked off this many bytes. */
  taken(count: number): void
  /** Nothing more is written; `finished` is told when what waits has been sent. */
  end(): void
  /** Drops what waits. */
  cut(): void
}

const over = () => new Error('the pipe has ended')

export function createOutgoing(to: { data(bytes: Uint8Array<ArrayBuffer>): void; finished(): void }): Outgoing {
  const waiting: Uint8Array[] = []
  let waitingBytes = 0
  let onTheWay = 0
  let joined = false
  let state: 'open' | 'ending' | 'over' = 'open'
  const writers: { resolve(): void; reject(error: Error): void }[] = []

  function pump(): void {
    if (!joined) return
    for (let next = waiting[0]; next && onTheWay < pipeHighWaterBytes; next = waiting[0]) {
      const room = pipeHighWaterBytes - onTheWay
      const part = next.subarray(0, room)
      if (part.byteLength === next.byteLength) waiting.shift()
      else waiting[0] = next.subarray(room)
      waitingBytes -= part.byteLength
      onTheWay += part.byteLength
      // A copy: a view into one of Node's shared buffers would take the whole of it over the border.
      to.data(new Uint8Array(part))
    }
    if (waitingBytes + onTheWay < pipeHighWaterBytes) for (const writer of writers.splice(0)) writer.resolve()
    if (state === 'ending' && waiting.length === 0) {
      state = 'over'
      to.finished()
    }
  }

  return {
    write(bytes) {
      if (state !== 'open') return Promise.reject(over())
      if (bytes.byteLength > 0) {
        waiting.push(bytes)
        waitingBytes += bytes.byteLength
      }
      pump()
      if (waitingBytes + onTheWay < pipeHighWaterBytes) return Promise.resolve()
      return new Promise((resolve, reject) => writers.push({ resolve, reject }))
    },
    join() {
      joined = true
      onTheWay = 0
      pump()
    },
    leave() {
      joined = false
      onTheWay = 0
    },
    taken(count) {
      // A window that claims more than it was sent gains nothing.
      onTheWay = Math.max(0, onTheWay - count)
      pump()
    },
    end() {
      if (state !== 'open') return
      state = 'ending'
      for (const writer of writers.splice(0)) writer.resolve()
      pump()
    },
    cut() {
      state = 'over'
      waiting.length = 0
      waitingBytes = 0
      for (const writer of writers.splice(0)) writer.reject(over())
    },
  }
}
