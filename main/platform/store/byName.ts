/** The events of one log that fit, ordered by the name of their machine or actor: those of one name newest first, those without a name at the end. */
import { fold, sortKey } from '../../machines/fold.ts'
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import { hasWords, matches } from './matches.ts'
import { noName } from './names.ts'
import { readMachine } from './rows.ts'
import { fitsColumns, maskPart, partsOf, type Wanted } from './wanted.ts'

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
  return column === 'actor' ? log.names.valueOf(id) : (readMachine(log.names.valueOf(id)).name ?? '')
}

/** Up to so many hits of words are put in order by themselves; with more, they are looked for name by name. */
const mostSorted = 50_000

/** At most `limit` places after `after`. */
export function placesByName(
  log: Log,
  wanted: Wanted,
  order: { column: NameColumn; descending: boolean },
  after: NamePlace | undefined,
  limit: number,
): NamePlace[] {
  const ranks = ranksOf(log, order.column, order.descending)
  const afterRank = after && (ranks[after.id] ?? 0)
  const isAfter = (rank: number, seq: number): boolean =>
    after === undefined || afterRank === undefined || rank > afterRank || (rank === afterRank && seq < after.seq)
  const best = createBest(limit)
  if (wanted.words.length === 0 && !wanted.seqs) {
    offerColumns(log, wanted, order.column, ranks, isAfter, best)
    return best.places()
  }
  let offered = 0
  for (const seq of matches(log, wanted, { first: log.first, last: log.last, descending: true })) {
    if (offered === mostSorted) return byEachName(log, wanted, order.column, ranks, isAfter, afterRank ?? 0, limit)
    offered += 1
    const id = idAt(log, order.column, seq)
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
  const mask = new Uint8Array(partSize)
  for (const start of partsOf(log).toReversed()) {
    const part = log.columns.partOf(start)
    if (maskPart(log, part, wanted, mask) === 0) continue
    const ids = part.column(name)
    for (let at = partSize - 1; at >= 0; at -= 1) {
      if (mask[at] !== 1) continue
      const id = ids[at] ?? 0
      const rank = ranks[id] ?? 0
      // Newest first: what is no better than the worst that is held comes too late.
      if (rank < best.worst() && isAfter(rank, start + at)) best.offer(rank, start + at, id)
    }
  }
}

/** Words that very many events have: each name in its order is asked for the few of them that are its own. */
function byEachName(
  log: Log,
  wanted: Wanted,
  column: NameColumn,
  ranks: Uint32Array,
  isAfter: (rank: number, seq: number) => boolean,
  fromRank: number,
  limit: number,
): NamePlace[] {
  const ids = [noName, ...log.names.all(column).keys()]
  const byRank = Map.groupBy(ids, (id) => ranks[id] ?? 0)
  const places: NamePlace[] = []
  for (const rank of [...byRank.keys()].toSorted((one, other) => one - other)) {
    if (rank < fromRank) continue
    const letter = column === 'actor' ? 'a' : 'm'
    const { match } = log.words.query(wanted.words, [...wanted.tokens, (byRank.get(rank) ?? []).map((id) => `${letter}${id}` as const)])
    for (const seq of log.words.seqs(match, { first: log.first, last: log.last, descending: true })) {
      if (!isAfter(rank, seq) || !fitsColumns(log, seq, wanted) || !hasWords(log, seq, wanted.words)) continue
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

const ranksByLog = new WeakMap<Log, Map<string, { end: number; ranks: Uint32Array }>>()

/** By id; equal names have equal ranks. Ranks are from 1 on; that of no name is the highest. */
function ranksOf(log: Log, column: NameColumn, descending: boolean): Uint32Array {
  const end = log.names.end()
  const known = ranksByLog.get(log) ?? new Map<string, { end: number; ranks: Uint32Array }>()
  ranksByLog.set(log, known)
  const held = known.get(`${column} ${descending}`)
  if (held?.end === end) return held.ranks
  const named = [...log.names.all(column).keys()].map((id) => {
    const name = nameOf(log, column, id)
    return { id, name, key: sortKey(fold(name)) }
  })
  named.sort((one, other) =>
    one.key < other.key ? -1 : one.key > other.key ? 1 : one.name < other.name ? -1 : one.name > other.name ? 1 : 0,
  )
  const ranks = new Uint32Array(end)
  let rank = 0
  let before: string | undefined
  for (const { id, name } of descending ? named.toReversed() : named) {
    if (name !== before) rank += 1
    before = name
    ranks[id] = name === '' ? 0xff_ff_ff_ff : rank
  }
  ranks[noName] = 0xff_ff_ff_ff
  known.set(`${column} ${descending}`, { end, ranks })
  return ranks
}
