/**
 * The text of all machines as one string, in the order of the list: looking through it once is several times faster than asking 100,000
 * strings, and the place of a hit tells at once how good it is.
 */
import { beginsWord, rankIn, type Rank } from './fold.ts'

/** Which machines fit, as ascending places in the list, and how well each does. */
export interface Matches {
  readonly places: Int32Array
  readonly ranks: Uint8Array
}

export interface SearchText {
  /** All words must be in. With none, everything fits equally well. `within`: look only at these places, which are ascending. */
  find(words: readonly string[], within?: Int32Array): Matches
}

/** `texts` are folded, begin with the name, and have no two fields on one line. */
export function createSearchText(texts: readonly string[]): SearchText {
  const joined = `${texts.join('\n')}\n`
  const starts = new Int32Array(texts.length + 1)
  let length = 0
  for (const [place, text] of texts.entries()) {
    starts[place] = length
    length += text.length + 1
  }
  starts[texts.length] = length
  const everything = Int32Array.from(texts.keys())

  /** One word through the whole text. Words have no line breaks, so no hit crosses a field. */
  function scan(word: string): Matches {
    const places = new Int32Array(texts.length)
    const ranks = new Uint8Array(texts.length)
    let count = 0
    let place = -1
    let end = 0
    for (let at = joined.indexOf(word); at !== -1;) {
      if (at >= end) {
        do place++
        while ((starts[place + 1] ?? 0) <= at)
        end = starts[place + 1] ?? 0
        places[count] = place
        ranks[count++] = at === starts[place] ? 0 : beginsWord(joined, at) ? 1 : 2
      } else if (beginsWord(joined, at)) ranks[count - 1] = 1
      // Once it is known to begin a word, the rest of this machine's text says nothing new.
      at = joined.indexOf(word, ranks[count - 1] === 2 ? at + 1 : end)
    }
    return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
  }

  /** The words one machine at a time. */
  function look(words: readonly string[], among: Matches): Matches {
    const places = new Int32Array(among.places.length)
    const ranks = new Uint8Array(among.places.length)
    let count = 0
    for (let at = 0; at < among.places.length; at++) {
      const place = among.places[at] ?? 0
      const rank = rankOf(words, texts[place] ?? '')
      if (rank === undefined) continue
      places[count] = place
      ranks[count++] = Math.min(rank, among.ranks[at] ?? 2)
    }
    return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
  }

  return {
    find(words, within) {
      const [first, ...others] = words.toSorted((one, other) => other.length - one.length)
      if (first === undefined) return { places: everything, ranks: new Uint8Array(texts.length) }
      if (within && within.length < texts.length / 4) return look(words, { places: within, ranks: new Uint8Array(within.length).fill(2) })
      // The longest word leaves the fewest for the others to be looked for in.
      const found = scan(first)
      return others.length === 0 ? found : look(others, found)
    },
  }
}

/** The best of the words' ranks; undefined when one is missing. */
function rankOf(words: readonly string[], text: string): Rank | undefined {
  let best: Rank = 2
  for (const word of words) {
    const rank = rankIn(word, text)
    if (rank === undefined) return undefined
    if (rank < best) best = rank
  }
  return best
}
