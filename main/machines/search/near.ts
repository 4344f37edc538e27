/**
 * Finds a word with one letter wrong, missing, too many, or two neighbours swapped. One half of such a word is whole, unless the swapped ones stand
 * on both sides of the middle: so the halves are looked for, and what stands beside them is compared.
 */
import type { Columns } from './columns.ts'
import { placeOf } from './find.ts'

/** With shorter words anything is near to everything. */
export const shortestNear = 4
const longestNear = 60
/** So many halves are looked at at most: a search must not take longer because nothing fits. */
const mostLookedAt = 200_000

/** The ascending places of the machines that have the word but for one letter. */
export function findNear(columns: Columns, word: string): Int32Array {
  if (word.length < shortestNear || word.length > longestNear) return new Int32Array(0)
  const { text } = columns
  const half = word.length >> 1
  const [first, second] = [word.slice(0, half), word.slice(half)]
  const swapped = first.slice(0, -1) + second.charAt(0) + first.slice(-1) + second.slice(1)
  const places = new Set<number>()
  const look = (part: string, fits: (at: number) => boolean): void => {
    let looked = 0
    let place = 0
    for (let at = text.indexOf(part); at !== -1 && looked < mostLookedAt; looked++) {
      place = placeOf(columns.starts, at, place)
      const found = fits(at)
      if (found) places.add(place)
      // One is enough of each machine.
      at = text.indexOf(part, found ? columns.starts[place + 1] : at + 1)
    }
  }
  look(first, (at) => isNear(text, at + half, 1, second))
  look(second, (at) => isNear(text, at - 1, -1, first))
  look(swapped, () => true)
  return Int32Array.from(places).sort()
}

const lineEnd = 10

/** Whether the text goes on from `at` as the word does, backwards if `step` is -1, but for one letter. */
function isNear(text: string, at: number, step: 1 | -1, word: string): boolean {
  const letter = (index: number) => word.charCodeAt(step === 1 ? index : word.length - 1 - index)
  let same = 0
  while (same < word.length && text.charCodeAt(at + same * step) === letter(same)) same++
  if (same === word.length) return true
  const goesOn = (fromText: number, fromWord: number): boolean => {
    for (let index = fromWord; index < word.length; index++)
      if (text.charCodeAt(at + (fromText + index - fromWord) * step) !== letter(index)) return false
    return true
  }
  // Missing in the text; and, unless a field ends here: another one, one too many, two swapped.
  if (goesOn(same, same + 1)) return true
  const other = text.charCodeAt(at + same * step)
  if (Number.isNaN(other) || other === lineEnd) return false
  if (goesOn(same + 1, same + 1) || goesOn(same + 1, same)) return true
  const isSwapped = same + 1 < word.length && other === letter(same + 1) && text.charCodeAt(at + (same + 1) * step) === letter(same)
  return isSwapped && goesOn(same + 2, same + 2)
}
