/** Events into the store: a row, its place among the columns, its words, and its leaf in the tree, in one transaction of the caller. */
import { leafHash } from '../../../gateway/log/tree.ts'
import type { StoredEvent } from '../../localStore.ts'
import { leafOf } from '../../logLeaf.ts'
import type { SqliteFile } from './file.ts'
import type { Log, Stretch } from './log.ts'
import { toRow, type EventRow } from './rows.ts'
import { wordsOf } from './words.ts'

/** `events` are in order and without gaps. What is there stays, unless it is marked as changed. */
export function putEvents(file: SqliteFile, log: Log, events: readonly StoredEvent[]): void {
  const stretch = stretchOf(events)
  if (!stretch) return
  const { first, last } = stretch
  const { n } = log
  const there = new Set(
    file.prepare<[number, number], number>(`select seq from event_${n} where seq >= ? and seq <= ?`).pluck().all(first, last),
  )
  const insert = file.prepare<[EventRow]>(
    `insert or replace into event_${n} values (@seq, @at, @kind, @actor, @machine, @site, @port, @grant_id, @detail, @more)`,
  )
  let added = 0
  let verified = log.verified
  for (const event of events) {
    const { seq } = event
    const isChanged = log.changed.has(seq)
    if (there.has(seq) && !isChanged) continue
    const leaf = leafHash(leafOf(event))
    const [known] = log.tree.read(0, seq - 1, 1)
    // It is another one than what was proved: nothing from here on is proved before all is compared again.
    if (known !== undefined && !known.equals(leaf)) verified = Math.min(verified, seq - 1)
    log.tree.set(seq - 1, leaf)
    // What retention took away is wanted for its hash alone.
    if (seq < log.keptFrom) continue
    const row = toRow(event, log.names)
    insert.run(row)
    if (there.has(seq)) {
      log.words.remove(seq)
      log.columns.renew(seq)
    } else {
      log.columns.add(row)
      // One that was taken out behind our back was counted.
      if (!isChanged) added += 1
    }
    log.words.add(row, wordsOf(event))
    log.setChanged(seq, false)
  }
  log.tree.flush()
  log.addStretch(stretch)
  log.update({ count: log.count + added, verified })
}

/** Their hashes alone: what is older than what is to be kept. */
export function putHashes(log: Log, events: readonly StoredEvent[]): void {
  const stretch = stretchOf(events)
  if (!stretch) return
  for (const event of events) {
    const [known] = log.tree.read(0, event.seq - 1, 1)
    if (known === undefined) log.tree.set(event.seq - 1, leafHash(leafOf(event)))
  }
  log.tree.flush()
  const keptFrom = log.count === 0 ? stretch.last + 1 : Math.min(stretch.last + 1, log.first)
  log.addStretch(stretch)
  log.update({ kept_from: Math.max(log.keptFrom, keptFrom) })
}

function stretchOf(events: readonly StoredEvent[]): Stretch | undefined {
  const [first, last] = [events[0]?.seq, events.at(-1)?.seq]
  if (first === undefined || last === undefined) return undefined
  if (first < 1 || events.some((event, index) => event.seq !== first + index))
    throw new RangeError('events of a log come in order and without gaps')
  return { first, last }
}
