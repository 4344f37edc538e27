/** What is on each screen of the corpus, decided by a seed: the same frames everywhere. The page draws them (desktop.ts). */
import { create } from 'qrcode'
import { encodeChallenge } from '../../../gateway/contract/challengeCode.ts'
import { randomOf, type Random } from './random.ts'

export interface CodeSpec {
  /** Rows of 0 and 1, dark is 1. */
  modules: string[]
  text: string
  /** Ours and whole: it has to be found. Others may be seen and must not be handed over, or not be taken for a challenge. */
  isOurs: boolean
  /** Pixels of the composed screen. */
  modulePx: number
  quiet: number
  /** Where in its part of the screen, 0 to 1. */
  x: number
  y: number
  inverted: boolean
  mirrored: boolean
  degrees: number
  ink: number
  paper: number
  /** Blur's standard deviation in modules. */
  blur: number
  /** Part of its area under a mouse pointer. */
  covered: number
}

export interface FrameSpec {
  seed: number
  width: number
  height: number
  backdrop: 'text' | 'source' | 'table' | 'checks' | 'photo' | 'plain'
  dark: boolean
  codes: CodeSpec[]
  /** Of the composed screen, as a remote desktop shows it. */
  scale: number
  smooth: 'low' | 'high'
  /** JPEG's quality, or none. */
  jpeg: number | undefined
}

const foreign = [
  'https://example.com/sign-in?next=%2F',
  'otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example',
  'WIFI:T:WPA;S:guest;P:not-a-secret;;',
  'GATEHOUSE2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'gatehouse://machine/desk:none',
]

const weakContrasts: readonly [Contrast, ...Contrast[]] = [
  [60, 180],
  [90, 160],
  [110, 150],
  [40, 120],
]
type Contrast = readonly [ink: number, paper: number]

/** `count` frames of 1080p, and one 4K frame for each eight of them. */
export function corpus(seed: number, count: number): FrameSpec[] {
  return Array.from({ length: count }, (_, index) => frame(seed * 100_003 + index, index % 9 === 8))
}

function frame(seed: number, is4k: boolean): FrameSpec {
  const random = randomOf(seed)
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value => values[Math.floor(random() * values.length)] ?? values[0]
  const scale = random() < 0.4 ? pick([0.5, 0.67, 0.75, 0.8, 0.9, 1.1, 1.25, 1.5] as const) : 1
  const kind = random()
  const count = kind < 0.12 ? 0 : kind < 0.86 ? 1 : pick([2, 2, 3, 4])
  return {
    seed,
    ...(is4k ? { width: 3840, height: 2160 } : { width: 1920, height: 1080 }),
    backdrop: pick(['text', 'text', 'source', 'source', 'table', 'checks', 'photo', 'plain']),
    dark: random() < 0.4,
    codes: Array.from({ length: count }, () => code(random, pick, scale)),
    scale,
    smooth: pick(['low', 'high']),
    jpeg: random() < 0.6 ? pick([20, 30, 40, 50, 60, 70, 80, 90]) : undefined,
  }
}

function code(random: Random, pick: <Value>(values: readonly [Value, ...Value[]]) => Value, scale: number): CodeSpec {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(random() * 256))
  const ours = encodeChallenge(bytes(8), bytes(10), bytes(16))
  const nature = random()
  // One letter of its check is another: the decoder reads it, and nobody may take it for a challenge.
  const damaged = ours.slice(0, -2) + (ours.at(-2) === 'A' ? 'B' : 'A') + (ours.at(-1) ?? '')
  const text = nature < 0.88 ? ours : nature < 0.94 ? damaged : pick(['', ...foreign]) || 'just words'
  const isAlphanumeric = /^[A-Z0-9:]+$/.test(text)
  const { modules } = create(isAlphanumeric ? [{ data: text, mode: 'alphanumeric' }] : text, { errorCorrectionLevel: 'M' })
  const shape = random()
  const contrast: Contrast = random() < 0.85 ? [0, 255] : pick(weakContrasts)
  // Whole pixels where the desktop is scaled afterwards, as programs draw them; else also what a zoomed browser makes of them.
  const modulePx =
    scale === 1 ? pick([1.25, 1.4, 1.5, 1.75, 2, 2, 2.5, 3, 3, 4, 4, 5, 6, 8]) : pick(scale < 0.7 ? [3, 4, 5, 6, 8] : [2, 3, 4, 5, 6])
  return {
    modules: Array.from({ length: modules.size }, (_, row) =>
      Array.from({ length: modules.size }, (__, column) => (modules.get(row, column) === 0 ? '0' : '1')).join(''),
    ),
    text,
    isOurs: text === ours,
    modulePx,
    quiet: pick([1, 2, 4, 4, 4]),
    x: random(),
    y: random(),
    inverted: shape < 0.1,
    mirrored: shape > 0.97,
    degrees: shape > 0.9 && shape < 0.94 ? pick([-4, 3, 12, 45, 90]) : 0,
    ink: contrast[0],
    paper: contrast[1],
    blur: random() < 0.25 ? pick([0.2, 0.3, 0.4, 0.5]) : 0,
    covered: random() < 0.15 ? pick([0.02, 0.04, 0.06, 0.1]) : 0,
  }
}
