/** The events of one log that fit, ordered by the name of their machine or actor: those of one name newest first, those without a name at the end. */
import { fold, sortKey } from '../../machines/fold.ts'
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import { indexRange, matches } from './matches.ts'
import { noName } from './names.ts'
import { machineOf } from './rows.ts'
import { fitsBesides, partsOf, placesIn, type Wanted } from './wanted.ts'

export type NameColumn = 'machine' | 'actor'

/** Where a page ended: the event, and the id of its name. */
export interface NamePlace {
  id: number
  seq: number
}

/** Names in their order, which are equal only when they are the same. The empty one is after all others, whichever way they go. */
export function compareNames(one: string, other: string, descending: boolean): number {
  if (one === other) return 0
  if (one === '' || other === '') return one === '' ? 1 : -1
  const [a, b] = [sortKey(fold(one)), sortKey(fold(other))]
  const ascending = a < b ? -1 : a > b ? 1 : one < other ? -1 : 1
  return descending ? -ascending : ascending
}

export function nameOf(log: Log, column: NameColumn, id: number): string {
  if (id === noName) return ''
  return column === 'actor' ? log.names.valueOf(id) : (machineOf(log.names, id).name ?? '')
}

/** Up to so many hits of words are put in order by themselves; with more, names are asked one after the other for their few. */
const mostSorted = 10_000

/** Without words, as many names are asked; most often the first ones have enough. */
const fewNames = 40

type Order = { column: NameColumn; descending: boolean }

/** At most `limit` places after `after`. */
export function placesByName(
  log: Log,
  wanted: Wanted,
  { column, descending }: Order,
  after: NamePlace | undefined,
  limit: number,
  sortAtMost = mostSorted,
): NamePlace[] {
  const ranks = ranksOf(log, column, descending)
  const afterRank = after && (ranks[after.id] ?? 0)
  const isAfter = (rank: number, seq: number): boolean =>
    after === undefined || afterRank === undefined || rank > afterRank || (rank === afterRank && seq < after.seq)
  const best = createBest(limit)
  if (wanted.words.length === 0 && !wanted.seqs) {
    // Of times the index knows nothing.
    const found = wanted.at ? undefined : byEachName(log, wanted, column, ranks, isAfter, afterRank ?? 0, limit, fewNames)
    if (found) return found
    offerColumns(log, wanted, column, ranks, isAfter, best)
    return best.places()
  }
  if (!wanted.seqs) {
    const { match, isWide } = log.words.query(wanted.words, wanted.tokens)
    // What FTS5 has to merge first is too slow to be asked name by name.
    if (!isWide && log.words.count(match, sortAtMost + 1) > sortAtMost) {
      return byEachName(log, wanted, column, ranks, isAfter, afterRank ?? 0, limit, Infinity) ?? []
    }
  }
  for (const seq of matches(log, wanted, { first: log.first, last: log.last, descending: true })) {
    const id = idAt(log, column, seq)
    const rank = ranks[id] ?? 0
    if (isAfter(rank, seq)) best.offer(rank, seq, id)
  }
  return best.places()
}

function offerColumns(
  log: Log,
  wanted: Wanted,
  name: NameColumn,
  ranks: Uint32Array,
  isAfter: (rank: number, seq: number) => boolean,
  best: ReturnType<typeof createBest>,
): void {
  const places = new Uint16Array(partSize)
  let worst = best.worst()
  for (const start of partsOf(log).toReversed()) {
    const part = log.columns.partOf(start)
    const count = placesIn(log, part, wanted, places)
    if (count === 0) continue
    const ids = part.column(name)
    for (let index = count - 1; index >= 0; index -= 1) {
      const place = places[index] ?? 0
      const id = ids[place] ?? 0
      const rank = ranks[id] ?? 0
      // Newest first: what is no better than the worst that is held comes too late.
      if (rank >= worst || !isAfter(rank, start + place)) continue
      best.offer(rank, start + place, id)
      worst = best.worst()
    }
  }
}

