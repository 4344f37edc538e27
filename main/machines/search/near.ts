/**
 * Finds a word with one letter wrong, missing, too many, or two neighbours swapped. One half of such a word is whole, unless the swapped ones stand
 * on both sides of the middle: so the halves are looked for, and what stands beside them is compared.
 */
import type { Columns, Dictionaries, Lines } from './columns.ts'
import { matchesOf, placeOf, worstRank } from './find.ts'
import { improve, noRanks, sharedRanks } from './shared.ts'

/** With shorter words anything is near to everything. */
export const shortestNear = 4
const longestNear = 60
/** So many halves are looked at at most: a search must not take longer because nothing fits. */
const mostLookedAt = 200_000

/** The ascending places of the machines that have the word but for one letter. */
export function findNear(columns: Columns, dictionaries: Dictionaries, word: string): Int32Array {
  if (word.length < shortestNear || word.length > longestNear) return new Int32Array(0)
  const own = nearIn(columns, word)
  const shared = sharedRanks(columns, dictionaries, (lines) => nearIn(lines, word))
  const ranks = own ?? noRanks(columns)
  if (shared) improve(ranks, shared)
  return matchesOf(ranks).places
}

/** Which lines have it: those have the worst rank; undefined: none has. */
function nearIn({ text, starts, size }: Lines, word: string): Uint8Array | undefined {
  const half = word.length >> 1
  const [first, second] = [word.slice(0, half), word.slice(half)]
  const swapped = first.slice(0, -1) + second.charAt(0) + first.slice(-1) + second.slice(1)
  let ranks: Uint8Array | undefined
  const look = (part: string, fits: (at: number) => boolean): void => {
    let looked = 0
    let line = 0
    for (let at = text.indexOf(part); at !== -1 && looked < mostLookedAt; looked++) {
      if (!fits(at)) {
        at = text.indexOf(part, at + 1)
        continue
      }
      line = placeOf(starts, at, line)
      ranks ??= noRanks({ size })
      ranks[line] = worstRank
      // One is enough of each.
      at = text.indexOf(part, starts[line + 1])
    }
  }
  look(first, (at) => isNear(text, at + half, 1, second))
  look(second, (at) => isNear(text, at - 1, -1, first))
  look(swapped, () => true)
  return ranks
}

const lineEnd = 10

/** Whether the text goes on from `at` as the word does, backwards if `step` is -1, but for one letter. */
function isNear(text: string, at: number, step: 1 | -1, word: string): boolean {
  let same = 0
  while (same < word.length && text.charCodeAt(at + same * step) === letterOf(word, step, same)) same++
  if (same === word.length) return true
  const from = at + same * step
  // Missing in the text; and, unless a field ends here: another one, one too many, two swapped.
  if (goesOn(text, from, step, word, same + 1)) return true
  const other = text.charCodeAt(from)
  if (Number.isNaN(other) || other === lineEnd) return false
  if (goesOn(text, from + step, step, word, same + 1) || goesOn(text, from + step, step, word, same)) return true
  const isSwapped =
    same + 1 < word.length && other === letterOf(word, step, same + 1) && text.charCodeAt(from + step) === letterOf(word, step, same)
  return isSwapped && goesOn(text, from + 2 * step, step, word, same + 2)
}

/** Whether the text has the word's letters from `same` on. */
function goesOn(text: string, from: number, step: 1 | -1, word: string, same: number): boolean {
  for (let index = same, at = from; index < word.length; index++, at += step)
    if (text.charCodeAt(at) !== letterOf(word, step, index)) return false
  return true
}

const letterOf = (word: string, step: 1 | -1, index: number) => word.charCodeAt(step === 1 ? index : word.length - 1 - index)
