/** F-71: what a screen makes of a code is read as what it is, or not at all. The bench `qr` does the same on a thousand drawn screens. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create } from 'qrcode'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeChallenge } from '../../../gateway/contract/challengeCode.ts'
import { enlarge, type GrayPicture } from '../../../renderer/challenges/reading/gray.ts'
import { createScan, type Scan } from '../../../renderer/challenges/reading/scan.ts'

const codeOf = (first: number): string =>
  encodeChallenge(new Uint8Array(8).fill(first), new Uint8Array(10).fill(2), new Uint8Array(16).fill(3))
const [one, other] = [codeOf(1), codeOf(9)]

let scan: Scan
beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
  scan = await createScan(new Uint8Array(wasm).buffer)
})

interface Drawn {
  text: string
  x: number
  y: number
  modulePx: number
  mirrored?: boolean
}

/** A light screen with codes on it. */
function screen(codes: readonly Drawn[], width = 640, height = 480): GrayPicture {
  const data = new Uint8Array(width * height).fill(255)
  for (const { text, x, y, modulePx, mirrored = false } of codes) {
    const isPlain = /^[A-Z0-9:]+$/.test(text)
    const { modules } = create(isPlain ? [{ data: text, mode: 'alphanumeric' }] : text, { errorCorrectionLevel: 'M' })
    const side = modules.size * modulePx
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) {
        const at = Math.floor((mirrored ? side - 1 - column : column) / modulePx)
        if (modules.get(Math.floor(row / modulePx), at) !== 0) data[(y + row) * width + x + column] = 0
      }
    }
  }
  return { width, height, data }
}

const changed = (picture: GrayPicture, shade: (value: number, x: number, y: number) => number): GrayPicture => ({
  ...picture,
  data: picture.data.map((value, index) => shade(value, index % picture.width, Math.floor(index / picture.width))),
})

const plain = (): GrayPicture => screen([{ text: one, x: 120, y: 90, modulePx: 4 }])
const whole = ({ width, height }: GrayPicture) => ({ x: 0, y: 0, width, height })

describe('F-71: a code on a screen', () => {
  test.for<[string, () => GrayPicture]>([
    ['as it is', plain],
    ['inverted, as on a dark terminal', () => changed(plain(), (value) => 255 - value)],
    ['mirrored', () => screen([{ text: one, x: 120, y: 90, modulePx: 4, mirrored: true }])],
    ['with modules of two pixels', () => screen([{ text: one, x: 120, y: 90, modulePx: 2 }])],
    ['scaled to 125 %', () => enlarge(plain(), whole(plain()), 1.25)],
    ['scaled to 150 %', () => enlarge(plain(), whole(plain()), 1.5)],
    [
      'in few shades and with noise, as compression leaves it',
      () => changed(plain(), (value, x, y) => (value >> 1) + 40 + ((x * 7 + y * 13) % 31)),
    ],
    [
      'with a mouse pointer over it',
      () => changed(plain(), (value, x, y) => (x > 200 && x < 216 && y > 160 && y - 160 < x - 196 ? 0 : value)),
    ],
  ])('is read %s', async ([, picture]) => {
    expect(await scan(picture(), 'still')).toMatchObject({ texts: [one], others: 0 })
  })

  test('and another one beside it are both told, and neither is chosen', async () => {
    const both = screen([
      { text: one, x: 40, y: 90, modulePx: 4 },
      { text: other, x: 360, y: 90, modulePx: 4 },
    ])
    expect(new Set((await scan(both, 'still')).texts)).toEqual(new Set([one, other]))
  })

  test('that has another one drawn into it is one of the two, or nothing', async () => {
    const nested = screen([
      { text: one, x: 40, y: 30, modulePx: 9 },
      { text: other, x: 160, y: 150, modulePx: 2 },
    ])
    for (const text of (await scan(nested, 'still')).texts) expect([one, other]).toContain(text)
  })

  test('that is half covered is nothing, and a picture to point at', async () => {
    const half = changed(plain(), (value, x) => (x > 180 ? 128 : value))
    expect(await scan(half, 'still')).toEqual({ texts: [], others: 0, blank: false })
  })

  test('F-70: of somebody else is counted, and what it says goes nowhere', async () => {
    const foreign = screen([{ text: 'https://example.com/sign-in', x: 120, y: 90, modulePx: 4 }])
    expect(await scan(foreign, 'still')).toEqual({ texts: [], others: 1, blank: false })
  })
})
