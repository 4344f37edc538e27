/** Decodes pictures beside the window: hostile pixels and files are worked on here, and nothing but short texts goes back. */
import { createToGray, type GrayPicture } from './gray.ts'
import { createScan, type Effort, type Scanned } from './scan.ts'

/** A file as it was dropped or pasted (its size was looked at already), or pixels. */
export type Picture = Blob | ImageBitmap | GrayPicture

export interface ScanRequest {
  id: number
  picture: Picture
  effort: Effort
}

export interface ScanReply {
  id: number
  outcome: Scanned | 'notAPicture' | 'broken'
}

/** The wasm's bytes come first, as this worker may fetch nothing; then pictures, one at a time. */
const toGray = createToGray()
let scanning: ReturnType<typeof createScan> | undefined

addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | ScanRequest>) => {
  if (data instanceof ArrayBuffer) scanning = createScan(data)
  else void answer(data)
})

async function answer({ id, picture, effort }: ScanRequest): Promise<void> {
  const reply: ScanReply = { id, outcome: await outcomeOf(picture, effort).catch(() => 'broken' as const) }
  postMessage(reply)
}

/** Rejects where the decoder has no memory left, or is broken itself: then this worker is done. */
async function outcomeOf(picture: Picture, effort: Effort): Promise<ScanReply['outcome']> {
  const scan = await scanning
  if (!scan) throw new Error('no decoder yet')
  if ('data' in picture) return await scan(picture, effort)
  const bitmap = picture instanceof Blob ? await createImageBitmap(picture).catch(() => undefined) : picture
  return bitmap ? await scan(toGray(pixelsOf(bitmap)), effort) : 'notAPicture'
}

function pixelsOf(bitmap: ImageBitmap): ImageData {
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no 2D canvas in a worker')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  return context.getImageData(0, 0, width, height)
}
