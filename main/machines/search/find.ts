/** Finds words in the texts of all machines at once, and says how well each machine fits. */
import { beginsWord } from '../fold.ts'
import type { Columns, Dictionaries, Lines } from './columns.ts'
import { improve, missing, noRanks, sharedRanks } from './shared.ts'

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
export function find(columns: Columns, dictionaries: Dictionaries, words: readonly string[], within?: Int32Array): Matches {
  const [first, ...others] = words.toSorted((one, other) => other.length - one.length)
  if (first === undefined) return { places: everything(columns.size), ranks: new Uint8Array(columns.size) }
  if (within && within.length < columns.size / 4)
    return look(columns, dictionaries, words, { places: within, ranks: new Uint8Array(within.length).fill(worstRank) })
  // The longest word leaves the fewest for the others to be looked for in.
  const found = scan(columns, dictionaries, first)
  return others.length === 0 ? found : look(columns, dictionaries, others, found)
}

export function everything(size: number): Int32Array {
  const places = new Int32Array(size)
  for (let place = 0; place < size; place++) places[place] = place
  return places
}

/** One word through everything. */
function scan(columns: Columns, dictionaries: Dictionaries, word: string): Matches {
  const ranks = noRanks(columns)
  rankOwn(columns, word, ranks)
  const shared = sharedRanks(columns, dictionaries, (lines) => rankLines(lines, word))
  if (shared) improve(ranks, shared)
  return matchesOf(ranks)
}

/** What fits, of the ranks of all. */
export function matchesOf(all: Uint8Array): Matches {
  const places = new Int32Array(all.length)
  const ranks = new Uint8Array(all.length)
  let count = 0
  for (let place = 0; place < all.length; place++) {
    const rank = all[place] ?? missing
    // Written in any case, and over it if it does not fit: a branch that cannot be foretold costs more.
    places[count] = place
    ranks[count] = rank
    count += rank === missing ? 0 : 1
  }
  return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
}

/** Names and addresses. Words have no line breaks, so no hit crosses a field. */
function rankOwn({ text, starts, nameEnds }: Columns, word: string, ranks: Uint8Array): void {
  const mostHits = mostHitsOf(word)
  let place = -1
  let end = 0
  let hits = 0
  let best = missing
  for (let at = nextOf(text, word, 0); at !== -1;) {
    if (at >= end) {
      place = placeOf(starts, at, place + 1)
      end = starts[place + 1] ?? 0
      hits = 0
      best = missing
    }
    const rank = rankAt(text, at, word.length, starts[place] ?? 0, nameEnds[place] ?? 0)
    if (rank < best) ranks[place] = best = rank
    // Nothing better can come, or nothing that matters: on to the next machine.
    at = nextOf(text, word, rank <= 3 || ++hits >= mostHits ? end : at + 1)
  }
}

/** Of each line, how well the word fits; undefined: it is in none. */
function rankLines({ text, starts, size }: Lines, word: string): Uint8Array | undefined {
  let at = text.indexOf(word)
  if (at === -1) return undefined
  const ranks = noRanks({ size })
  for (let line = 0; at !== -1;) {
    line = placeOf(starts, at, line)
    const begins = beginsWord(text, at)
    ranks[line] = begins ? 3 : worstRank
    at = text.indexOf(word, begins ? starts[line + 1] : at + 1)
  }
  return ranks
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
  return inName ? 4 : worstRank
}

/** The words one machine at a time. */
function look(columns: Columns, dictionaries: Dictionaries, words: readonly string[], among: Matches): Matches {
  const places = new Int32Array(among.places.length)
  const ranks = new Uint8Array(among.places.length)
  const rankers = words.map((word) => {
    const shared = sharedRanks(columns, dictionaries, (lines) => rankLines(lines, word))
    // Few machines lie far apart in the text: what is between them is not worth looking through.
    const own = among.places.length < columns.size / 32 ? rankEach(columns, word) : rankInTurn(columns, word)
    return { shared, own }
  })
  let count = 0
  for (let at = 0; at < among.places.length; at++) {
    const place = among.places[at] ?? 0
    let best = among.ranks[at] ?? worstRank
    let fits = true
    for (const { shared, own } of rankers) {
      const rank = Math.min(own(place, best), shared?.[place] ?? missing)
      best = Math.min(best, rank)
      fits &&= rank !== missing
    }
    if (!fits) continue
    places[count] = place
    ranks[count++] = best
  }
  return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
}

/** How well the word fits the machine's own text. `known`: better ranks alone are of interest. */
type OwnRank = (place: number, known: number) => number

/** Like `rankEach`, for places in ascending order: where the word was found beyond a machine, it is not looked for again before that. */
function rankInTurn({ text, starts, nameEnds }: Columns, word: string): OwnRank {
  const most = mostHitsOf(word)
  let next = nextOf(text, word, 0)
  return (place, known) => {
    const start = starts[place] ?? 0
    const end = starts[place + 1] ?? 0
    const nameEnd = nameEnds[place] ?? 0
    if (next !== -1 && next < start) next = nextOf(text, word, start)
    let best = missing
    for (let hits = 0; next !== -1 && next < end && hits < most; hits++) {
      best = Math.min(best, rankAt(text, next, word.length, start, nameEnd))
      // After the name nothing is better than 3.
      if (next >= nameEnd && Math.min(best, known) <= 3) break
      next = nextOf(text, word, next + 1)
    }
    return best
  }
}

/** V8 looks for seven letters and more in another way, which is some times slower in texts like these. */
const mostLetters = 6

/** `text.indexOf(word, from)`: of a long word its end is looked for, in which names and addresses differ most. */
function nextOf(text: string, word: string, from: number): number {
  const before = word.length - mostLetters
  if (before <= 0) return text.indexOf(word, from)
  const end = word.slice(before)
  for (let at = text.indexOf(end, from + before); at !== -1; at = text.indexOf(end, at + 1))
    if (text.startsWith(word, at - before)) return at - before
  return -1
}

function rankEach({ text, starts, nameEnds }: Columns, word: string): OwnRank {
  const most = mostHitsOf(word)
  return (place) => {
    const start = starts[place] ?? 0
    const nameEnd = (nameEnds[place] ?? 0) - start
    const own = text.slice(start, starts[place + 1])
    let best = missing
    for (let at = own.indexOf(word), hits = 0; at !== -1 && hits < most; at = own.indexOf(word, at + 1), hits++)
      best = Math.min(best, rankAt(own, at, word.length, 0, nameEnd))
    return best
  }
}
