/**
 * All machines of all providers, in memory, in order: a change is merged into sorted lists and a search narrows the one before, so that a
 * keystroke over 100,000 machines costs a few milliseconds. Knows nothing of providers' networks or of the disk.
 */
import type { MachineState } from '../../preload/contract.ts'
import { fold, sortKey, wordsOf } from './fold.ts'
import type { Entry } from './machine.ts'
import { createSearchText, type Matches, type SearchText } from './searchText.ts'

export type Sort = 'name' | 'site' | 'address' | 'lastAccess' | 'approvals'

export interface Query {
  tab: MachineState
  search: string
  sort: Sort
  descending: boolean
  offset: number
  limit: number
}

export interface Slice {
  /** How many of the tab fit the search. */
  total: number
  counts: Record<MachineState, number>
  entries: Entry[]
}

export interface Inventory {
  /** Puts these in, or over what was there by their ids; `removed` are console ids. */
  apply(entries: readonly Entry[], removed: readonly string[]): void
  get(id: string): Entry | undefined
  /** Every machine, in no order. */
  all(): IterableIterator<Entry>
  isNameShared(entry: Entry): boolean
  slice(query: Query): Slice
}

/** A machine's place in the list of all, by name. Stays the same thing while the machine changes. */
interface Slot {
  entry: Entry
  at: number
}

/** What one search found, in the order of one column: the places of each tab. */
type Found = Record<MachineState, Int32Array>

export function createInventory(): Inventory {
  const byId = new Map<string, Slot>()
  const names = new Map<string, number>()
  /** Each in ascending order. By name always; the others from when they are first asked for. A change is merged in. */
  const sorted = new Map<Sort, Slot[]>([['name', []]])
  /** What is not in `sorted` as it should be: no longer there, at another place by name, and changed in any way. */
  const gone = new Set<Slot>()
  const moved = new Set<Slot>()
  const changed = new Set<Slot>()
  let text: SearchText | undefined
  /** The tab of each place, as its number. */
  let states = new Uint8Array(0)
  let last: { words: readonly string[]; matches: Matches; sort: Sort; found: Found } | undefined

  function count(entry: Entry, step: 1 | -1): void {
    const next = (names.get(entry.nameKey) ?? 0) + step
    if (next === 0) names.delete(entry.nameKey)
    else names.set(entry.nameKey, next)
  }

  function apply(entries: readonly Entry[], removed: readonly string[]): void {
    for (const id of removed) {
      const slot = byId.get(id)
      if (!slot) continue
      byId.delete(id)
      count(slot.entry, -1)
      gone.add(slot)
      moved.delete(slot)
      changed.delete(slot)
    }
    for (const entry of entries) {
      const known = byId.get(entry.row.id)
      if (known) count(known.entry, -1)
      count(entry, 1)
      const slot = known ?? { entry, at: -1 }
      byId.set(entry.row.id, slot)
      changed.add(slot)
      if (!known || known.entry.order !== entry.order) moved.add(slot)
      if (slot.entry.text !== entry.text) text = undefined
      slot.entry = entry
    }
  }

  /** Takes over what changed since the last look: pages that come in together are merged together. */
  function settle(): void {
    if (gone.size === 0 && changed.size === 0) return
    for (const [sort, list] of sorted) {
      const fresh = sort === 'name' ? moved : changed
      if (gone.size > 0 || fresh.size > 0) sorted.set(sort, merge(list, gone, fresh, orders[sort]))
    }
    if (gone.size > 0 || moved.size > 0) {
      text = undefined
      const slots = byName()
      states = new Uint8Array(slots.length)
      for (let at = 0; at < slots.length; at++) putAt(slots[at], at)
    } else for (const slot of changed) putAt(slot, slot.at)
    gone.clear()
    moved.clear()
    changed.clear()
    last = undefined
  }

  function putAt(slot: Slot | undefined, at: number): void {
    if (!slot) return
    slot.at = at
    states[at] = tabs.indexOf(slot.entry.row.state)
  }

  const byName = () => sorted.get('name') ?? []

  function inOrder(sort: Sort): Slot[] {
    const list = sorted.get(sort) ?? byName().toSorted(orders[sort])
    sorted.set(sort, list)
    return list
  }

  function match(words: readonly string[]): Matches {
    if (last && sameWords(last.words, words)) return last.matches
    text ??= createSearchText(byName().map((slot) => slot.entry.text))
    // Whoever types one letter more is looking among what fitted before.
    return text.find(words, last && narrows(last.words, words) ? last.matches.places : undefined)
  }

  function find(words: readonly string[], sort: Sort): Found {
    if (last && last.sort === sort && sameWords(last.words, words)) return last.found
    const matches = match(words)
    // By name, what fits best comes first; a column that somebody sorted by is obeyed as it is.
    const places = sort === 'name' ? bestFirst(matches) : inColumnOrder(matches, inOrder(sort))
    const found = toTabs(places, states)
    last = { words, matches, sort, found }
    return found
  }

  return {
    apply,
    get: (id) => byId.get(id)?.entry,
    *all() {
      for (const slot of byId.values()) yield slot.entry
    },
    isNameShared: (entry) => (names.get(entry.nameKey) ?? 0) > 1,
    slice(query) {
      settle()
      const found = find(wordsOf(query.search), query.sort)
      const slots = byName()
      return {
        total: found[query.tab].length,
        counts: {
          configured: found.configured.length,
          notConfigured: found.notConfigured.length,
          unsupported: found.unsupported.length,
        },
        entries: [...page(found[query.tab], query)].map((place) => slots[place]?.entry).filter((entry) => entry !== undefined),
      }
    },
  }
}

