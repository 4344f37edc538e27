/**
 * How the Chromium host writes messages as text: JSON, and Uint8Array as marked base64. A mark is a NUL at the start of a string; a string
 * that really starts with NUL is marked too, so that nothing a machine or a person wrote can pass for bytes.
 */
export interface Codec {
  /** Throws DataCloneError's words for functions and symbols, as Electron does. */
  encode(value: unknown): string
  decode(text: string): unknown
}

/** Both worlds bring their own base64: Node has Buffer, the page has Uint8Array.fromBase64. */
export interface Base64 {
  fromBytes(bytes: Uint8Array): string
  toBytes(text: string): Uint8Array
}

const bytesMark = '\0b'
const textMark = '\0s'

export function createCodec(base64: Base64): Codec {
  const mark = (value: unknown): unknown => {
    if (typeof value === 'string') return value.startsWith('\0') ? textMark + value : value
    if (value instanceof Uint8Array) return bytesMark + base64.fromBytes(value)
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('An object could not be cloned.')
    return value
  }
  const unmark = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value
    if (value.startsWith(bytesMark)) return base64.toBytes(value.slice(bytesMark.length))
    return value.startsWith(textMark) ? value.slice(textMark.length) : value
  }
  return {
    // A Buffer has a toJSON of its own, so the replacer looks at what was there before it.
    encode: (value) =>
      JSON.stringify(value, function (this: Record<string, unknown>, key) {
        return mark(this[key])
      }),
    // A reviver costs several times the parse; most messages have no mark.
    decode: (text): unknown => (text.includes(String.raw`\u0000`) ? JSON.parse(text, unmark) : JSON.parse(text)),
  }
}
