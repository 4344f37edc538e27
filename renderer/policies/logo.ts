/** Making a picture fit for a sign-in screen (POL-4): PNG or JPEG up to 1 MB, without transparency. */

export type LogoProblem = 'tooLarge' | 'format' | 'unreadable'
export type LogoOutcome = { ok: true; data: string } | { ok: false; problem: LogoProblem }

const longestBytes = 1_000_000
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** By what the file holds, not by its name. */
export function pictureKind(bytes: Uint8Array): 'png' | 'jpeg' | undefined {
  if (pngSignature.every((byte, index) => bytes[index] === byte)) return 'png'
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? 'jpeg' : undefined
}

/** The picture as base64; a PNG is drawn on white. */
export async function logoFrom(file: Blob): Promise<LogoOutcome> {
  if (file.size > longestBytes) return { ok: false, problem: 'tooLarge' }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const kind = pictureKind(bytes)
  if (kind === undefined) return { ok: false, problem: 'format' }
  try {
    const picture = await createImageBitmap(file)
    const flat = kind === 'jpeg' ? file : await onWhite(picture)
    picture.close()
    if (flat.size > longestBytes) return { ok: false, problem: 'tooLarge' }
    return { ok: true, data: toBase64(new Uint8Array(await flat.arrayBuffer())) }
  } catch {
    return { ok: false, problem: 'unreadable' }
  }
}

async function onWhite(picture: ImageBitmap): Promise<Blob> {
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  // Without an alpha channel the PNG has none either (PNG 11.2.1, colour type 2).
  const drawing = canvas.getContext('2d', { alpha: false })
  if (!drawing) throw new Error('There is no canvas.')
  drawing.fillStyle = '#fff'
  drawing.fillRect(0, 0, picture.width, picture.height)
  drawing.drawImage(picture, 0, 0)
  const png = await canvas.convertToBlob({ type: 'image/png' })
  const colourType = new Uint8Array(await png.slice(25, 26).arrayBuffer())[0]
  return colourType === 2 || colourType === 0 ? png : canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })
}

/** btoa takes one character for each byte. */
function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