/** Each name in its order is asked for the few events of its own that fit; undefined when `mostNames` did not have enough. */
function byEachName(
  log: Log,
  wanted: Wanted,
  column: NameColumn,
  ranks: Uint32Array,
  isAfter: (rank: number, seq: number) => boolean,
  fromRank: number,
  limit: number,
  mostNames: number,
): NamePlace[] | undefined {
  const byRank = idsByRank(log, column, ranks)
  const letter = column === 'actor' ? 'a' : 'm'
  const places: NamePlace[] = []
  const range = indexRange(log, wanted, { first: log.first, last: log.last, descending: true })
  let left = mostNames
  for (const [rank, ids] of byRank) {
    if (rank < fromRank) continue
    if (left === 0) return undefined
    left -= 1
    const tokens = ids.map((id) => `${letter}${id}` as const)
    const { match } = log.words.query(wanted.words, [...wanted.tokens, tokens])
    for (const seq of log.words.seqs(match, range)) {
      if (!isAfter(rank, seq) || !fitsBesides(log, seq, wanted)) continue
      places.push({ id: idAt(log, column, seq), seq })
      if (places.length === limit) return places
    }
  }
  return places
}

function idAt(log: Log, column: NameColumn, seq: number): number {
  const part = log.columns.partOf(seq)
  return part.column(column)[seq - part.first] ?? 0
}

/** The `limit` best places: by rank, then newest first. */
function createBest(limit: number) {
  const held: { rank: number; seq: number; id: number }[] = []
  return {
    /** A rank that is not lower cannot come in any more, when events are offered newest first. */
    worst: () => (held.length < limit ? Infinity : (held.at(-1)?.rank ?? Infinity)),
    offer(rank: number, seq: number, id: number): void {
      let low = 0
      let high = held.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const one = held[middle]
        if (one && (one.rank < rank || (one.rank === rank && one.seq > seq))) low = middle + 1
        else high = middle
      }
      if (low >= limit) return
      held.splice(low, 0, { rank, seq, id })
      if (held.length > limit) held.pop()
    },
    places: (): NamePlace[] => held.map(({ id, seq }) => ({ id, seq })),
  }
}

interface Ranking {
  /** How many ids there were. */
  end: number
  ranks: Uint32Array
}
const rankings = new WeakMap<Log, Map<string, Ranking>>()

/** By id; equal names have equal ranks. Ranks are from 1 on; that of no name is the highest. */
function ranksOf(log: Log, column: NameColumn, descending: boolean): Uint32Array {
  const end = log.names.end()
  const known = rankings.get(log) ?? new Map<string, Ranking>()
  rankings.set(log, known)
  const held = known.get(`${column} ${descending}`)
  if (held?.end === end) return held.ranks
  const named = [...log.names.all(column).keys()].map((id) => keyOf(log, column, id))
  named.sort((one, other) =>
    one.key < other.key ? -1 : one.key > other.key ? 1 : one.name < other.name ? -1 : one.name > other.name ? 1 : 0,
  )
  const ranks = new Uint32Array(end)
  let rank = 0
  let before: string | undefined
  for (const { id, name } of descending ? named.toReversed() : named) {
    if (name !== before) rank += 1
    before = name
    ranks[id] = name === '' ? lastRank : rank
  }
  ranks[noName] = lastRank
  known.set(`${column} ${descending}`, { end, ranks })
  return ranks
}

const lastRank = 0xff_ff_ff_ff

interface SortedName {
  id: number
  name: string
  key: string
}
const keys = new WeakMap<Log, Map<number, SortedName>>()

/** Made once: with each new name all are put in order again. */
function keyOf(log: Log, column: NameColumn, id: number): SortedName {
  const known = keys.get(log) ?? new Map<number, SortedName>()
  keys.set(log, known)
  const name = nameOf(log, column, id)
  const made = known.get(id) ?? { id, name, key: sortKey(fold(name)) }
  known.set(id, made)
  return made
}

const idsByRanks = new WeakMap<Uint32Array, [number, number[]][]>()

/** In the order of the ranks. */
function idsByRank(log: Log, column: NameColumn, ranks: Uint32Array): readonly [number, number[]][] {
  const known = idsByRanks.get(ranks)
  if (known) return known
  const groups = Map.groupBy([noName, ...log.names.all(column).keys()], (id) => ranks[id] ?? 0)
  const sorted = [...groups].sort(([one], [other]) => one - other)
  idsByRanks.set(ranks, sorted)
  return sorted
}
