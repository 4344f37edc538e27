/** The window's end of the decoding worker: one picture at a time, each with a time limit; a worker that takes too long is ended and started anew. */
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { Picture, ScanReply, ScanRequest } from './reading.worker.ts'
import type { Effort, Scanned } from './scan.ts'

/** What came of a picture. `tooSlow`: the limit was over; `notAPicture`: the file cannot be decoded. */
export type Decoded = { ok: true; scanned: Scanned } | { ok: false; why: 'tooSlow' | 'notAPicture' | 'broken' }

export interface Decoder {
  /** Takes the picture over: a bitmap is of no use afterwards. */
  decode(picture: Picture, effort: Effort): Promise<Decoded>
  end(): void
}

/** Above the 3 s that two 4K screens with everything tried take here, on two busy cores. */
const limitMs = 12_000

let wasm: Promise<ArrayBuffer> | undefined
/** The decoder's bytes are part of the console; no other place is asked for them. */
const wasmBytes = (): Promise<ArrayBuffer> => (wasm ??= fetch(wasmUrl).then((answer) => answer.arrayBuffer()))

const readingWorker = (): Worker => new Worker(new URL('reading.worker.ts', import.meta.url), { type: 'module' })

export function createDecoder(startWorker: () => Worker = readingWorker): Decoder {
  let worker: Worker | undefined
  let last: Promise<unknown> = Promise.resolve()
  let count = 0

  const end = (): void => {
    worker?.terminate()
    worker = undefined
  }
  const started = async (): Promise<Worker> => {
    if (worker) return worker
    const bytes = await wasmBytes()
    worker = startWorker()
    worker.postMessage(bytes, [])
    return worker
  }
  const one = async (picture: Picture, effort: Effort): Promise<Decoded> => {
    const to = await started()
    count += 1
    const id = count
    const { promise, resolve } = Promise.withResolvers<Decoded>()
    const onMessage = ({ data }: MessageEvent<ScanReply>): void => {
      if (data.id !== id) return
      const { outcome } = data
      resolve(typeof outcome === 'string' ? { ok: false, why: outcome } : { ok: true, scanned: outcome })
    }
    const onError = (): void => resolve({ ok: false, why: 'broken' })
    const timer = setTimeout(() => resolve({ ok: false, why: 'tooSlow' }), limitMs)
    to.addEventListener('message', onMessage)
    to.addEventListener('error', onError)
    const request: ScanRequest = { id, picture, effort }
    to.postMessage(request, picture instanceof ImageBitmap ? [picture] : [])
    const decoded = await promise
    clearTimeout(timer)
    to.removeEventListener('message', onMessage)
    to.removeEventListener('error', onError)
    // Whatever it is at now, it is not waited for: its memory goes with it.
    if (!decoded.ok && decoded.why !== 'notAPicture') end()
    return decoded
  }
  return {
    decode: (picture, effort) => {
      const next = last.then(() => one(picture, effort))
      last = next.catch(() => undefined)
      return next
    },
    end,
  }
}
