/** Names and words as a search compares them. */

/** Case, diacritics and compatibility forms (ﬁ, Ａ, ½) make no difference when somebody looks for a machine. */
export function fold(text: string): string {
  // Most inventories are plain ASCII, where normalising 100,000 times costs more than everything else.
  if (isPlain.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
// oxlint-disable-next-line no-control-regex -- the range is all of ASCII
const isPlain = /^[\u0000-\u007f]*$/

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

/** How well a word fits, lower is better: 0 the name begins with it, 1 it begins a word, 2 it is somewhere inside. */
export type Rank = 0 | 1 | 2

/** Where the word is in a machine's text, which begins with the name; undefined when it is not there. Both are folded. */
export function rankIn(word: string, text: string): Rank | undefined {
  let at = text.indexOf(word)
  if (at === -1) return undefined
  if (at === 0) return 0
  for (; at !== -1; at = text.indexOf(word, at + 1)) if (beginsWord(text, at)) return 1
  return 2
}

/** Whether a word begins here: before it is anything of ASCII that is neither a digit nor a small letter. */
export function beginsWord(text: string, at: number): boolean {
  if (at === 0) return true
  const code = text.charCodeAt(at - 1)
  // Letters of other scripts are inside words.
  return code < 48 || (code > 57 && code < 97) || (code > 122 && code < 128)
}
