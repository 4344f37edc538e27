/**
 * Finds a word with one letter wrong, missing, too many, or two neighbours swapped. One half of such a word is whole, so only machines that have
 * one of the halves are looked at closely.
 */
import type { Columns } from './columns.ts'
import { type Matches, scan, worstRank } from './find.ts'

/** With shorter words anything is near to everything. */
export const shortestNear = 4
const longestNear = 30
/** So many are looked at closely at most: a search must not take longer because nothing fits. */
const mostLookedAt = 20_000

/** The machines that have the word but for one letter; ranks say nothing. */
export function findNear(columns: Columns, word: string): Matches {
  if (word.length < shortestNear || word.length > longestNear) return { places: new Int32Array(0), ranks: new Uint8Array(0) }
  const half = word.length >> 1
  const swaps = swapsOf(word)
  const candidates = new Set<number>()
  // Two swapped letters may be one of each half.
  for (const part of [word.slice(0, half), word.slice(half), swaps[half - 1] ?? word])
    for (const place of scan(columns, part).places) {
      if (candidates.size >= mostLookedAt) break
      candidates.add(place)
    }
  const isNear = createNear(word)
  const places = Int32Array.from(candidates)
    .sort()
    .filter((place) => {
      const text = columns.text.slice(columns.starts[place], columns.starts[place + 1])
      return isNear(text) || swaps.some((swap) => text.includes(swap))
    })
  return { places, ranks: new Uint8Array(places.length).fill(worstRank) }
}

function swapsOf(word: string): string[] {
  return Array.from({ length: word.length - 1 }, (_, at) => word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2))
}

/** Whether a text has the word with at most one letter wrong, missing or too many (Wu and Manber 1992, the bits of a number being the word's letters). */
function createNear(word: string): (text: string) => boolean {
  const masks = new Map<number, number>()
  for (let at = 0; at < word.length; at++) masks.set(word.charCodeAt(at), (masks.get(word.charCodeAt(at)) ?? 0) | (1 << at))
  const last = 1 << (word.length - 1)
  return (text) => {
    let exact = 0
    let near = 1
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      // No word goes on over the end of a field.
      if (code === 10) {
        exact = 0
        near = 1
        continue
      }
      const mask = masks.get(code) ?? 0
      const before = exact
      exact = ((exact << 1) | 1) & mask
      near = (((near << 1) | 1) & mask) | before | (before << 1) | (exact << 1) | 1
      if (((near | exact) & last) !== 0) return true
    }
    return false
  }
}
