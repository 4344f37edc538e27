/** Pictures in shades of gray: all that reading a code needs, and a quarter of the memory. */

export interface GrayPicture {
  readonly width: number
  readonly height: number
  /** A byte a pixel, row by row. */
  readonly data: Uint8Array
}

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Luma of ITU-R BT.601 in integers. Transparency is taken as white paper below. */
export function toGray({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): GrayPicture {
  const gray = new Uint8Array(width * height)
  // Little-endian, as every computer that the console runs on: 0xAABBGGRR.
  const words = new Uint32Array(data.buffer, data.byteOffset, gray.length)
  for (let index = 0; index < gray.length; index += 1) {
    const word = words[index] ?? 0
    const luma = (306 * (word & 0xff) + 601 * ((word >>> 8) & 0xff) + 117 * ((word >>> 16) & 0xff) + 512) >> 10
    const alpha = word >>> 24
    gray[index] = alpha === 255 ? luma : 255 - (((255 - luma) * alpha) >> 8)
  }
  return { width, height, data: gray }
}

/** Whether there is nothing to see: one shade everywhere, as where a protected window is captured black. */
export function isBlank({ data }: GrayPicture): boolean {
  let [least, most] = [255, 0]
  // Every seventh pixel: an odd step meets every column.
  for (let index = 0; index < data.length; index += 7) {
    const value = data[index] ?? 0
    if (value < least) least = value
    if (value > most) most = value
    if (most - least > 8) return false
  }
  return true
}

/** An area of the picture, `factor` times as large, with the shades between two pixels interpolated. The area lies within the picture. */
export function enlarge(picture: GrayPicture, area: Area, factor: number): GrayPicture {
  const [width, height] = [Math.round(area.width * factor), Math.round(area.height * factor)]
  const result = new Uint8Array(width * height)
  const columns = samples(width, area.x, area.width, factor)
  const rows = samples(height, area.y, area.height, factor)
  const { data } = picture
  // Two source rows at a time, each stretched once.
  let [upper, lower] = [new Uint16Array(width), new Uint16Array(width)]
  let stretched = -1
  const stretch = (row: number, into: Uint16Array): void => {
    const start = row * picture.width
    for (let x = 0; x < width; x += 1) {
      const left = data[start + (columns.first[x] ?? 0)] ?? 0
      const right = data[start + (columns.second[x] ?? 0)] ?? 0
      into[x] = (left << 4) + (right - left) * (columns.share[x] ?? 0)
    }
  }
  for (let y = 0; y < height; y += 1) {
    const first = rows.first[y] ?? 0
    if (first !== stretched) {
      if (first === stretched + 1 && stretched >= 0) [upper, lower] = [lower, upper]
      else stretch(first, upper)
      stretch(rows.second[y] ?? 0, lower)
      stretched = first
    }
    const share = rows.share[y] ?? 0
    const start = y * width
    for (let x = 0; x < width; x += 1) {
      const above = upper[x] ?? 0
      result[start + x] = ((above << 4) + ((lower[x] ?? 0) - above) * share) >> 8
    }
  }
  return { width, height, data: result }
}

/** For each pixel of the result: the two source pixels around its centre, and the second one's share in sixteenths. */
function samples(
  count: number,
  offset: number,
  length: number,
  factor: number,
): { first: Uint32Array; second: Uint32Array; share: Uint8Array } {
  const [first, second, share] = [new Uint32Array(count), new Uint32Array(count), new Uint8Array(count)]
  for (let index = 0; index < count; index += 1) {
    const at = Math.min(Math.max((index + 0.5) / factor - 0.5, 0), length - 1)
    const whole = Math.floor(at)
    first[index] = offset + whole
    second[index] = offset + Math.min(whole + 1, length - 1)
    share[index] = Math.round((at - whole) * 16)
  }
  return { first, second, share }
}