/** One page, counted from the end when the order is turned round. */
function page(places: Int32Array, query: Pick<Query, 'offset' | 'limit' | 'descending'>): Int32Array {
  if (!query.descending) return places.slice(query.offset, query.offset + query.limit)
  const end = Math.max(0, places.length - query.offset)
  return places.slice(Math.max(0, end - query.limit), end).toReversed()
}

/** Rank by rank; the order by name within a rank stays. */
function bestFirst({ places, ranks }: Matches): Int32Array {
  const ordered = new Int32Array(places.length)
  let count = 0
  for (let rank = 0; rank <= 2; rank++) {
    for (let at = 0; at < places.length; at++) if (ranks[at] === rank) ordered[count++] = places[at] ?? 0
  }
  return ordered
}

function inColumnOrder({ places }: Matches, column: readonly Slot[]): Int32Array {
  const fits = new Uint8Array(column.length)
  for (const place of places) fits[place] = 1
  const ordered = new Int32Array(places.length)
  let count = 0
  for (const { at } of column) if (fits[at] === 1) ordered[count++] = at
  return ordered
}

function toTabs(places: Int32Array, states: Uint8Array): Found {
  const [configured, notConfigured, unsupported] = tabs.map((_tab, state) => {
    const found = new Int32Array(places.length)
    let count = 0
    for (const place of places) if (states[place] === state) found[count++] = place
    return found.subarray(0, count)
  })
  return { configured: configured ?? none, notConfigured: notConfigured ?? none, unsupported: unsupported ?? none }
}
const tabs = ['configured', 'notConfigured', 'unsupported'] as const satisfies MachineState[]
const none = new Int32Array(0)

const sameWords = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((word, at) => word === b[at])
/** True when everything that has all of `after` has all of `before` too. */
const narrows = (before: readonly string[], after: readonly string[]) =>
  before.every((word) => after.some((longer) => longer.includes(word)))

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byNameAndId = ({ entry: a }: Slot, { entry: b }: Slot) => compare(a.order, b.order) || compare(a.row.id, b.row.id)
const columnKey = (text: string) => sortKey(fold(text))

const orders: Record<Sort, (a: Slot, b: Slot) => number> = {
  name: byNameAndId,
  site: by(({ row }) => columnKey(row.site)),
  address: by(({ row }) => columnKey(row.address)),
  lastAccess: by(({ row }) => row.lastAccessAt ?? ''),
  approvals: (a, b) => a.entry.row.approvalsIn7Days - b.entry.row.approvalsIn7Days || byNameAndId(a, b),
}

/** Orders by a key that is worked out once an entry. */
function by(key: (entry: Entry) => string): (a: Slot, b: Slot) => number {
  const keys = new WeakMap<Entry, string>()
  const keyOf = (entry: Entry) => {
    const known = keys.get(entry)
    if (known !== undefined) return known
    const made = key(entry)
    keys.set(entry, made)
    return made
  }
  return (a, b) => compare(keyOf(a.entry), keyOf(b.entry)) || byNameAndId(a, b)
}

/** Linear, so that a page of 1,000 machines never sorts the other 99,000 again. */
function merge(list: readonly Slot[], gone: ReadonlySet<Slot>, fresh: ReadonlySet<Slot>, order: (a: Slot, b: Slot) => number): Slot[] {
  const coming = [...fresh].sort(order)
  const merged: Slot[] = []
  let at = 0
  for (const slot of list) {
    if (gone.has(slot) || fresh.has(slot)) continue
    for (let next = coming[at]; next && order(next, slot) < 0; next = coming[at]) {
      merged.push(next)
      at++
    }
    merged.push(slot)
  }
  return merged.concat(coming.slice(at))
}
