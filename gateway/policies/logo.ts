/** Which pictures may be a sign-in screen's logo (POL-4): JPEG, or PNG without transparency, up to 1 MB, told by what they hold. Pure. */

export const longestLogo = 1_000_000

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')
const opaqueColourTypes = new Set([0, 2, 3])

export type LogoVerdict = { ok: true; mediaType: 'image/png' | 'image/jpeg' } | { ok: false; reason: string }

export function judgeLogo(bytes: Uint8Array): LogoVerdict {
  const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (picture.length > longestLogo) return no('logoTooLarge')
  if (picture.subarray(0, 4).toString('latin1') === 'RIFF' && picture.subarray(8, 12).toString('latin1') === 'WEBP') return no('logoWebp')
  if (picture.subarray(0, 8).equals(pngSignature)) return judgePng(picture)
  const isJpeg = picture.length > 4 && picture[0] === 0xff && picture[1] === 0xd8 && picture[2] === 0xff
  return isJpeg ? { ok: true, mediaType: 'image/jpeg' } : no('logoFormat')
}

/** PNG (third edition) 11.2.1 and 11.3.1: an alpha channel is in the colour type, other transparency in a tRNS chunk before the picture. */
function judgePng(picture: Buffer): LogoVerdict {
  let at = pngSignature.length
  for (let isFirst = true; at + 12 <= picture.length; isFirst = false) {
    const length = picture.readUInt32BE(at)
    const type = picture.subarray(at + 4, at + 8).toString('latin1')
    const data = picture.subarray(at + 8, at + 8 + length)
    if (data.length < length) return no('logoDamaged')
    if (isFirst) {
      if (type !== 'IHDR' || length !== 13) return no('logoDamaged')
      if (!opaqueColourTypes.has(data[9] ?? -1)) return no('logoTransparent')
    }
    if (type === 'tRNS') return no('logoTransparent')
    if (type === 'IDAT') return { ok: true, mediaType: 'image/png' }
    at += 12 + length
  }
  return no('logoDamaged')
}

function no(reason: string): LogoVerdict {
  return { ok: false, reason }
}
