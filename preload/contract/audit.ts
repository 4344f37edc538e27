import { z } from 'zod'
import { GatewayId } from './account.ts'
import { Failure } from './failures.ts'
import { MachineId } from './machines.ts'

/** `topic.happened`, such as `grant.opened`, `session.ended`, `hostKey.changed`. The list is in gateway/api.ts. */
export const AuditRow = z.object({
  /** The provider's id, a colon, the place in its log. */
  id: z.string().max(60),
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
  gateway: z.object({ id: GatewayId, name: z.string() }),
  /** AUD-3. `verified`: under a checkpoint that the gateway signed. `changed`: not what its log's tree has. */
  mark: z.enum(['verified', 'unverified', 'changed']),
})
export type AuditRow = z.infer<typeof AuditRow>

const Few = (length: number) => z.array(z.string().max(length)).max(50)
export const AuditFilter = z.object({
  gatewayIds: z.array(GatewayId).max(50).optional(),
  machineId: MachineId.optional(),
  grantId: z.string().max(80).optional(),
  /** Words, each of which has to begin a word of the event (F-92: in no order of time). */
  text: z.string().max(200).optional(),
  topics: Few(40).optional(),
  actors: Few(200).optional(),
  actions: Few(60).optional(),
  sites: Few(200).optional(),
  ports: z.array(z.int().min(0).max(65_535)).max(50).optional(),
  outcomes: z
    .array(z.enum(['ok', 'refused', 'failed']))
    .max(3)
    .optional(),
  marks: z
    .array(z.enum(['verified', 'unverified', 'changed']))
    .max(3)
    .optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditSort = z.enum(['time', 'machine', 'actor'])
export type AuditSort = z.infer<typeof AuditSort>

export const AuditPage = z.object({
  rows: z.array(AuditRow),
  /** `before` for the next page; absent at the end. */
  next: z.string().max(2000).optional(),
})
export type AuditPage = z.infer<typeof AuditPage>

/** The timeline: how many events of each outcome in each stretch of time, all stretches equally long. */
export const AuditOverview = z.object({
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  bins: z.array(z.object({ at: z.iso.datetime(), ok: z.number(), refused: z.number(), failed: z.number() })),
  /** How many events fit; `isAtLeast`: counting was ended there. */
  total: z.number(),
  isAtLeast: z.boolean(),
})
export type AuditOverview = z.infer<typeof AuditOverview>

/** What can be chosen to filter by, the most frequent first, at most 50 of each. */
const Facet = z.object({ value: z.string(), count: z.number() })
export const AuditFacets = z.object({
  actors: z.array(Facet),
  actions: z.array(Facet),
  sites: z.array(Facet),
  ports: z.array(Facet),
  machines: z.array(z.object({ id: MachineId, name: z.string(), count: z.number() })),
})
export type AuditFacets = z.infer<typeof AuditFacets>

/** What is kept of one gateway's log on this computer, and how far it is proved. */
export const AuditCache = z.object({
  gatewayId: GatewayId,
  gatewayName: z.string(),
  /** How many events are here, and how many the log had when it was last asked. */
  have: z.number(),
  of: z.number().optional(),
  /** When it was last brought up to date; absent: not in this run, and nothing is known of before. */
  asOf: z.iso.datetime().optional(),
  isSyncing: z.boolean(),
  isOffline: z.boolean(),
  /** How many events, from the first on, are proved to be what the gateway signed. */
  verified: z.number(),
  /** Events that are not what they were. */
  changed: z.number(),
  /** 0 to 1 while everything that is here is compared with its tree. */
  checking: z.number().optional(),
  /** Why nothing can be proved. `noProofs`: the provider's log has none. */
  why: z.enum(['notYet', 'noProofs', 'unsigned', 'unreachable', 'keychain', 'recordChanged']).optional(),
})
export type AuditCache = z.infer<typeof AuditCache>

export const LocalCopy = z.object({
  /** `memory`: without a keychain nothing is kept. `locked`: what is kept cannot be read before the keychain is unlocked (F-88). */
  kind: z.enum(['opening', 'ready', 'memory', 'locked', 'inUse', 'full']),
  setAside: z.object({ path: z.string(), why: z.enum(['damaged', 'newer', 'otherKey']) }).optional(),
  bytes: z.number(),
})
export type LocalCopy = z.infer<typeof LocalCopy>

export const ExportFormat = z.enum(['csv', 'jsonl', 'bundle'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** One export, running or over. It is written beside its place and moved there when it is whole (F-90). */
export const AuditExport = z.object({
  id: z.string().max(64),
  format: ExportFormat,
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  path: z.string(),
  rows: z.number(),
  of: z.number().optional(),
  failure: Failure.optional(),
})
export type AuditExport = z.infer<typeof AuditExport>

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
