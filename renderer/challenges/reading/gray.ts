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

/**
 * Luma of ITU-R BT.601 in integers, pixel by pixel. Transparency is taken as white paper below. The pictures share one piece of memory: each is good until
 * the next, since a fresh piece for each frame costs as much as the sums do.
 */
export function createToGray(): (image: { width: number; height: number; data: Uint8ClampedArray }) => GrayPicture {
  let room = new Uint8Array(0)
  return ({ width, height, data }) => {
    if (room.length < width * height) room = new Uint8Array(width * height)
    const gray = room.subarray(0, width * height)
    // Little-endian, as every computer that the console runs on: 0xAABBGGRR.
    const words = new Uint32Array(data.buffer, data.byteOffset, gray.length)
    for (let index = 0; index < gray.length; index += 1) {
      const word = words[index] ?? 0
      // Red and blue at once: (blue << 16 | red) times (77 << 16 | 29) has their weighted sum in its upper half.
      const luma = ((Math.imul(word & 0xff00ff, 0x4d001d) >>> 16) + 150 * ((word >>> 8) & 0xff) + 128) >>> 8
      gray[index] = word >>> 24 === 255 ? luma : 255 - (((255 - luma) * (word >>> 24)) >>> 8)
    }
    return { width, height, data: gray }
  }
}

/**
 * Whether there is nothing to see: one shade everywhere but for a mouse pointer, as where a protected window is captured black. A code may be smaller
 * than that: this says something only after nothing was found.
 */
export function isBlank({ data }: GrayPicture): boolean {
  const shade = data[data.length >> 1] ?? 0
  let others = 0
  // Every seventh pixel: an odd step meets every column.
  for (let index = 0; index < data.length; index += 7) if (Math.abs((data[index] ?? 0) - shade) > 4) others += 1
  return others < data.length / 7 / 1000
}

/**
 * An area of the picture, `factor` times as large, interpolated by Catmull-Rom's cubic: it keeps edges steeper than a straight line between two pixels
 * does, and a code of 1.4 px a module behind a strong JPEG is read only so. The area lies within the picture.
 */
export function enlarge(picture: GrayPicture, area: Area, factor: number): GrayPicture {
  const [width, height] = [Math.round(area.width * factor), Math.round(area.height * factor)]
  const columns = samples(width, area.x, area.width, factor)
  const rows = samples(height, area.y, area.height, factor)
  // Each row of the source once, stretched; in 128ths.
  const stretched = new Int32Array(width * area.height)
  for (let row = 0; row < area.height; row += 1) {
    const from = (area.y + row) * picture.width
    for (let x = 0, tap = 0; x < width; x += 1, tap += 4) {
      let value = 0
      for (let k = tap; k < tap + 4; k += 1) value += (picture.data[from + (columns.at[k] ?? 0)] ?? 0) * (columns.weight[k] ?? 0)
      stretched[row * width + x] = value
    }
  }
  const data = new Uint8ClampedArray(width * height)
  for (let y = 0, tap = 0; y < height; y += 1, tap += 4) {
    const [r0, r1, r2, r3] = [0, 1, 2, 3].map((k) => ((rows.at[tap + k] ?? 0) - area.y) * width)
    const [w0, w1, w2, w3] = [0, 1, 2, 3].map((k) => rows.weight[tap + k] ?? 0)
    mix(stretched, data, y * width, width, [r0 ?? 0, r1 ?? 0, r2 ?? 0, r3 ?? 0], [w0 ?? 0, w1 ?? 0, w2 ?? 0, w3 ?? 0])
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

type Four = readonly [number, number, number, number]

/** One row of the result from four stretched ones. */
function mix(from: Int32Array, to: Uint8ClampedArray, start: number, width: number, [r0, r1, r2, r3]: Four, [w0, w1, w2, w3]: Four): void {
  for (let x = 0; x < width; x += 1) {
    const value = (from[r0 + x] ?? 0) * w0 + (from[r1 + x] ?? 0) * w1 + (from[r2 + x] ?? 0) * w2 + (from[r3 + x] ?? 0) * w3
    to[start + x] = value >> 14
  }
}

/** For each pixel of the result the four source pixels around its centre and their weights in 128ths. */
function samples(count: number, offset: number, length: number, factor: number): { at: Uint32Array; weight: Int16Array } {
  const [at, weight] = [new Uint32Array(4 * count), new Int16Array(4 * count)]
  for (let index = 0; index < count; index += 1) {
    const centre = (index + 0.5) / factor - 0.5
    const whole = Math.floor(centre)
    const t = centre - whole
    const cubic = [-t + 2 * t ** 2 - t ** 3, 2 - 5 * t ** 2 + 3 * t ** 3, t + 4 * t ** 2 - 3 * t ** 3, t ** 3 - t ** 2].map((w) =>
      Math.round(64 * w),
    )
    for (const [k, share] of cubic.entries()) {
      at[4 * index + k] = offset + Math.min(Math.max(whole - 1 + k, 0), length - 1)
      weight[4 * index + k] = share
    }
  }
  return { at, weight }
}
