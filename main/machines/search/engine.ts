/**
 * Answers what the list asks: which machines, in which order, how many. All columns are in memory; a change is merged in when somebody looks, and
 * a search narrows the one before. Knows nothing of providers or of the disk.
 */
import type { MachineFacets, MachineFilter, MachineSort } from '../../../preload/contract.ts'
import { wordsOf } from '../fold.ts'
import {
  addTo,
  arrangeInSteps,
  type Columns,
  createDictionaries,
  createDraft,
  type Dictionaries,
  type Draft,
  merge,
  noColumns,
  patch,
} from './columns.ts'
import { countFacets, createSieve, type Narrow } from './facets.ts'
import { find, type Matches, worstRank } from './find.ts'
import { type Indexed, tabs } from './indexed.ts'
import { findNear, shortestNear } from './near.ts'
import { orderBy, type ColumnSort } from './orders.ts'

export interface Selection {
  search: string
  filter: MachineFilter
  /** Only these numbers, if told; their order is the order `recent`. */
  only?: readonly number[] | undefined
}

export interface Page {
  /** A place in `tabs`. */
  state: number
  sort: MachineSort
  descending: boolean
  offset: number
  limit: number
}

export interface Found {
  /** Of each tab. */
  counts: number[]
  /** The page's machines. */
  numbers: number[]
  near: boolean
}

export interface Engine {
  readonly dictionaries: Dictionaries
  /** All machines at once, in the order of their numbers; `order` has those in the order of `orderOf`. What was here before is forgotten. */
  load(draft: Draft, order: Int32Array, pause: () => Promise<void>): Promise<void>
  /** Machines as they are now; undefined: it is gone. */
  change(machines: ReadonlyMap<number, Indexed | undefined>): void
  slice(selection: Selection, page: Page): Found
  facets(selection: Selection, state: number, narrow?: Narrow): MachineFacets
}

interface Selected {
  /** Of each tab. */
  counts: number[]
  /** A tab's places in order, from one up to another. */
  slice: (this: void, state: number, from: number, to: number) => Int32Array
}

interface Looked {
  key: string
  words: readonly string[]
  matches: Matches
  near: boolean
}

export function createEngine(): Engine {
  const dictionaries = createDictionaries()
  let columns: Columns = noColumns()
  const orders = new Map<ColumnSort, Int32Array>()
  /** What changed and is not in the columns yet. */
  let waiting = new Map<number, Indexed | undefined>()
  let looked: Looked | undefined
  let last: { key: string; selected: Selected } | undefined

  function settle(): void {
    if (waiting.size === 0) return
    const changes = waiting
    waiting = new Map()
    looked = undefined
    last = undefined
    const moved = new Map<number, Indexed | undefined>()
    for (const [n, machine] of changes) if (!machine || !patch(columns, machine, dictionaries)) moved.set(n, machine)
    if (moved.size === 0) {
      // Names, addresses and tags are as they were.
      for (const sort of orders.keys()) if (sort !== 'address' && sort !== 'tags') orders.delete(sort)
      return
    }
    const coming = [...moved.values()].filter((machine) => machine !== undefined)
    const draft = createDraft(coming.length)
    for (const machine of coming) addTo(draft, machine, dictionaries)
    become(merge(columns, draft, new Set(moved.keys())))
  }

  function become(next: Columns): void {
    columns = next
    orders.clear()
    looked = undefined
    last = undefined
  }

  function orderOf(sort: ColumnSort): Int32Array {
    const known = orders.get(sort) ?? orderBy(columns, dictionaries, sort)
    orders.set(sort, known)
    return known
  }

  function look(search: string): Looked {
    const words = wordsOf(search)
    const key = words.join(' ')
    if (looked?.key === key) return looked
    // Whoever types one letter more is looking among what fitted before.
    const within = looked && !looked.near && narrows(looked.words, words) ? looked.matches.places : undefined
    const matches = find(columns, dictionaries, words, within)
    looked = matches.places.length > 0 ? { key, words, matches, near: false } : lookNear(key, words)
    return looked
  }

  /** Nothing has all of the words: those that are long enough may have one letter wrong. */
  function lookNear(key: string, words: readonly string[]): Looked {
    const done = (places: Int32Array): Looked => {
      const matches = { places, ranks: new Uint8Array(places.length).fill(worstRank) }
      return { key, words, matches, near: true }
    }
    // What is near to a longer word was near to its beginning, where that was long enough to be looked for.
    const wasLookedFor = looked?.near === true && looked.words.every((word) => word.length >= shortestNear)
    if (looked && wasLookedFor && looked.matches.places.length === 0 && narrows(looked.words, words)) return done(looked.matches.places)
    let places: Int32Array | undefined
    for (const word of words) {
      // One word alone was looked for already.
      const exact = words.length === 1 ? new Int32Array(0) : find(columns, dictionaries, [word]).places
      const fits = exact.length > 0 || word.length < shortestNear ? exact : findNear(columns, dictionaries, word)
      places = places ? both(places, fits) : fits
    }
    return done(places ?? new Int32Array(0))
  }

  function select(selection: Selection, sort: MachineSort): Selected & { near: boolean } {
    const { matches, near, key } = look(selection.search)
    const whole = JSON.stringify([key, selection.filter, selection.only, sort])
    if (last?.key !== whole) last = { key: whole, selected: arrange(sift(matches, selection), selection, sort) }
    return { ...last.selected, near: near && matches.places.length > 0 }
  }

  function sift(matches: Matches, selection: Selection): Matches {
    const sieve = createSieve(columns, dictionaries, selection.filter)
    const only = selection.only && marked(selection.only)
    if (!sieve && !only) return matches
    const places = new Int32Array(matches.places.length)
    const ranks = new Uint8Array(matches.places.length)
    let count = 0
    for (let at = 0; at < matches.places.length; at++) {
      const place = matches.places[at] ?? 0
      if (only && only[place] !== 1) continue
      if (sieve && sieve(place) !== 0) continue
      places[count] = place
      ranks[count++] = matches.ranks[at] ?? worstRank
    }
    return { places: places.subarray(0, count), ranks: ranks.subarray(0, count) }
  }

  function placesOf(numbers: readonly number[]): number[] {
    return numbers.map((n) => columns.places[n] ?? -1).filter((place) => place >= 0)
  }

  function marked(numbers: readonly number[]): Uint8Array {
    const marks = new Uint8Array(columns.size)
    for (const place of placesOf(numbers)) marks[place] = 1
    return marks
  }

  function arrange(matches: Matches, { only }: Selection, sort: MachineSort): Selected {
    const { states } = columns
    const alike = (places: Int32Array) => byTab({ places, ranks: new Uint8Array(places.length) }, states)
    if (sort === 'recent' && only) return alike(inOrder(matches, Int32Array.from(placesOf(only)), columns.size))
    // By name, what fits best comes first; a column that somebody sorted by is obeyed as it is.
    return sort === 'name' || sort === 'recent' ? byTab(matches, states) : alike(inOrder(matches, orderOf(sort), columns.size))
  }

  return {
    dictionaries,
    async load(draft, numbers, pause) {
      // Those that came or went while this was read are told as changes.
      const steps = arrangeInSteps(undefined, draft, picksOf(draft, numbers))
      let step = steps.next()
      for (; step.done !== true; step = steps.next()) await pause()
      become(step.value)
    },
    change(machines) {
      for (const [n, machine] of machines) waiting.set(n, machine)
    },
    slice(selection, { state, sort, descending, offset, limit }) {
      settle()
      const { counts, slice, near } = select(selection, sort)
      const page = pageOf(counts[state] ?? 0, descending, offset, limit, (from, to) => slice(state, from, to))
      return {
        counts,
        numbers: Array.from(page, (place) => columns.numbers[place] ?? 0),
        near,
      }
    },
    facets(selection, state, narrow) {
      settle()
      const { matches } = look(selection.search)
      const only = selection.only && marked(selection.only)
      const places = matches.places.filter((place) => columns.states[place] === state && (!only || only[place] === 1))
      const sieve = createSieve(columns, dictionaries, selection.filter)
      return countFacets({ columns, dictionaries, filter: selection.filter, narrow }, places, sieve)
    },
  }
}

