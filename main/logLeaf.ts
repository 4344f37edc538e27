/** Between an event and its leaf in its log's tree: canonical JSON (RFC 8785), as docs/log-format.md has it. */
import { z } from 'zod'
import type { AuditEvent } from '../gateway/api.ts'
import { canonicalJson, type Json } from '../gateway/canonicalJson.ts'
import { leafHash } from '../gateway/log/tree.ts'
import type { LogEvent } from './providers/provider.ts'

const Members = z.record(z.string(), z.json())

/** The bytes, as text, that the leaf hash is over. */
export function leafOf(event: LogEvent): string {
  if (event.more !== undefined) {
    const { seq, at, detail, more, ...rest } = event
    const later = Members.parse(JSON.parse(more))
    return canonicalJson({ ...later, ...rest, seq, at: new Date(at).toISOString(), detail: Members.parse(JSON.parse(detail)) })
  }
  // Put together in the order that RFC 8785 has: there may be millions.
  const { seq, at, actor, action, outcome, machineId, machineName, site, grantId, port, detail } = event
  const head = `{"action":${text(action)},"actor":${text(actor)},"at":"${new Date(at).toISOString()}","detail":${detail},`
  const middle = `${member('grantId', grantId)}${member('machineId', machineId)}${member('machineName', machineName)}`
  const tail = `"outcome":"${outcome}",${port === undefined ? '' : `"port":${port},`}"seq":${seq}`
  return site === undefined ? `${head}${middle}${tail}}` : `${head}${middle}${tail},"site":${text(site)}}`
}

const text = (value: string) => JSON.stringify(value)

function member(name: string, value: string | undefined): string {
  return value === undefined ? '' : `"${name}":${text(value)},`
}

/** A detail as a log has it: canonical JSON (RFC 8785). */
export const detailOf = (members: Record<string, string | number | boolean>) => canonicalJson(members)

/** SHA-256, as the tree has it (RFC 6962). */
export function leafHashOf(leaf: string): Buffer {
  return leafHash(leaf)
}

/** What is kept of an event as its log tells it; undefined when its leaf could not be made again of that. */
export function toLogEvent(entry: AuditEvent & Record<string, Json | undefined>): LogEvent | undefined {
  const { seq, at, actor, action, outcome, machineId, machineName, site, grantId, port, detail, ...later } = entry
  const atMs = Date.parse(at)
  if (new Date(atMs).toISOString() !== at) return undefined
  try {
    return {
      seq,
      at: atMs,
      actor,
      action,
      outcome,
      ...(machineId !== undefined && { machineId }),
      ...(machineName !== undefined && { machineName }),
      ...(site !== undefined && { site }),
      ...(grantId !== undefined && { grantId }),
      ...(port !== undefined && { port }),
      detail: canonicalJson(detail),
      ...(Object.keys(later).length > 0 && { more: canonicalJson(later) }),
    }
  } catch {
    // A lone surrogate, or a number that is none.
    return undefined
  }
}
