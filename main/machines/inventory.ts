/**
 * All machines of all providers, in memory, in order: a change is merged into sorted lists and a search narrows the one before, so that a
 * keystroke over 100,000 machines costs a few milliseconds. Knows nothing of providers' networks or of the disk.
 */
import type { MachineState } from '../../preload/contract.ts'
import { rank, wordsOf } from './fold.ts'
import type { Entry } from './machine.ts'

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

type Tabs = Record<MachineState, Entry[]>
const emptyTabs = (): Tabs => ({ configured: [], notConfigured: [], unsupported: [] })

export function createInventory(): Inventory {
  const byId = new Map<string, Entry>()
  const names = new Map<string, number>()
  /** Each in ascending order. Made when first asked for, kept up to date by merging. */
  const sorted = new Map<Sort, Entry[]>()
  let last: { words: readonly string[]; sort: Sort; matches: readonly Entry[]; tabs: Tabs } | undefined

  function count(entry: Entry, by: 1 | -1): void {
    const next = (names.get(entry.nameKey) ?? 0) + by
    if (next === 0) names.delete(entry.nameKey)
    else names.set(entry.nameKey, next)
  }

  function apply(entries: readonly Entry[], removed: readonly string[]): void {
    const gone = new Set<Entry>()
    const fresh = new Map<string, Entry>()
    for (const id of [...removed, ...entries.map((entry) => entry.row.id)]) {
      const old = byId.get(id)
      if (old) gone.add(old)
    }
    for (const entry of entries) fresh.set(entry.row.id, entry)
    for (const old of gone) {
      byId.delete(old.row.id)
      count(old, -1)
    }
    for (const entry of fresh.values()) {
      byId.set(entry.row.id, entry)
      count(entry, 1)
    }
    for (const [sort, list] of sorted) sorted.set(sort, merge(sort, list, gone, [...fresh.values()]))
    last = undefined
  }

  function inOrder(sort: Sort): Entry[] {
    const list = sorted.get(sort) ?? [...byId.values()].sort(orders[sort])
    sorted.set(sort, list)
    return list
  }

  function find(words: readonly string[], sort: Sort): Tabs {
    if (last && last.sort === sort && sameWords(last.words, words)) return last.tabs
    // Whoever types one letter more looks only among what fitted before.
    const from = last && last.sort === sort && narrows(last.words, words) ? last.matches : inOrder(sort)
    const matches = words.length === 0 ? from : from.filter((entry) => words.every((word) => entry.haystack.includes(word)))
    // By name, what fits best comes first; a column that somebody sorted by is obeyed as it is.
    const tabs = toTabs(sort === 'name' && words.length > 0 ? byRank(matches, words) : matches)
    last = { words, sort, matches, tabs }
    return tabs
  }

  return {
    apply,
    get: (id) => byId.get(id),
    all: () => byId.values(),
    isNameShared: (entry) => (names.get(entry.nameKey) ?? 0) > 1,
    slice(query) {
      const tabs = find(wordsOf(query.search), query.sort)
      const list = tabs[query.tab]
      return {
        total: list.length,
        counts: {
          configured: tabs.configured.length,
          notConfigured: tabs.notConfigured.length,
          unsupported: tabs.unsupported.length,
        },
        entries: window(list, query),
      }
    },
  }
}

/** One page, counted from the end when the order is turned round. */
function window(list: readonly Entry[], query: Pick<Query, 'offset' | 'limit' | 'descending'>): Entry[] {
  if (!query.descending) return list.slice(query.offset, query.offset + query.limit)
  const end = Math.max(0, list.length - query.offset)
  return list.slice(Math.max(0, end - query.limit), end).toReversed()
}

/** Best first; the order within a rank stays. */
function byRank(matches: readonly Entry[], words: readonly string[]): Entry[] {
  const ranks: [Entry[], Entry[], Entry[]] = [[], [], []]
  for (const entry of matches) ranks[rank(words, entry.foldedName, entry.haystack)].push(entry)
  return ranks.flat()
}

function toTabs(list: readonly Entry[]): Tabs {
  const tabs = emptyTabs()
  for (const entry of list) tabs[entry.row.state].push(entry)
  return tabs
}

const sameWords = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((word, at) => word === b[at])
/** True when everything that has all of `after` has all of `before` too. */
const narrows = (before: readonly string[], after: readonly string[]) =>
  before.every((word) => after.some((longer) => longer.includes(word)))

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byName = (a: Entry, b: Entry) => compare(a.keys.name, b.keys.name) || compare(a.row.id, b.row.id)

const orders: Record<Sort, (a: Entry, b: Entry) => number> = {
  name: byName,
  site: (a, b) => compare(a.keys.site, b.keys.site) || byName(a, b),
  address: (a, b) => compare(a.keys.address, b.keys.address) || byName(a, b),
  lastAccess: (a, b) => compare(a.row.lastAccessAt ?? '', b.row.lastAccessAt ?? '') || byName(a, b),
  approvals: (a, b) => a.row.approvalsIn7Days - b.row.approvalsIn7Days || byName(a, b),
}

/** Linear, so that a page of 1,000 machines never sorts the other 99,000 again. */
function merge(sort: Sort, list: readonly Entry[], gone: ReadonlySet<Entry>, fresh: Entry[]): Entry[] {
  const order = orders[sort]
  const kept = gone.size === 0 ? list : list.filter((entry) => !gone.has(entry))
  fresh.sort(order)
  const merged: Entry[] = []
  let at = 0
  for (const entry of kept) {
    for (let next = fresh[at]; next && order(next, entry) < 0; next = fresh[at]) {
      merged.push(next)
      at++
    }
    merged.push(entry)
  }
  return merged.concat(fresh.slice(at))
}
