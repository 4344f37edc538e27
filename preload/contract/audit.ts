import { z } from 'zod'
import { GatewayId } from './account.ts'
import { MachineId } from './machines.ts'

/** `topic.happened`, such as `grant.opened`, `session.ended`, `hostKey.changed`. The list is in gateway/api.ts. */
export const AuditRow = z.object({
  seq: z.number(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  machineId: MachineId.optional(),
  machineName: z.string().optional(),
  site: z.string().optional(),
  grantId: z.string().optional(),
  port: z.number().optional(),
  /** Further facts of the event, as written; shown as text only. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type AuditRow = z.infer<typeof AuditRow>

export const AuditFilter = z.object({
  machineId: MachineId.optional(),
  grantId: z.string().max(64).optional(),
  text: z.string().max(200).optional(),
  topics: z.array(z.string().max(40)).max(20).optional(),
  outcomes: z.array(z.enum(['ok', 'refused', 'failed'])).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditPage = z.object({
  rows: z.array(AuditRow),
  /** `before` for the next page; absent at the end. */ next: z.number().optional(),
})
export type AuditPage = z.infer<typeof AuditPage>

/** How many events a log has, and their root (RFC 6962) in base64. */
const LogPoint = z.object({ size: z.int(), root: z.string() })
const LogPointAt = LogPoint.extend({ at: z.iso.datetime() })

/**
 * What this console, as a witness, knows of a gateway's log (AUD-3).
 * `verified`: at that time it was signed by the gateway's own key and began with all that was seen of it before.
 * `unverified`: `notYet` in this run; `unsigned`: the gateway has no key at hand; `unreachable`: it did not answer; `keychain`: what was kept cannot
 * be compared with the keychain; `recordChanged`: the console's own file was changed and the keychain does not say what was in it.
 * `changed`: it is not the log any more that it was. It stays so until somebody accepts the log as it is now.
 */
export const WatchedLog = z.discriminatedUnion('state', [
  LogPointAt.extend({ state: z.literal('verified'), gatewayId: GatewayId, gatewayName: z.string() }),
  z.object({
    state: z.literal('unverified'),
    gatewayId: GatewayId,
    gatewayName: z.string(),
    why: z.enum(['notYet', 'unsigned', 'unreachable', 'keychain', 'recordChanged']),
    /** When it was last found right, in this run. */
    last: LogPointAt.optional(),
  }),
  z.object({
    state: z.literal('changed'),
    gatewayId: GatewayId,
    gatewayName: z.string(),
    /** F-82, F-83. `otherKey`: not signed by the gateway's own key. `otherLog`: a log of another name. */
    how: z.enum(['shorter', 'forked', 'otherLog', 'otherKey']),
    at: z.iso.datetime(),
    /** The last that was found right; absent when it never was. */
    kept: LogPointAt.optional(),
    shown: LogPoint,
  }),
])
export type WatchedLog = z.infer<typeof WatchedLog>
