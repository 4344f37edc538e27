/** An event of the log between its row, its form in the API, and its leaf in the tree. */
import { AuditEvent } from './api.ts'
import { canonicalJson } from './canonicalJson.ts'
import { leafHash } from './log/tree.ts'
import type { AuditEventRow } from './store/tables.ts'

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

/** The event as canonical JSON (RFC 8785): the bytes that the tree is made over, and a line of an exported log. */
export function toLeaf(row: AuditEventRow): string {
  return canonicalJson(toEvent(row))
}

/** The leaf's hash in the tree (RFC 6962). The event with `seq` n is leaf n - 1. */
export function toLeafHash(row: AuditEventRow): Buffer {
  return leafHash(toLeaf(row))
}

/**
 * The same for a row that was just made, whose detail is canonical: put together rather than taken apart first, since every change writes some.
 * RFC 8785 sorts members by name, and leaves out what is not there.
 */
export function newLeafHash(row: AuditEventRow): Buffer {
  const leaf = [
    `{${member('action', row.action)}${member('actor', row.actor)}${member('at', new Date(row.at).toISOString())}"detail":${row.detail},`,
    member('grantId', row.grantId),
    member('machineId', row.machineId),
    member('machineName', row.machineName),
    member('outcome', row.outcome),
    member('port', row.port),
    `"seq":${row.seq}`,
    row.site === null ? '}' : `,"site":${JSON.stringify(row.site)}}`,
  ]
  return leafHash(leaf.join(''))
}

function member(name: string, value: string | number | null): string {
  return value === null ? '' : `"${name}":${JSON.stringify(value)},`
}
