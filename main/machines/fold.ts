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

/** Sorts "web-2" before "web-10": digit runs of one width. */
export function sortKey(text: string): string {
  return fold(text).replace(/\d+/g, (digits) => digits.padStart(10, '0'))
}

/** Two names that a person would take for the same (F-30): case and Unicode form are ignored, diacritics are not. */
export function nameKey(name: string): string {
  return isPlain.test(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase()
}

/**
 * How well words that are all in the haystack fit, lower is better: 0 the name begins with one of them, 1 one begins a word, 2 all are
 * somewhere inside. `name` and `haystack` are folded already.
 */
export function rank(words: readonly string[], name: string, haystack: string): 0 | 1 | 2 {
  for (const word of words) if (name.startsWith(word)) return 0
  for (const word of words) if (beginsWord(word, haystack)) return 1
  return 2
}

function beginsWord(word: string, haystack: string): boolean {
  for (let at = haystack.indexOf(word); at !== -1; at = haystack.indexOf(word, at + 1)) {
    if (at === 0 || isBoundary(haystack.charCodeAt(at - 1))) return true
  }
  return false
}

/** Anything of ASCII that is neither a digit nor a small letter; letters of other scripts are inside words. */
function isBoundary(code: number): boolean {
  return code < 48 || (code > 57 && code < 97) || (code > 122 && code < 128)
}
