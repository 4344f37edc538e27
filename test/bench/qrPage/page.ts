/** Draws a frame of the corpus and has it read twice: by raw zxing with its best settings, and by ours. */
import { readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { createToGray } from '../../../renderer/challenges/reading/gray.ts'
import { createScan, type Effort } from '../../../renderer/challenges/reading/scan.ts'
import type { FrameSpec } from './corpus.ts'
import { contextOf, draw } from './desktop.ts'

export interface FrameResult {
  /** What raw zxing reads as it is, twice or three times as large; it stops when all that have to be there are found. */
  raw: string[]
  /** One raw decode of the frame as it is. */
  rawMs: number
  frame: string[]
  frameMs: number
  still: string[]
  stillMs: number
}

export type Measure = (spec: FrameSpec) => Promise<FrameResult>

const best: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryInvert: true,
  tryRotate: false,
  tryDownscale: true,
  binarizer: 'LocalAverage',
  textMode: 'Plain',
  maxNumberOfSymbols: 8,
}

const wasm = fetch(wasmUrl).then((answer) => answer.arrayBuffer())
const scanning = wasm.then(createScan)
const toGray = createToGray()

const measure: Measure = async (spec) => {
  const scan = await scanning
  const image = await draw(spec)
  const wanted = spec.codes.filter(({ isOurs }) => isOurs).map(({ text }) => text)
  const rawStartedMs = performance.now()
  const raw = new Set(await rawTexts(image))
  const rawMs = performance.now() - rawStartedMs
  for (const factor of [2, 3]) {
    if (wanted.some((text) => !raw.has(text))) for (const text of await rawEnlarged(image, factor)) raw.add(text)
  }
  const ours = async (effort: Effort): Promise<{ texts: string[]; ms: number }> => {
    const startedMs = performance.now()
    const { texts } = await scan(toGray(image), effort)
    return { texts, ms: performance.now() - startedMs }
  }
  const [frame, still] = [await ours('frame'), await ours('still')]
  return { raw: [...raw], rawMs, frame: frame.texts, frameMs: frame.ms, still: still.texts, stillMs: still.ms }
}
Object.assign(globalThis, { measure, drawFrame })

async function rawTexts(image: ImageData): Promise<string[]> {
  const results = await readBarcodes(image, best)
  return results.filter(({ isValid }) => isValid).map(({ text }) => text)
}

/** In four parts that overlap by more than a code: three times 4K is more than a canvas holds. */
async function rawEnlarged(image: ImageData, factor: number): Promise<string[]> {
  const source = contextOf(image.width, image.height)
  source.putImageData(image, 0, 0)
  const texts: string[] = []
  const [width, height] = [Math.min(image.width, image.width / 2 + 300), Math.min(image.height, image.height / 2 + 300)]
  for (const y of [0, image.height - height]) {
    for (const x of [0, image.width - width]) {
      const large = contextOf(width * factor, height * factor)
      large.imageSmoothingQuality = 'high'
      large.drawImage(source.canvas, x, y, width, height, 0, 0, width * factor, height * factor)
      texts.push(...(await rawTexts(large.getImageData(0, 0, width * factor, height * factor))))
    }
  }
  return texts
}

/** For a person who wants to see a frame. */
async function drawFrame(spec: FrameSpec): Promise<string> {
  const image = await draw(spec)
  const context = contextOf(image.width, image.height)
  context.putImageData(image, 0, 0)
  const file = await context.canvas.convertToBlob({ type: 'image/png' })
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
