/** Turns a QR code that is drawn with block characters into a picture, from the cells and not from pixels: font, zoom and theme do not matter. Pure. */
import type { GrayPicture } from './gray.ts'

/** One place of a terminal: what stands there, and how bright its ink and its paper are (0 to 255). */
export interface Cell {
  character: string
  ink: number
  paper: number
}

/** Characters of which QR codes are made, as quarters that are ink: upper left 1, upper right 2, lower left 4, lower right 8. */
const quarters: Readonly<Record<string, number>> = {
  '▀': 3,
  '▄': 12,
  '█': 15,
  '▌': 5,
  '▐': 10,
  '▘': 1,
  '▝': 2,
  '▖': 4,
  '▗': 8,
  '▚': 9,
  '▞': 6,
  '▙': 13,
  '▛': 7,
  '▜': 11,
  '▟': 14,
}
/** What has to stand in a line to be a part of a code. */
const blocks = /[▀▄█]/g
export const hasBlocks = (line: string): boolean => (line.match(blocks)?.length ?? 0) >= leastInLine
const leastInLine = 7
/** Half of the 21 rows that the smallest QR code has. */
const leastLines = 10
/** Beyond any code of ours, and whatever a program draws with blocks. */
const mostLines = 120

/** Runs of lines that may be a code, as [first, after the last]. */
export function blockRuns(lines: readonly string[]): [number, number][] {
  const runs: [number, number][] = []
  let first: number | undefined
  for (const [index, line] of [...lines, ''].entries()) {
    if (hasBlocks(line)) first ??= index
    else {
      if (first !== undefined && index - first >= leastLines && index - first <= mostLines) runs.push([first, index])
      first = undefined
    }
  }
  return runs
}

/** A cell is 4 by 8 pixels: a half block a square of 4, two full blocks beside each other a square of 8. Around it comes a quiet zone. */
const cell = { width: 4, height: 8 }
const margin = 16

/** The picture of lines of cells; shorter lines end in the paper of their last cell. */
export function blockPicture(lines: readonly (readonly Cell[])[]): GrayPicture {
  const columns = Math.max(0, ...lines.map((line) => line.length))
  const width = columns * cell.width + 2 * margin
  const height = lines.length * cell.height + 2 * margin
  const paper = lines[0]?.[0]?.paper ?? 0
  const data = new Uint8Array(width * height).fill(marginShade(lines, paper))
  for (const [row, line] of lines.entries()) {
    for (let column = 0; column < columns; column += 1) {
      const { character, ink, paper: own } = line[column] ?? { character: ' ', ink: paper, paper: line.at(-1)?.paper ?? paper }
      const drawn = quarters[character] ?? 0
      for (let y = 0; y < cell.height; y += 1) {
        const start = (margin + row * cell.height + y) * width + margin + column * cell.width
        const half = y < cell.height / 2 ? drawn : drawn >> 2
        data.fill(half & 1 ? ink : own, start, start + cell.width / 2)
        data.fill(half & 2 ? ink : own, start + cell.width / 2, start + cell.width)
      }
    }
  }
  return { width, height, data }
}

/** Around a code is its light side, whichever that is: where its first line is full, the ink; else the paper. */
function marginShade(lines: readonly (readonly Cell[])[], paper: number): number {
  const first = lines[0] ?? []
  const inked = first.filter(({ character }) => character === '█' || character === '▀' || character === '▄').length
  return inked > first.length * 0.8 ? (first.find(({ character }) => character !== ' ')?.ink ?? paper) : paper
}
