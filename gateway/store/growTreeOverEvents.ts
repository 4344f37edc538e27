/** A step of the schema: events that were written before the log was a tree become its leaves. */
import { toLeafHash } from '../auditRow.ts'
import { growth } from '../log/treeStore.ts'
import { emptyFrontier } from '../log/tree.ts'
import type { SqliteFile } from './database.ts'
import type { AuditEventRow } from './tables.ts'

const eventsAtOnce = 1000

/** Throws when events are missing: there is no tree over a log with holes. */
export function growTreeOverEvents(file: SqliteFile): void {
  const read = file.prepare<[number, number], AuditEventRow>('select * from audit where seq > ? order by seq limit ?')
  const add = file.prepare('insert into logHashes (level, position, hash) values (?, ?, ?)')
  let frontier = emptyFrontier
  for (;;) {
    const rows = read.all(frontier.size, eventsAtOnce)
    if (rows.length === 0) break
    if (rows.at(-1)?.seq !== frontier.size + rows.length) throw new Error('events are missing from the log')
    const { hashes, next } = growth(frontier, rows.map(toLeafHash))
    for (const { level, position, hash } of hashes) add.run(level, position, hash)
    frontier = next
  }
  file.prepare('update logTree set size = ?, frontier = ?').run(frontier.size, Buffer.concat(frontier.hashes))
}
