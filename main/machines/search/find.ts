/** Finds words in the text of all machines at once, and says how well each machine fits. */
import { beginsWord } from '../fold.ts'
import type { Columns } from './columns.ts'

/**
 * How well a word fits, lower is better: the name is it, the name begins with it, a word of the name does, another word does, it is inside the
 * name, it is inside something else.
 */
export const worstRank = 5

/** Which machines fit, as ascending places, and how well each does. */
export interface Matches {
  readonly places: Int32Array
  readonly ranks: Uint8Array
}

/** A word that is found more often than this in one machine says little, wherever it is; one letter says the least. */
const mostHitsOf = (word: string): number => (word.length === 1 ? 2 : 6)

/** All words must be in. With none, everything fits equally well. `within`: look only at these places, which are ascending. */
export function find(columns: Columns, words: readonly string[], within?: Int32Array): Matches {
  const [first, ...others] = words.toSorted((one, other) => other.length - one.length)
  if (first === undefined) return { places: everything(columns.size), ranks: new Uint8Array(columns.size) }
  if (within && within.length < columns.size / 4)
    return look(columns, words, { places: within, ranks: new Uint8Array(within.length).fill(worstRank) })
  // The longest word leaves the fewest for the others to be looked for in.
  const found = scan(columns, first)
  return others.length === 0 ? found : look(columns, others, found)
}

export function everything(size: number): Int32Array {
  const places = new Int32Array(size)
  for (let place = 0; place < size; place++) places[place] = place
  return places
}

/** One word through the whole text. Words have no line breaks, so no hit crosses a field. */
function scan(columns: Columns, word: string): Matches {
  const { text, starts, nameEnds, size } = columns
  const places = new Int32Array(size)
  const ranks = new Uint8Array(size)
  let count = 0
  let place = -1
  let end = 0
  let hits = 0
  const mostHits = mostHitsOf(word)
  for (let at = text.indexOf(word); at !== -1;) {
    if (at >= end) {
      place = placeOf(starts, at, place + 1)
      end = starts[place + 1] ?? 0
      places[count] = place
      ranks[count++] = worstRank
      hits = 0
    }
    const rank = rankAt(text, at, word.length, starts[place] ?? 0, nameEnds[place] ?? 0)
    if (rank < (ranks[count - 1] ?? 0)) ranks[count - 1] = rank
    // Nothing better can come, or nothing that matters: on to the next machine.
    at = text.indexOf(word, rank <= 2 || ++hits >= mostHits || (ranks[count - 1] === 3 && at >= (nameEnds[place] ?? 0)) ? end : at + 1)
  }
  return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
}

/** Whose text this is, from the place of a hit before: hits are mostly near each other or far apart, so it gallops. */
export function placeOf(starts: Int32Array, at: number, from: number): number {
  let step = 1
  let low = from
  while (low + step < starts.length && (starts[low + step] ?? 0) <= at) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, starts.length - 1)
  while (low + 1 < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= at) low = middle
    else high = middle
  }
  return low
}

function rankAt(text: string, at: number, length: number, start: number, nameEnd: number): number {
  if (at === start) return at + length === nameEnd ? 0 : 1
  const inName = at < nameEnd
  if (beginsWord(text, at)) return inName ? 2 : 3
  return inName ? 4 : 5
}

/** The words one machine at a time. */
function look(columns: Columns, words: readonly string[], among: Matches): Matches {
  const places = new Int32Array(among.places.length)
  const ranks = new Uint8Array(among.places.length)
  // Few machines lie far apart in the text: what is between them is not worth looking through.
  const rankIn = among.places.length < columns.size / 32 ? (place: number) => rankOf(columns, words, place) : ranksInTurn(columns, words)
  let count = 0
  for (let at = 0; at < among.places.length; at++) {
    const place = among.places[at] ?? 0
    const rank = rankIn(place)
    if (rank === undefined) continue
    places[count] = place
    ranks[count++] = Math.min(rank, among.ranks[at] ?? worstRank)
  }
  return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
}

/** Like `rankOf`, for places in ascending order: where a word was found beyond a machine, it is not looked for again before that. */
function ranksInTurn({ text, starts, nameEnds }: Columns, words: readonly string[]): (place: number) => number | undefined {
  const cursors = words.map((word) => ({ word, most: mostHitsOf(word), next: -1 }))
  return (place) => {
    const [start, end, nameEnd] = [starts[place] ?? 0, starts[place + 1] ?? 0, nameEnds[place] ?? 0]
    let best = worstRank
    for (const cursor of cursors) {
      const { word, most } = cursor
      if (cursor.next < start) cursor.next = nextOf(text, word, start)
      if (cursor.next >= end) return undefined
      for (let hits = 0; cursor.next < end && hits < most; hits++) {
        best = Math.min(best, rankAt(text, cursor.next, word.length, start, nameEnd))
        cursor.next = nextOf(text, word, cursor.next + 1)
      }
    }
    return best
  }
}

function nextOf(text: string, word: string, from: number): number {
  const at = text.indexOf(word, from)
  return at === -1 ? Infinity : at
}

/** The best of the words' ranks; undefined when one is missing. */
function rankOf(columns: Columns, words: readonly string[], place: number): number | undefined {
  const start = columns.starts[place] ?? 0
  const nameEnd = (columns.nameEnds[place] ?? 0) - start
  const text = columns.text.slice(start, columns.starts[place + 1])
  let best = worstRank
  for (const word of words) {
    let at = text.indexOf(word)
    if (at === -1) return undefined
    for (let hits = 0, most = mostHitsOf(word); at !== -1 && hits < most; hits++) {
      best = Math.min(best, rankAt(text, at, word.length, 0, nameEnd))
      at = text.indexOf(word, at + 1)
    }
  }
  return best
}