function picksOf(draft: Draft, order: Int32Array): Int32Array {
  const at = new Int32Array((draft.numbers[draft.count - 1] ?? 0) + 1).fill(-1)
  for (let index = 0; index < draft.count; index++) at[draft.numbers[index] ?? 0] = index
  return order.map((n) => ~(at[n] ?? -1)).filter((pick) => pick < 0)
}

/** One page of so many, counted from the end when the order is turned round. */
function pageOf(
  size: number,
  descending: boolean,
  offset: number,
  limit: number,
  slice: (from: number, to: number) => Int32Array,
): Int32Array {
  if (!descending) return slice(offset, Math.min(size, offset + limit))
  const end = Math.max(0, size - offset)
  return slice(Math.max(0, end - limit), end).toReversed()
}

function inOrder({ places }: Matches, order: Int32Array, size: number): Int32Array {
  const fits = new Uint8Array(size)
  for (const place of places) fits[place] = 1
  return order.filter((place) => fits[place] === 1)
}

/** By tab, and within a tab rank by rank; within a rank the order stays. Only what is looked at is put in order. */
function byTab({ places, ranks }: Matches, states: Uint8Array): Selected {
  const width = worstRank + 1
  const sizes = new Int32Array(tabs.length * width)
  for (let at = 0; at < places.length; at++) {
    const of = (states[places[at] ?? 0] ?? 0) * width + (ranks[at] ?? 0)
    sizes[of] = (sizes[of] ?? 0) + 1
  }
  const counts = tabs.map((_tab, state) => sizes.subarray(state * width, (state + 1) * width).reduce((sum, size) => sum + size, 0))
  return {
    counts,
    slice(state, from, to) {
      const found = new Int32Array(Math.max(0, to - from))
      let before = 0
      for (let rank = 0; rank < width && before < to; rank++) {
        const size = sizes[state * width + rank] ?? 0
        const last = Math.min(size, to - before)
        if (before + size > from)
          for (let at = 0, index = 0; index < last; at++) {
            if (ranks[at] !== rank || states[places[at] ?? 0] !== state) continue
            if (before + index >= from) found[before + index - from] = places[at] ?? 0
            index++
          }
        before += size
      }
      return found
    },
  }
}

/** What is in both; both are ascending. */
function both(one: Int32Array, other: Int32Array): Int32Array {
  const inOther = new Set(other)
  return one.filter((place) => inOther.has(place))
}

/** True when everything that has all of `after` has all of `before` too. */
const narrows = (before: readonly string[], after: readonly string[]) =>
  before.every((word) => after.some((longer) => longer.includes(word)))
