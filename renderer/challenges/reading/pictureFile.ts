/** What a dropped, pasted or opened file is, from its first bytes, before anything decodes it: a small file can claim a picture of gigabytes (F-72). */

export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp'] as const

/** A screenshot of three 4K screens as PNG is at most 30 MB. */
export const mostFileBytes = 40_000_000
/** An 8K screen. */
export const mostPixels = 7680 * 4320
/** JPEG tells its size after whatever its camera had to say. */
const headBytes = 512 * 1024

export type PictureFault = 'tooLarge' | 'notAPicture'

/** undefined: it may be decoded. Reads at most the first half megabyte. */
export async function pictureFault(file: Blob): Promise<PictureFault | undefined> {
  if (file.size > mostFileBytes) return 'tooLarge'
  const head = new DataView(await file.slice(0, headBytes).arrayBuffer())
  const size = pictureSize(head)
  if (!size) return 'notAPicture'
  return size.width * size.height > mostPixels || size.width === 0 || size.height === 0 ? 'tooLarge' : undefined
}

export interface PictureSize {
  width: number
  height: number
}

/** Width and height of a PNG, JPEG, WebP, GIF or BMP; undefined for anything else. */
export function pictureSize(head: DataView): PictureSize | undefined {
  try {
    if (isAt(head, 1, 'PNG\r\n')) return { width: head.getUint32(16), height: head.getUint32(20) }
    if (isAt(head, 0, 'GIF8')) return { width: head.getUint16(6, true), height: head.getUint16(8, true) }
    if (isAt(head, 0, 'BM')) return { width: Math.abs(head.getInt32(18, true)), height: Math.abs(head.getInt32(22, true)) }
    if (isAt(head, 0, 'RIFF') && isAt(head, 8, 'WEBP')) return webpSize(head)
    if (head.getUint16(0) === 0xff_d8) return jpegSize(head)
  } catch (error) {
    // Read past its end: it is cut off.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

const isAt = (head: DataView, at: number, text: string): boolean =>
  Array.from(text, (letter) => letter.charCodeAt(0)).every((byte, index) => head.getUint8(at + index) === byte)

/** RFC 9649, 2.5 to 2.7. */
function webpSize(head: DataView): PictureSize | undefined {
  if (isAt(head, 12, 'VP8X')) return { width: uint24(head, 24) + 1, height: uint24(head, 27) + 1 }
  if (isAt(head, 12, 'VP8L')) {
    const bits = head.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (isAt(head, 12, 'VP8 ')) return { width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff }
  return undefined
}

const uint24 = (head: DataView, at: number): number => head.getUint16(at, true) | (head.getUint8(at + 2) << 16)

/** ITU-T T.81, annex B: segments until the start of a frame (SOF0 to SOF15, without DHT, JPG and DAC). */
function jpegSize(head: DataView): PictureSize | undefined {
  for (let at = 2; head.getUint8(at) === 0xff;) {
    const marker = head.getUint8(at + 1)
    if (marker === 0xff) at += 1
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { width: head.getUint16(at + 7), height: head.getUint16(at + 5) }
    else at += 2 + head.getUint16(at + 2)
  }
  return undefined
}
