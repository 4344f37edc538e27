/** Where in a machine's texts, as they are shown, the words of a search are. */
import type { MachineHits } from '../../../preload/contract.ts'
import type { ProviderMachine } from '../../providers/provider.ts'
import { fold } from '../fold.ts'

type Ranges = NonNullable<MachineHits['name']>

/** Nobody sees more of a text, nor needs more marks in it. */
const longestText = 400
const mostRanges = 12

/** `words` are folded. undefined: none of them is in what a row shows. */
export function hitsOf(
  words: readonly string[],
  machine: Pick<ProviderMachine, 'name' | 'address' | 'site' | 'tags'> & { user?: string | undefined },
): MachineHits | undefined {
  if (words.length === 0) return undefined
  const texts = { ...pick(machine), tags: machine.tags.join(', '), user: machine.user ?? '' }
  const found = Object.entries(texts).map(([field, text]) => [field, rangesIn(text, words)] as const)
  const hits: MachineHits = Object.fromEntries(found.filter(([, ranges]) => ranges.length > 0))
  return Object.keys(hits).length > 0 ? hits : undefined
}

const pick = ({ name, address, site }: Pick<ProviderMachine, 'name' | 'address' | 'site'>) => ({ name, address, site })

/** In order, and not one over the other. */
function rangesIn(whole: string, words: readonly string[]): Ranges {
  const text = whole.slice(0, longestText)
  const all = fold(text)
  if (!words.some((word) => all.includes(word))) return []
  const { folded, from } = foldWithPlaces(text, all)
  const ranges: Ranges = []
  for (const word of words)
    for (let at = folded.indexOf(word); at !== -1 && ranges.length < mostRanges; at = folded.indexOf(word, at + word.length))
      ranges.push([from(at), endOf(from, at + word.length)])
  return joined(ranges.sort(([one], [other]) => one - other))
}

/** A letter that became two is marked as a whole. */
function endOf(from: (at: number) => number, end: number): number {
  const start = from(end - 1)
  let after = end
  while (from(after) === start) after++
  return from(after)
}

function joined(ranges: Ranges): Ranges {
  const apart: Ranges = []
  for (const [start, end] of ranges) {
    const last = apart.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else apart.push([start, end])
  }
  return apart
}

/** The folded text (`all`, if letter by letter makes no difference), and where in the original a place of it comes from. */
function foldWithPlaces(text: string, all: string): { folded: string; from: (at: number) => number } {
  // Nearly always: every letter stays one.
  // oxlint-disable-next-line no-control-regex -- the range is all of ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return { folded: all, from: (at) => at }
  const places: number[] = []
  let folded = ''
  let at = 0
  for (const letter of text) {
    const piece = fold(letter)
    folded += piece
    for (let unit = 0; unit < piece.length; unit++) places.push(at)
    at += letter.length
  }
  return { folded, from: (place) => places[place] ?? at }
}
