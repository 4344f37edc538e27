/** Where a search found something: its words begin words of the event, without regard to case and accents. Pure. */

export interface Piece {
  text: string
  isHit: boolean
}

const isWordCharacter = /[\p{L}\p{N}]/u
/** Scripts without blanks begin a word at each character. */
const isWord = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー]/u

/** Lower case without accents, with the same number of UTF-16 units, so that places in it are places in the text. */
function folded(text: string): string {
  return Array.from(text, (character) => {
    const plain = character.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
    return plain.length === character.length ? plain : character
  }).join('')
}

/** The words of a search, as they are looked for. */
export function searchWords(search: string): string[] {
  return [...new Set(folded(search.normalize('NFC')).match(/[\p{L}\p{N}]+/gu))].sort((one, other) => other.length - one.length)
}

/** The text in pieces, in order. Nothing found: one piece. */
export function toPieces(text: string, words: readonly string[]): Piece[] {
  if (words.length === 0 || text === '') return [{ text, isHit: false }]
  const plain = folded(text)
  const pieces: Piece[] = []
  let from = 0
  for (let at = 0; at < plain.length;) {
    const begins = at === 0 || !isWordCharacter.test(plain[at - 1] ?? '') || isWord.test(plain[at] ?? '')
    const word = begins ? words.find((one) => plain.startsWith(one, at)) : undefined
    if (word === undefined) {
      at++
      continue
    }
    if (at > from) pieces.push({ text: text.slice(from, at), isHit: false })
    pieces.push({ text: text.slice(at, at + word.length), isHit: true })
    at += word.length
    from = at
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isHit: false })
  return pieces
}

export function isHit(text: string, words: readonly string[]): boolean {
  return words.length > 0 && toPieces(text, words).some((piece) => piece.isHit)
}
