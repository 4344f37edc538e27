/**
 * Patches of a screen that may be a small code: about as many edges across as down, half ink and half paper, over a square. Text has a third of that ink
 * and fewer edges down; pictures have no such contrast. Cheaper than a decode by far, so that only these need to be enlarged. Pure.
 */
import type { Area, GrayPicture } from './gray.ts'

const block = 8
/** A window of blocks is judged as a whole: 32 px, which is less than the smallest code that can be read at all. */
const windowBlocks = 4
/** Between two neighbouring pixels. Half of the weakest contrast that a decoder can do with. */
const edgeStep = 14
/** One row of a block and the one below it say enough: a window has four of them. */
const rowStep = block
/** Codes with more than 4 px a module need no enlarging; 33 modules and the rest of a quiet zone. */
const largestSide = 176
/** More than a single window: a word in bold is busy too. */
const leastSide = (windowBlocks + 1) * block

interface Blocks {
  columns: number
  rows: number
  across: Uint8Array
  down: Uint8Array
  least: Uint8Array
  most: Uint8Array
  sum: Uint16Array
}

/** The likeliest first. They lie within the picture and may overlap a little. */
export function busyPatches(picture: GrayPicture): Area[] {
  const blocks = measure(picture)
  const marked = markBusy(blocks)
  return groups(marked, blocks.columns, blocks.rows)
    .filter(
      ({ width, height }) =>
        Math.min(width, height) >= leastSide && Math.max(width, height) <= 2 * largestSide && isSquarish(width, height),
    )
    .map((area) => grown(area, 2 * block, picture))
    .sort((one, other) => lopsided(one) - lopsided(other))
}

/** Two codes beside each other may be one patch. */
const isSquarish = (width: number, height: number): boolean => Math.max(width, height) <= 2 * Math.min(width, height) + 2 * block

const lopsided = ({ width, height }: Area): number => Math.abs(width - height) / Math.max(width, height)

/** Of some rows: edges across, and those down to the next row. */
function measure({ width, height, data }: GrayPicture): Blocks {
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)]
  const count = columns * rows
  const [across, down, sum] = [new Uint8Array(count), new Uint8Array(count), new Uint16Array(count)]
  const [least, most] = [new Uint8Array(count).fill(255), new Uint8Array(count)]
  for (let y = 0; y < rows * block; y += rowStep) {
    const start = Math.floor(y / block) * columns
    let at = y * width
    for (let column = 0; column < columns; column += 1) {
      let dx = 0
      let dy = 0
      let low = 255
      let high = 0
      let total = 0
      let value = data[at] ?? 0
      for (let x = 0; x < block; x += 1) {
        const next = data[at + 1] ?? 0
        const below = data[at + width] ?? value
        // Without branches, which on text are mispredicted half of the time: the sign of a difference is its edge.
        dx += (edgeStep - Math.abs(next - value)) >>> 31
        dy += (edgeStep - Math.abs(below - value)) >>> 31
        low = Math.min(low, value)
        high = Math.max(high, value)
        total += value
        value = next
        at += 1
      }
      const index = start + column
      across[index] = (across[index] ?? 0) + dx
      down[index] = (down[index] ?? 0) + dy
      sum[index] = (sum[index] ?? 0) + total
      if (low < (least[index] ?? 0)) least[index] = low
      if (high > (most[index] ?? 0)) most[index] = high
    }
  }
  return { columns, rows, across, down, least, most, sum }
}

/**
 * The blocks that lie in windows which may be a part of a code, as ones. The cheap questions come first: most windows are none. Written out as loops over
 * numbers, since it runs 32,000 times a picture.
 */
function markBusy({ columns, rows, across, down, least, most, sum }: Blocks): Uint8Array {
  const marked = new Uint8Array(columns * rows)
  const stride = columns + 1
  const [allAcross, allDown, all] = [integral(columns, rows, across), integral(columns, rows, down), integral(columns, rows, sum)]
  const pixels = (windowBlocks * block * windowBlocks * block) / rowStep
  const enough = 0.08 * pixels
  for (let row = 0; row + windowBlocks <= rows; row += 1) {
    for (let column = 0; column + windowBlocks <= columns; column += 1) {
      const above = row * stride + column
      const below = above + windowBlocks * stride
      const dx = inWindow(allAcross, above, below)
      if (dx < enough) continue
      const dy = inWindow(allDown, above, below)
      if (dy < enough || dx > 1.9 * dy || dy > 1.9 * dx) continue
      let [low, high, quiet] = [255, 0, 0]
      for (let y = row; y < row + windowBlocks; y += 1) {
        const first = y * columns + column
        for (let index = first; index < first + windowBlocks; index += 1) {
          low = Math.min(low, least[index] ?? 0)
          high = Math.max(high, most[index] ?? 0)
          quiet += ((across[index] ?? 0) + (down[index] ?? 0) - 1) >>> 31
        }
      }
      const light = (inWindow(all, above, below) / pixels - low) / Math.max(1, high - low)
      if (quiet <= 3 && high - low > 24 && light > 0.3 && light < 0.7) mark(marked, columns, row, column)
    }
  }
  return marked
}

/** Sums from the corner: a window's is four steps away. */
function integral(columns: number, rows: number, values: Uint8Array | Uint16Array): Uint32Array {
  const stride = columns + 1
  const sums = new Uint32Array(stride * (rows + 1))
  for (let row = 0; row < rows; row += 1) {
    let line = 0
    for (let column = 0; column < columns; column += 1) {
      line += values[row * columns + column] ?? 0
      sums[(row + 1) * stride + column + 1] = (sums[row * stride + column + 1] ?? 0) + line
    }
  }
  return sums
}

const inWindow = (sums: Uint32Array, above: number, below: number): number =>
  (sums[below + windowBlocks] ?? 0) - (sums[above + windowBlocks] ?? 0) - (sums[below] ?? 0) + (sums[above] ?? 0)

function mark(marked: Uint8Array, columns: number, row: number, column: number): void {
  for (let y = row; y < row + windowBlocks; y += 1) {
    const first = y * columns + column
    for (let index = first; index < first + windowBlocks; index += 1) marked[index] = 1
  }
}

/** Bounds of what hangs together, in pixels. */
function groups(marked: Uint8Array, columns: number, rows: number): Area[] {
  const areas: Area[] = []
  const waiting: number[] = []
  for (let first = 0; first < marked.length; first += 1) {
    if (marked[first] !== 1) continue
    let [left, right, top, bottom] = [columns, 0, rows, 0]
    waiting.push(first)
    marked[first] = 2
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const [x, y] = [index % columns, Math.floor(index / columns)]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      for (const next of [x > 0 ? index - 1 : -1, x < columns - 1 ? index + 1 : -1, index - columns, index + columns]) {
        if (marked[next] !== 1) continue
        marked[next] = 2
        waiting.push(next)
      }
    }
    areas.push({ x: left * block, y: top * block, width: (right - left + 1) * block, height: (bottom - top + 1) * block })
  }
  return areas
}

function grown({ x, y, width, height }: Area, by: number, picture: GrayPicture): Area {
  const [left, top] = [Math.max(0, x - by), Math.max(0, y - by)]
  return { x: left, y: top, width: Math.min(picture.width, x + width + by) - left, height: Math.min(picture.height, y + height + by) - top }
}
