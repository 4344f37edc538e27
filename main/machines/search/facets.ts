/** Filters by value, and what each value would show. */
import type { MachineFilter, MachineFacets } from '../../../preload/contract.ts'
import { fold } from '../fold.ts'
import type { Columns, Dictionaries } from './columns.ts'

const facetNames = ['gateways', 'sites', 'os', 'tags', 'users'] as const
type FacetName = (typeof facetNames)[number]
const columnOf = { gateways: 'gateway', sites: 'site', os: 'os', users: 'user' } as const

/** More values than this are found by typing, not by looking through them. */
const mostValues = 100

/** Of this facet only the values that have the text in them. */
export interface Narrow {
  facet: FacetName
  text: string
}

/** Tells of a place which facets do not admit it, a bit each; 0: all do. */
export type Sieve = (place: number) => number

/** undefined: everything is admitted. */
export function createSieve(columns: Columns, dictionaries: Dictionaries, filter: MachineFilter): Sieve | undefined {
  const tests: Sieve[] = []
  for (const [bit, facet] of facetNames.entries()) {
    const wanted = filter[facet]
    if (wanted === undefined || wanted.length === 0) continue
    const dictionary = dictionaries[facet === 'tags' ? 'tags' : columnOf[facet]]
    const admitted = new Uint8Array(dictionary.texts.length)
    const texts = new Set<string>(wanted)
    for (const [id, text] of dictionary.texts.entries()) if (texts.has(text)) admitted[id] = 1
    const refusal = 1 << bit
    if (facet === 'tags') tests.push((place) => (hasTag(columns, place, admitted, texts.has('')) ? 0 : refusal))
    else {
      const ids = columns.words[columnOf[facet]]
      tests.push((place) => (admitted[ids[place] ?? 0] === 1 ? 0 : refusal))
    }
  }
  if (tests.length === 0) return undefined
  return (place) => {
    let refused = 0
    for (const test of tests) refused |= test(place)
    return refused
  }
}

function hasTag({ tagStarts, tags }: Columns, place: number, admitted: Uint8Array, orNone: boolean): boolean {
  const from = tagStarts[place] ?? 0
  const to = tagStarts[place + 1] ?? 0
  if (from === to) return orNone
  for (let at = from; at < to; at++) if (admitted[tags[at] ?? 0] === 1) return true
  return false
}

/** Of these places: for each facet, what would be there if only the other facets were chosen. */
export function countFacets(
  {
    columns,
    dictionaries,
    filter,
    narrow,
  }: { columns: Columns; dictionaries: Dictionaries; filter: MachineFilter; narrow?: Narrow | undefined },
  places: Iterable<number>,
  sieve: Sieve | undefined,
): MachineFacets {
  const countsOf = (name: FacetName) => new Int32Array(dictionaries[name === 'tags' ? 'tags' : columnOf[name]].texts.length)
  const counts: Record<FacetName, Int32Array> = {
    gateways: countsOf('gateways'),
    sites: countsOf('sites'),
    os: countsOf('os'),
    tags: countsOf('tags'),
    users: countsOf('users'),
  }
  let untagged = 0
  for (const place of places) {
    const refused = sieve?.(place) ?? 0
    // Two facets refuse it: no choice in one of them brings it back.
    if ((refused & (refused - 1)) !== 0) continue
    for (let bit = 0; bit < facetNames.length; bit++) {
      const facet = facetNames[bit]
      if (facet === undefined || (refused !== 0 && refused !== 1 << bit)) continue
      if (facet !== 'tags') add(counts[facet], columns.words[columnOf[facet]][place] ?? 0)
      else {
        const from = columns.tagStarts[place] ?? 0
        const to = columns.tagStarts[place + 1] ?? 0
        for (let at = from; at < to; at++) add(counts.tags, columns.tags[at] ?? 0)
        if (from === to) untagged++
      }
    }
  }
  const facet = (name: FacetName) => {
    const text = narrow?.facet === name ? fold(narrow.text.trim()) : ''
    return toFacet(dictionaries[name === 'tags' ? 'tags' : columnOf[name]].texts, counts[name], filter[name] ?? [], text)
  }
  const tags = facet('tags')
  if (untagged > 0) tags.values.push({ value: '', count: untagged })
  return { gateways: facet('gateways'), sites: facet('sites'), os: facet('os'), tags, users: facet('users') }
}

function add(counts: Int32Array, id: number): void {
  counts[id] = (counts[id] ?? 0) + 1
}

/** A chosen value is always there, so that the choice can be taken back. */
function toFacet(texts: readonly string[], counts: Int32Array, chosen: readonly string[], narrow: string): MachineFacets['sites'] {
  const kept = new Set(chosen)
  const all = texts
    .map((value, id) => ({ value, count: counts[id] ?? 0 }))
    .filter(({ value, count }) => (count > 0 && (narrow === '' || fold(value).includes(narrow))) || kept.has(value))
  all.sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))
  const values = all.filter(({ value }, at) => at < mostValues || kept.has(value))
  return { values, more: all.length - values.length }
}
