/** A page of events over several logs. Each log keeps its own order (F-92); between them the later one comes first. */
import type { AuditFilter } from '../../../preload/contract.ts'
import type { EventPage, StoredEvents } from '../../localStore.ts'
import { compareNames, nameOf, placesByName, type NameColumn } from './byName.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { matchingRows } from './matches.ts'
import { toEvent, type EventRow } from './rows.ts'
import { markOf, wantedOf, type Wanted } from './wanted.ts'

type Options = Parameters<StoredEvents['page']>[1]

/** What a log has next. */
interface Head {
  log: Log
  row: EventRow
  /** Of the name that is sorted by. */
  id: number
}

/** A place in a log, in its text form: the log's number, the `seq`, and the id of the name that is sorted by. */
interface Place {
  seq: number
  id: number
}

export function readPage(logs: Logs, filter: AuditFilter, options: Options): EventPage {
  const { limit } = options
  const descending = options.descending ?? true
  const column = options.sort === 'machine' || options.sort === 'actor' ? options.sort : undefined
  const places = readMark(options.before)
  const sources: Iterator<Head>[] = []
  for (const log of logs.all()) {
    const wanted = wantedOf(log, filter)
    if (!wanted || log.count === 0) continue
    const place = places.get(log.n)
    sources.push(column ? byName(log, wanted, { column, descending }, place, limit + 1) : byTime(log, wanted, descending, place))
  }
  const precedes = column ? comesFirstByName(column, descending) : comesFirstByTime(descending)

  const taken: Head[] = []
  try {
    const heads = sources.map((source) => source.next())
    while (taken.length <= limit) {
      let best: number | undefined
      for (const [index, head] of heads.entries()) {
        if (head.done === true) continue
        const held = best === undefined ? undefined : heads[best]
        if (held === undefined || held.done === true || precedes(head.value, held.value)) best = index
      }
      const head = best === undefined ? undefined : heads[best]
      if (best === undefined || head === undefined || head.done === true) break
      taken.push(head.value)
      const next = sources[best]?.next()
      if (next) heads[best] = next
    }
  } finally {
    // They hold statements that would keep the file from being written.
    for (const source of sources) source.return?.()
  }

  const hasMore = taken.length > limit
  const page = taken.slice(0, limit)
  for (const { log, row, id } of page) places.set(log.n, { seq: row.seq, id })
  return {
    events: page.map(({ log, row }) => ({ providerId: log.providerId, event: toEvent(row, log.names), mark: markOf(log, row.seq) })),
    ...(hasMore && { next: writeMark(places) }),
  }
}

function* byTime(log: Log, wanted: Wanted, descending: boolean, after: Place | undefined): Generator<Head> {
  const first = !descending && after ? after.seq + 1 : log.first
  const last = descending && after ? after.seq - 1 : log.last
  for (const row of matchingRows(log, wanted, { first, last, descending })) yield { log, row, id: 0 }
}

function* byName(
  log: Log,
  wanted: Wanted,
  order: { column: NameColumn; descending: boolean },
  after: Place | undefined,
  limit: number,
): Generator<Head> {
  for (const { id, seq } of placesByName(log, wanted, order, after, limit)) {
    const row = log.row(seq)
    if (row) yield { log, row, id }
  }
}

const comesFirstByTime =
  (descending: boolean) =>
  (one: Head, other: Head): boolean =>
    descending ? one.row.at > other.row.at : one.row.at < other.row.at

const comesFirstByName = (column: NameColumn, descending: boolean) => (one: Head, other: Head) => {
  const order = compareNames(nameOf(one.log, column, one.id), nameOf(other.log, column, other.id), descending)
  return order === 0 ? one.row.at > other.row.at : order < 0
}

function writeMark(places: ReadonlyMap<number, Place>): string {
  return [...places].map(([n, { seq, id }]) => `${n}.${seq}.${id}`).join('_')
}

function readMark(mark: string | undefined): Map<number, Place> {
  const places = new Map<number, Place>()
  for (const part of mark?.split('_') ?? []) {
    const [n, seq, id] = part.split('.').map(Number)
    if (n !== undefined && seq !== undefined && id !== undefined) places.set(n, { seq, id })
  }
  return places
}
