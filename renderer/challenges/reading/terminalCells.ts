/** Reads cells off xterm.js: characters and how bright ink and paper are, whatever colours and inverse video a program uses. */
import type { IBuffer, IBufferCell } from '@xterm/xterm'
import type { Cell } from './blockPicture.ts'

/** The sixteen colours by their usual brightness; which of two is the lighter one is all that a code needs. */
const sixteen = [0, 54, 98, 150, 40, 70, 110, 200, 90, 110, 170, 220, 100, 130, 200, 255]
const steps = [0, 95, 135, 175, 215, 255]

/** Ink is light on dark unless a program says otherwise: what is right for a light theme too, as codes are read in both. */
const standard = { ink: 255, paper: 0 }

/** The cells of a line up to `columns`. */
export function cellsOf(buffer: IBuffer, row: number, columns: number): Cell[] {
  const line = buffer.getLine(row)
  const cells: Cell[] = []
  if (!line) return cells
  let held: IBufferCell | undefined
  for (let column = 0; column < Math.min(columns, line.length); column += 1) {
    held = line.getCell(column, held)
    if (!held) break
    const ink = held.isFgDefault() ? standard.ink : brightness(held.getFgColor(), held.isFgRGB())
    const paper = held.isBgDefault() ? standard.paper : brightness(held.getBgColor(), held.isBgRGB())
    const character = held.isInvisible() ? ' ' : held.getChars() || ' '
    cells.push(held.isInverse() ? { character, ink: paper, paper: ink } : { character, ink, paper })
  }
  return cells
}

/** 0 to 255, of a colour as xterm.js has it: 24 bits, or the number in the palette of 256. */
export function brightness(colour: number, isRgb: boolean): number {
  if (isRgb) return luma(colour >> 16, (colour >> 8) & 0xff, colour & 0xff)
  if (colour < 16) return sixteen[colour] ?? 0
  if (colour >= 232) return 8 + (colour - 232) * 10
  const cube = colour - 16
  return luma(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6))
}

const luma = (red: number, green: number, blue: number): number => (306 * red + 601 * green + 117 * blue) >> 10

const step = (index: number): number => steps[index] ?? 0
