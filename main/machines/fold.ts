/** Names and words as a search compares them. */

/**
 * Case, diacritics and compatibility forms (ﬁ, Ａ, ½) make no difference when somebody looks for a machine; nor does katakana for hiragana, in
 * full or half width. The marks that make か into が do: they are another sound.
 */
export function fold(text: string): string {
  // Most inventories are plain ASCII, where normalising 100,000 times costs more than everything else.
  if (isPlain.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(marks, '').replace(katakana, toHiragana).toLowerCase()
}
// oxlint-disable-next-line no-control-regex -- the range is all of ASCII
const isPlain = /^[\u0000-\u007f]*$/
const marks = /(?![\u3099\u309a])\p{M}/gu
/** Those that have a hiragana of their own, 96 places before. */
const katakana = /[\u30a1-\u30f6]/g
const toHiragana = (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96)

/** The words that must all be found. */
export function wordsOf(search: string): string[] {
  return fold(search)
    .split(/\s+/u)
    .filter((word) => word !== '')
}

/** Of a folded text: sorts "web-2" before "web-10", digit runs being of one width. */
export function sortKey(folded: string): string {
  return folded.replace(/\d+/g, (digits) => digits.padStart(10, '0'))
}

/** Two names that a person would take for the same (F-30): case and Unicode form are ignored, diacritics are not. */
export function nameKey(name: string): string {
  return isPlain.test(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase()
}

/** Whether a word begins here: before it is anything of ASCII that is neither a digit nor a small letter. */
export function beginsWord(text: string, at: number): boolean {
  if (at === 0) return true
  const code = text.charCodeAt(at - 1)
  // Letters of other scripts are inside words.
  return code < 48 || (code > 57 && code < 97) || (code > 122 && code < 128)
}
