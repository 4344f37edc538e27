/** Finds sign-in codes in a picture. Runs in the worker; knows neither files nor screens. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import { enlarge, isBlank, type Area, type GrayPicture } from './gray.ts'
import { looksLikeCode } from './ours.ts'
import { busyPatches } from './patches.ts'

/** `frame`: a quick look, one decode; a close one follows. `still`: everything is tried. */
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

/** What is enlarged is not made small again. */
const enlarged: ReaderOptions = { ...options, tryDownscale: false }

const patchFactors = [2, 3]

/** Side of the tiles that are enlarged one by one, so that memory is bound by a tile and not by the screen; in pixels of the picture. */
const tileSide = 1280
/** Codes that need enlarging have modules below 4 px: 41 modules (with the quiet zone) fit into the overlap. */
const tileOverlap = 176

/** `wasm`: the bytes of zxing_reader.wasm; without them the library would look for them on the internet. */
export async function createScan(wasm: ArrayBuffer): Promise<Scan> {
  await prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true })
  return async (picture, effort) => {
    const found = createFound()
    found.add(await decode(picture, options))
    if (effort === 'still') {
      let budget = picture.data.length
      for (const patch of busyPatches(picture).filter((one) => !found.explains(one))) {
        for (const factor of patchFactors) {
          budget -= patch.width * patch.height * factor * factor
          if (budget > 0 && !found.explains(patch))
            found.add(within(patch, factor, await decode(enlarge(picture, patch, factor), enlarged)))
        }
      }
      for (const factor of [2, 3]) {
        // Twice as large in any case: a second code, however small, must not be passed over because of the first (F-71).
        for (const tile of factor === 2 || found.isEmpty() ? tiles(picture) : [])
          found.add(within(tile, factor, await decode(enlarge(picture, tile, factor), options)))
      }
    }
    return { ...found.result(), blank: found.isNothing() && isBlank(picture) }
  }
}

interface Code {
  text: string
  at: Area
}

function createFound() {
  const codes: Code[] = []
  const textsOf = (isOurs: boolean): Set<string> => new Set(codes.map(({ text }) => text).filter((text) => looksLikeCode(text) === isOurs))
  return {
    add: (read: readonly Code[]) => void codes.push(...read),
    isEmpty: () => textsOf(true).size === 0,
    /** Whether what is in a patch is a code that was read already, and not two beside each other. */
    explains: (patch: Area) =>
      codes.some(({ at }) => {
        const [x, y] = [at.x + at.width / 2, at.y + at.height / 2]
        const isInside = x > patch.x && x < patch.x + patch.width && y > patch.y && y < patch.y + patch.height
        return isInside && patch.width < 1.6 * at.width + 48 && patch.height < 1.6 * at.height + 48
      }),
    isNothing: () => codes.length === 0,
    result: (): Omit<Scanned, 'blank'> => ({ texts: [...textsOf(true)].slice(0, mostCodes), others: textsOf(false).size }),
  }
}

/** Codes that were read in an enlarged part, where they are in the whole. */
function within(part: Area, factor: number, codes: readonly Code[]): Code[] {
  return codes.map(({ text, at }) => ({
    text,
    at: { x: part.x + at.x / factor, y: part.y + at.y / factor, width: at.width / factor, height: at.height / factor },
  }))
}

/** What the last picture was handed over in. Decodes come one after the other. */
let room = new Uint8Array(0)

/** The codes in the picture. A binary PGM is the library's one documented way in for gray pixels. */
async function decode({ width, height, data }: GrayPicture, using: ReaderOptions): Promise<Code[]> {
  const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`)
  if (room.length < head.length + data.length) room = new Uint8Array(head.length + data.length)
  const pgm = room.subarray(0, head.length + data.length)
  pgm.set(head)
  pgm.set(data, head.length)
  const results = await readBarcodes(pgm, using)
  return results.filter(({ isValid }) => isValid).map(({ text, position }) => ({ text, at: bounds(Object.values(position)) }))
}

function bounds(corners: readonly { x: number; y: number }[]): Area {
  const [x, y] = [Math.min(...corners.map((corner) => corner.x)), Math.min(...corners.map((corner) => corner.y))]
  return { x, y, width: Math.max(...corners.map((corner) => corner.x)) - x, height: Math.max(...corners.map((corner) => corner.y)) - y }
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
