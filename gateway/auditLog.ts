/**
 * The append-only log. An event is written, and is a leaf of the log's Merkle tree (AUD-3), in the transaction of the change that it tells of, so
 * that what is changed or taken out later shows.
 */
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { AuditEvent, AuditEvents, AuditQuery } from './api.ts'
import { newLeafHash, toEvent, toLeafHash } from './auditRow.ts'
import { canonicalJson } from './canonicalJson.ts'
import { tileWidth } from './log/tiles.ts'
import { growth, readFrontier, readHashes, writeLeaves } from './log/treeStore.ts'
import { emptyFrontier, rootOf } from './log/tree.ts'
import { compiledInsert, manyRows } from './store/compiled.ts'
import type { Store } from './store/database.ts'
import type { AuditEventRow, Tables } from './store/tables.ts'

export type GatewayAction =
  | `machine.${'added' | 'changed' | 'removed'}`
  | 'policy.changed'
  | `grant.${'requested' | 'approved' | 'refused' | 'cancelled' | 'opened' | 'extended' | 'released' | 'expired' | 'closed' | 'unknown'}`
  | `gate.${'opened' | 'closed' | 'failed' | 'alarm' | 'drift'}`
  | `gateway.${'started' | 'stopped' | 'clockChanged' | 'tookOver'}`

/** Who the gateway itself is in the log. */
export const gatewayActor = 'gateway'
/** Who a machine's agent is in the log; the event names its machine. */
export const agentActor = 'agent'

export interface NewEvent {
  actor: string
  action: string
  outcome: AuditEvent['outcome']
  machine?: { id: string; name: string; site: string }
  machineId?: string
  grantId?: string
  port?: number
  detail?: AuditEvent['detail']
}

const eventsAtOnce = 1000

/** Writes events in order, at `atMs`. Must be called in the transaction of the change; that transaction is what orders writers. */
export async function writeEvents(tx: Transaction<Tables>, atMs: number, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const frontier = await readFrontier(tx)
  const rows = events.map((event, index) => toRow(event, frontier.size + index + 1, atMs))
  for (let start = 0; start < rows.length; start += manyRows) await insertEvents(tx, rows.slice(start, start + manyRows))
  await writeLeaves(tx, frontier, rows.map(newLeafHash))
}

const insertEvents = compiledInsert<AuditEventRow>(
  ['seq', 'at', 'actor', 'topic', 'action', 'outcome', 'machineId', 'machineName', 'site', 'grantId', 'port', 'detail'],
  (db, rows) => db.insertInto('audit').values(rows),
)

/** A page of events, newest first. */
export async function readEvents(store: Store, query: AuditQuery): Promise<AuditEvents> {
  let select = store.selectFrom('audit').selectAll()
  if (query.before !== undefined) select = select.where('seq', '<', query.before)
  if (query.machineId !== undefined) select = select.where('machineId', '=', query.machineId)
  if (query.grantId !== undefined) select = select.where('grantId', '=', query.grantId)
  if (query.from !== undefined) select = select.where('at', '>=', Date.parse(query.from))
  if (query.to !== undefined) select = select.where('at', '<=', Date.parse(query.to))
  const { outcomes, text, topics } = query
  if (outcomes !== undefined) select = select.where('outcome', 'in', outcomes)
  if (topics !== undefined) select = select.where((has) => has.or([has('topic', 'in', topics), has('action', 'in', topics)]))
  if (text !== undefined && text.trim() !== '') {
    for (const word of text.trim().split(/\s+/)) {
      const like = `%${word.replace(/[\\%_]/g, String.raw`\$&`)}%`
      // Both sides lower: PostgreSQL's LIKE looks at case, SQLite's does not.
      select = select.where(
        sql<boolean>`lower(concat_ws(' ', actor, action, "machineName", site, port, detail)) like lower(${like}) escape '\\'`,
      )
    }
  }
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
    .execute()
  const page = rows.slice(0, query.limit)
  const next = rows.length > query.limit ? page.at(-1)?.seq : undefined
  return { events: page.map(toEvent), ...(next === undefined ? {} : { next }) }
}

/** The `seq` of the first event that is not as the tree has it, or stands under a hash that is not; undefined when the log is whole. */
export async function findBreak(store: Store): Promise<number | undefined> {
  const kept = await readFrontier(store)
  let frontier = emptyFrontier
  for (;;) {
    const from = frontier.size
    const rows = await store.selectFrom('audit').selectAll().where('seq', '>', from).orderBy('seq').limit(eventsAtOnce).execute()
    if (rows.length === 0) break
    const known = await readHashes(store, from, eventsAtOnce)
    const bad = rows.findIndex((row, index) => row.seq !== from + index + 1 || known[index]?.equals(leafHashOf(row)) !== true)
    if (bad !== -1) return from + bad + 1
    const { hashes, next } = growth(frontier, known.slice(0, rows.length))
    for (const { level, position, hash } of hashes) {
      if (level === 0) continue
      const [above] = await readHashes(store, position, 1, level)
      if (above?.equals(hash) !== true) return position * tileWidth ** level + 1
    }
    frontier = next
  }
  if (kept.size !== frontier.size) return Math.min(kept.size, frontier.size) + 1
  return rootOf(kept).equals(rootOf(frontier)) ? undefined : 1
}

/** A row that was made to be no event has no hash. */
function leafHashOf(row: AuditEventRow): Buffer {
  try {
    return toLeafHash(row)
  } catch {
    return Buffer.alloc(0)
  }
}

function toRow(event: NewEvent, seq: number, atMs: number): AuditEventRow {
  return {
    seq,
    at: atMs,
    actor: event.actor,
    topic: event.action.split('.', 1)[0] ?? event.action,
    action: event.action,
    outcome: event.outcome,
    machineId: event.machine?.id ?? event.machineId ?? null,
    machineName: event.machine?.name ?? null,
    site: event.machine?.site ?? null,
    grantId: event.grantId ?? null,
    port: event.port ?? null,
    detail: canonicalJson(event.detail ?? {}),
  }
}
