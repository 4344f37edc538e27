/** Frames on a picture, in its pixels. Pure. */
import type { Area } from './gray.ts'

interface Point {
  x: number
  y: number
}

export interface Drag {
  from: Point
  to: Point
}

interface Size {
  width: number
  height: number
}

/** Less than a code can be: a click, not a drag. */
const leastSide = 16

/** The frame between two points, within the picture; undefined when it is too small to hold a code. */
export function areaBetween({ from, to }: Drag, picture: Size): Area | undefined {
  const left = clamp(Math.min(from.x, to.x), picture.width)
  const top = clamp(Math.min(from.y, to.y), picture.height)
  const width = clamp(Math.max(from.x, to.x), picture.width) - left
  const height = clamp(Math.max(from.y, to.y), picture.height) - top
  return width < leastSide || height < leastSide ? undefined : { x: left, y: top, width, height }
}

/** Where a frame that is moved by keys begins: the middle third. */
export function startArea({ width, height }: Size): Area {
  const side = Math.max(leastSide, Math.round(Math.min(width, height) / 3))
  return { x: Math.round((width - side) / 2), y: Math.round((height - side) / 2), width: side, height: side }
}

/** The frame after an arrow key: moved by a tenth of it, or with shift made larger or smaller; undefined for other keys. */
export function moved(area: Area, key: string, resize: boolean, picture: Size): Area | undefined {
  const step = Math.max(4, Math.round(area.width / 10))
  const [right, down] = directions[key] ?? [0, 0]
  if (right === 0 && down === 0) return undefined
  const width = resize ? Math.min(picture.width, Math.max(leastSide, area.width + right * step)) : area.width
  const height = resize ? Math.min(picture.height, Math.max(leastSide, area.height + down * step)) : area.height
  const x = clamp(area.x + (resize ? 0 : right * step), picture.width - width)
  const y = clamp(area.y + (resize ? 0 : down * step), picture.height - height)
  return { x, y, width, height }
}

const directions: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

const clamp = (value: number, most: number): number => Math.round(Math.min(Math.max(value, 0), most))
