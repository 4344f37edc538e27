/** Finds sign-in codes in a picture. Runs in the worker; knows neither files nor screens. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import { enlarge, isBlank, type Area, type GrayPicture } from './gray.ts'
import { looksLikeCode } from './ours.ts'

/** `frame`: one of many, the next comes soon. `still`: there is no other, so everything is tried. */
export type Effort = 'frame' | 'still'

export interface Scanned {
  /** Texts that look like codes of ours, each once. */
  texts: string[]
  /** How many codes of others were seen; what they say is nobody's business. */
  others: number
  /** There was nothing but one shade: a protected window, or a capture that does not work. */
  blank: boolean
}

export type Scan = (picture: GrayPicture, effort: Effort) => Promise<Scanned>

const mostCodes = 8

const options: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryInvert: true,
  // Finder patterns are found at any angle; this is for bar codes.
  tryRotate: false,
  tryDownscale: true,
  binarizer: 'LocalAverage',
  textMode: 'Plain',
  maxNumberOfSymbols: mostCodes,
}

/** Side of the tiles that are enlarged one by one, so that memory is bound by a tile and not by the screen; in pixels of the picture. */
const tileSide = 1280
/** Codes that need enlarging have modules below 4 px: 41 modules (with the quiet zone) fit into the overlap. */
const tileOverlap = 176

/** `wasm`: the bytes of zxing_reader.wasm; without them the library would look for them on the internet. */
export async function createScan(wasm: ArrayBuffer): Promise<Scan> {
  await prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true })
  return async (picture, effort) => {
    if (isBlank(picture)) return { texts: [], others: 0, blank: true }
    const found = createFound()
    found.add(await decode(picture, options))
    if (effort === 'still') {
      for (const factor of [2, 3]) {
        for (const tile of found.isEmpty() ? tiles(picture) : []) {
          found.add(await decode(enlarge(picture, tile, factor), { ...options, tryDownscale: false }))
        }
      }
    }
    return found.result()
  }
}

function createFound() {
  const texts = new Set<string>()
  const others = new Set<string>()
  return {
    add: (read: readonly string[]) => {
      for (const text of read) (looksLikeCode(text) ? texts : others).add(text)
    },
    isEmpty: () => texts.size === 0,
    result: (): Scanned => ({ texts: [...texts].slice(0, mostCodes), others: others.size, blank: false }),
  }
}

/** Texts of the codes in the picture. A binary PGM is the library's one documented way in for gray pixels. */
async function decode({ width, height, data }: GrayPicture, using: ReaderOptions): Promise<string[]> {
  const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`)
  const pgm = new Uint8Array(head.length + data.length)
  pgm.set(head)
  pgm.set(data, head.length)
  const results = await readBarcodes(pgm, using)
  return results.filter(({ isValid }) => isValid).map(({ text }) => text)
}

function tiles({ width, height }: GrayPicture): Area[] {
  return starts(height).flatMap((y) =>
    starts(width).map((x) => ({ x, y, width: Math.min(tileSide, width - x), height: Math.min(tileSide, height - y) })),
  )
}

/** Where tiles begin along a side. */
function starts(length: number): number[] {
  const step = tileSide - tileOverlap
  return Array.from({ length: Math.max(1, Math.ceil((length - tileOverlap) / step)) }, (_, index) => index * step)
}
