/**
 * The append-only log. An event is written in the transaction of the change that it tells of, and carries the hash of the one before it, so
 * that what is changed or taken out later shows. Hashes are SHA-256 over canonical JSON (RFC 8785), leaves for a Merkle tree to come (AUD-3).
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { AuditEvent } from './api.ts'
import type { AuditEvents, AuditQuery } from './api.ts'
import { canonicalJson } from './canonicalJson.ts'
import type { Store } from './store/database.ts'
import type { AuditEventRow, Tables } from './store/tables.ts'

export type GatewayAction =
  | `machine.${'added' | 'changed' | 'removed'}`
  | 'policy.changed'
  | `grant.${'requested' | 'approved' | 'refused' | 'cancelled' | 'opened' | 'extended' | 'released' | 'expired' | 'closed' | 'unknown'}`
  | `gate.${'opened' | 'closed' | 'failed'}`
  | `gateway.${'started' | 'stopped' | 'clockChanged'}`

/** Who the gateway itself is in the log. */
export const gatewayActor = 'gateway'

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

const noHash = '0'.repeat(64)
// Below SQLite's limit of 32,766 parameters, and small enough that one statement does not hold the event loop.
const rowsAtOnce = 200

/** Writes events in order, at `atMs`. Must be called in the transaction of the change; that transaction is what orders writers. */
export async function writeEvents(tx: Transaction<Tables>, atMs: number, events: readonly NewEvent[]): Promise<void> {
  const last = await tx.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
  let seq = last?.seq ?? 0
  let prevHash = last?.hash ?? noHash
  const rows = events.map((event): AuditEventRow => {
    seq += 1
    const row = toRow(event, seq, atMs, prevHash)
    prevHash = row.hash
    return row
  })
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await tx
      .insertInto('audit')
      .values(rows.slice(start, start + rowsAtOnce))
      .execute()
  }
}

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
      select = select.where(sql<boolean>`concat_ws(' ', actor, action, machineName, site, port, detail) like ${like} escape '\\'`)
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

/** The first event that does not follow from those before it, or undefined when the log is whole. */
export async function findBreak(store: Store): Promise<number | undefined> {
  let prevHash = noHash
  let seq = 0
  for (;;) {
    const rows = await store.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(1000).execute()
    for (const row of rows) {
      if (row.seq !== seq + 1 || row.prevHash !== prevHash || row.hash !== hashOf(row)) return seq + 1
      seq = row.seq
      prevHash = row.hash
    }
    if (rows.length === 0) return undefined
  }
}

export function toEvent(row: AuditEventRow): AuditEvent {
  return {
    seq: row.seq,
    at: new Date(row.at).toISOString(),
    actor: row.actor,
    action: row.action,
    outcome: row.outcome,
    ...(row.machineId === null ? {} : { machineId: row.machineId }),
    ...(row.machineName === null ? {} : { machineName: row.machineName }),
    ...(row.site === null ? {} : { site: row.site }),
    ...(row.grantId === null ? {} : { grantId: row.grantId }),
    ...(row.port === null ? {} : { port: row.port }),
    detail: AuditEvent.shape.detail.parse(JSON.parse(row.detail)),
  }
}

function toRow(event: NewEvent, seq: number, atMs: number, prevHash: string): AuditEventRow {
  const row = {
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
    prevHash,
  }
  return { ...row, hash: hashOf(row) }
}

function hashOf(row: Omit<AuditEventRow, 'hash'>): string {
  const leaf = canonicalJson({
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    action: row.action,
    outcome: row.outcome,
    machineId: row.machineId,
    machineName: row.machineName,
    site: row.site,
    grantId: row.grantId,
    port: row.port,
    detail: row.detail,
  })
  return createHash('sha256').update(row.prevHash, 'hex').update(leaf).digest('hex')
}
