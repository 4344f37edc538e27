/**
 * The gateway's HTTP contract (GTW-4): resources as zod schemas, from which the OpenAPI document and the console's client are made.
 * All times are ISO 8601 in UTC, all durations ISO 8601 (RFC 3339 appendix A). Errors are RFC 9457 problem documents.
 */
import { z } from '@hono/zod-openapi'

export const OperatingSystem = z.enum(['windows', 'linux', 'macos', 'other'])
export const UnsupportedReason = z.enum([
  'noNetworkSecurityGroup',
  'classicDeployment',
  'disabledByPolicy',
  'domainController',
  'multiSession',
  'cloudPc',
  'tooOld',
  'agentTooOld',
])
export type UnsupportedReason = z.infer<typeof UnsupportedReason>

/** POL-2. `sources` empty means any; else CIDR ranges. */
export const PortRule = z.object({
  port: z.int().min(1).max(65535),
  protocol: z.enum(['tcp', 'udp', 'any']),
  sources: z.array(z.string().max(64)).max(50),
  maxDuration: z.string().max(40),
})
export type PortRule = z.infer<typeof PortRule>

/** POL-6. */
export const ApprovalRule = z.enum(['automatic', 'oneApprover', 'twoApprovers'])
export type ApprovalRule = z.infer<typeof ApprovalRule>

/** POL-3: the level that a value comes from. `default`: no level sets it. `name`: the site's path, or the machine's name. */
export const PolicySource = z.object({ kind: z.enum(['default', 'company', 'site', 'machine']), name: z.string() })
export type PolicySource = z.infer<typeof PolicySource>

export const MachineFacts = z.object({
  osVersion: z.string().max(50).optional(),
  agentVersion: z.string().max(50).optional(),
  domainController: z.boolean().optional(),
  multiSession: z.boolean().optional(),
  cloudPc: z.boolean().optional(),
  bits: z.union([z.literal(32), z.literal(64)]).optional(),
})
export type MachineFacts = z.infer<typeof MachineFacts>

/** What a caller may say of a machine. `address` is a host name or an IP address, checked by `gateway/address.ts`. */
export const MachineInput = z.object({
  name: z.string().trim().min(1).max(200),
  address: z.string().trim().min(1).max(253),
  os: OperatingSystem,
  site: z.string().trim().max(200),
  tags: z.array(z.string().trim().min(1).max(50)).max(20),
  sshPort: z.int().min(1).max(65535).optional(),
  rdpPort: z.int().min(1).max(65535).optional(),
  user: z.string().max(256).optional(),
  facts: MachineFacts.optional(),
})
export type MachineInput = z.infer<typeof MachineInput>

export const Machine = MachineInput.extend({
  id: z.string(),
  sshPort: z.int(),
  rdpPort: z.int(),
  facts: MachineFacts,
  /** The rules that hold for it, with windows as long as its policy allows them; empty: JIT is off. */
  rules: z.array(PortRule),
  rulesFrom: PolicySource,
  approval: z.object({ value: ApprovalRule, from: PolicySource }),
  /** POL-5: who may ask for access, by role or by name; absent: everybody who may request. */
  allowed: z.object({ roles: z.array(z.string()).optional(), people: z.array(z.string()).optional() }).optional(),
  unsupportedReason: UnsupportedReason.optional(),
  approvalsIn7Days: z.int(),
  lastAccessAt: z.iso.datetime().optional(),
  lastUser: z.string().optional(),
  gate: z.enum(['relay', 'nftables']),
  addedAt: z.iso.datetime(),
  /** The machine's own agent, where it is enrolled. `away`: it has not reported for minutes. `selfDisabled`: it shows no challenges (APR-8). */
  agent: z.object({ version: z.string(), lastSeenAt: z.iso.datetime(), state: z.enum(['reporting', 'away', 'selfDisabled']) }).optional(),
  /** OpenSSH public keys ("ssh-ed25519 AAAA…") that its agent reported: a console need not ask a person about these. */
  hostKeys: z.array(z.string()).optional(),
})
export type Machine = z.infer<typeof Machine>

export const GrantState = z.enum([
  'requested',
  'approved',
  'denied',
  'cancelled',
  'lapsed',
  'opening',
  'open',
  'closing',
  'closed',
  'unknown',
])
export type GrantState = z.infer<typeof GrantState>
export const CloseReason = z.enum([
  'expired',
  'released',
  'lastSessionEnded',
  'revoked',
  'gateFailed',
  'gatewayRestarted',
  'machineRemoved',
  'policyChanged',
])
export type CloseReason = z.infer<typeof CloseReason>

/** For the machine's `port`, connect to `address`:`connectPort` (REQ-5). */
export const Endpoint = z.object({ port: z.int(), address: z.string(), connectPort: z.int() })
export type Endpoint = z.infer<typeof Endpoint>

/** Why the gate could not reach the machine behind it: a client only sees its connection being reset. */
export const Unreachable = z.object({
  port: z.int(),
  cause: z.enum(['refused', 'timeout', 'reset', 'dns', 'network']),
  at: z.iso.datetime(),
})
export type Unreachable = z.infer<typeof Unreachable>

export const Grant = z.object({
  id: z.string(),
  machineId: z.string(),
  requestedBy: z.string(),
  state: GrantState,
  ports: z.array(z.int()),
  source: z.string(),
  reason: z.string(),
  /** As it was asked for. */
  duration: z.string(),
  requestedAt: z.iso.datetime(),
  openedAt: z.iso.datetime().optional(),
  endsAt: z.iso.datetime().optional(),
  remainingMs: z.number().optional(),
  extendableUntil: z.iso.datetime().optional(),
  closedAt: z.iso.datetime().optional(),
  closeReason: CloseReason.optional(),
  endpoints: z.array(Endpoint),
  /** Live connections through the gate, where it counts them. */
  connections: z.int().optional(),
  /** Bytes through the gate so far: to the machine, and back. */
  bytes: z.object({ up: z.int(), down: z.int() }).optional(),
  /** The last time that the gate was asked through and the machine did not answer; absent once it answered again. */
  unreachable: Unreachable.optional(),
  /** POL-6: how many have to approve, and who has. Absent: nobody had to. */
  approvals: z.object({ needed: z.int(), given: z.array(z.object({ by: z.string(), at: z.iso.datetime() })) }).optional(),
  denied: z.object({ by: z.string(), at: z.iso.datetime(), reason: z.string() }).optional(),
  /** When a request that waits for approvers is over. */
  lapsesAt: z.iso.datetime().optional(),
  /** It waits, and the caller may approve or deny it. */
  decidableByMe: z.boolean(),
})
export type Grant = z.infer<typeof Grant>

/** `source` absent: the address that the gateway sees. An `Idempotency-Key` header (a UUID) is required. */
export const GrantRequest = z.object({
  machineId: z.string().max(128),
  ports: z.array(z.int().min(1).max(65535)).min(1).max(20),
  source: z.string().max(64).optional(),
  duration: z.string().max(40),
  reason: z.string().trim().max(500),
})
export type GrantRequest = z.infer<typeof GrantRequest>

/**
 * GET /v1/machines?cursor=&limit= : machines that changed since the cursor, oldest change first. Read on while `more`, then keep `cursor` for the next time.
 * 410 with the code `notFound` and field `cursor`: the cursor is of another store; drop what is cached and begin without one.
 */
export const MachinePage = z.object({ machines: z.array(Machine), removed: z.array(z.string()), cursor: z.string(), more: z.boolean() })
export type MachinePage = z.infer<typeof MachinePage>
/** The rules of a machine's own: a list (empty: JIT is off, whatever its site has), or the defaults of its operating system (POL-1). */
export const Rules = z.union([z.literal('defaults'), z.array(PortRule).max(50)])
export type Rules = z.infer<typeof Rules>
/**
 * POST /v1/machines : all or none. 201 with one answer per machine, in order; `known` is one that was there already and is left as it is.
 * Without `rules` a machine has those of its site or company.
 */
export const AddMachines = z.strictObject({
  machines: z
    .array(MachineInput.extend({ rules: Rules.optional() }).strict())
    .min(1)
    .max(50_000),
})
export type AddMachines = z.infer<typeof AddMachines>
export const MachinesAdded = z.object({ machines: z.array(z.object({ id: z.string(), known: z.boolean() })) })
export type MachinesAdded = z.infer<typeof MachinesAdded>
/** POST /v1/machines/remove : ids that are not there are no error. Open grants on them close with `machineRemoved`. */
export const RemoveMachines = z.strictObject({ ids: z.array(z.string().max(128)).min(1).max(1000) })
export const MachinesRemoved = z.object({ removed: z.int() })
/** PUT /v1/policies : rules of their own for many machines, or those of their sites again; all or none. Open grants that they no longer allow close with `policyChanged`. */
export const SetPolicy = z.strictObject({
  machineIds: z.array(z.string().max(128)).min(1).max(1000),
  rules: z.union([z.literal('inherited'), Rules]),
})
export type SetPolicy = z.infer<typeof SetPolicy>
export const PolicySet = z.object({ changed: z.int() })
/** GET /v1/source (REQ-2). */
export const Source = z.object({ myAddress: z.string(), servesOtherSources: z.boolean() })
/** GET /v1/grants : grants that are not over, and those that ended in the last ten minutes; newest first. */
export const GrantList = z.object({ grants: z.array(Grant) })
/** POST /v1/grants/{id}/release */
export const ReleaseGrant = z.strictObject({ why: z.enum(['released', 'lastSessionEnded', 'cancelled']) })
export type ReleaseGrant = z.infer<typeof ReleaseGrant>
/** POST /v1/grants/{id}/extend : later by this much, within the policy's maximum since the grant opened. */
export const ExtendGrant = z.strictObject({ by: z.string().max(40) })

const DetailValue = z.union([z.string().max(2000), z.number(), z.boolean()])
export const AuditEvent = z.object({
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  machineId: z.string().optional(),
  machineName: z.string().optional(),
  site: z.string().optional(),
  grantId: z.string().optional(),
  port: z.int().optional(),
  detail: z.record(z.string().max(40), DetailValue),
})
export type AuditEvent = z.infer<typeof AuditEvent>

/** GET /v1/audit?… : newest first. `topics` and `outcomes` may be repeated; a topic is what stands before the action's dot, or a whole action. */
export const AuditQuery = z.strictObject({
  machineId: z.string().max(128).optional(),
  grantId: z.string().max(64).optional(),
  text: z.string().max(200).optional(),
  topics: z.preprocess(manyOf, z.array(z.string().max(40)).max(20)).optional(),
  outcomes: z.preprocess(manyOf, z.array(z.enum(['ok', 'refused', 'failed'])).max(3)).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
export type AuditQuery = z.infer<typeof AuditQuery>
/** `next` is `before` for the next page; absent at the end. */
export const AuditEvents = z.object({ events: z.array(AuditEvent), next: z.int().optional() })
export type AuditEvents = z.infer<typeof AuditEvents>

/** A query's parameter is one text when it is there once, and a list when it is repeated. */
function manyOf(value: unknown): unknown {
  return value === undefined || Array.isArray(value) ? value : [value]
}

/** The actions that a console may write itself (AUD-4). All others are the gateway's own. */
export const ConsoleAction = z.enum([
  'session.started',
  'session.ended',
  'connect.failed',
  'connect.cancelled',
  'hostKey.pinned',
  'hostKey.changed',
  'hostKey.refused',
  'hostKey.unpinned',
  'certificate.pinned',
  'certificate.changed',
  'certificate.refused',
  'certificate.unpinned',
  'audit.exported',
  'link.refused',
  'challenge.read',
  'challenge.mismatch',
  'challenge.shown',
  'challenge.notDecided',
  'log.changed',
  'log.accepted',
  'recording.started',
  'recording.ended',
  'recording.exported',
  'recording.deleted',
])
export const ConsoleEvent = AuditEvent.pick({ outcome: true, machineId: true, grantId: true, port: true, detail: true }).extend({
  action: ConsoleAction,
})
export type ConsoleEvent = z.infer<typeof ConsoleEvent>

/** RFC 9457. `code` is what a program decides by; `field` and `allowed` are there where they apply. */
export const Problem = z.object({
  title: z.string(),
  status: z.int(),
  code: z.enum([
    'invalidInput',
    'unknownCaller',
    'notPermitted',
    'notFound',
    'lastAdmin',
    'tooMany',
    'keyReused',
    'inProgress',
    'exists',
    'jitOff',
    'unsupported',
    'portNotAllowed',
    'durationNotAllowed',
    'sourceNotAllowed',
    'grantEnded',
    'ownRequest',
    'decided',
    'policyChanged',
    'challengeOver',
    'challengeChanged',
    'wrongNumber',
    'noSession',
    'gateFailed',
    'diskFull',
    'otherApi',
    'busy',
    'internal',
  ]),
  field: z.string().optional(),
  allowed: z.string().optional(),
  reason: z.string().optional(),
  /** Who decided before, for `challengeOver`. */
  by: z.string().optional(),
  /** How often a number may still be typed, for `wrongNumber`. */
  triesLeft: z.int().optional(),
})
export type Problem = z.infer<typeof Problem>

/** POL-5: reading, requesting, approving, configuring and administering are separate; a person may have several roles. */
export const Role = z.enum(['viewer', 'requester', 'approver', 'policyAdmin', 'gatewayAdmin'])
export type Role = z.infer<typeof Role>

/** Who calls, told by the transport (in-process, or TLS with a proof), never by what the request says. */
export interface Caller {
  technician: string
  /** What this person may do (gateway/permissions.ts). */
  roles: readonly Role[]
  /** The address that the gateway sees. */
  address: string
  /** Absent where the caller is none of the gateway's people: whoever sits at the desk of an embedded one. */
  person?: { id: string; thumbprint: string }
  /** There where the caller is a machine's agent; then it has no roles. */
  machine?: { id: string; thumbprint: string }
}

/** The gateway as its callers see it: a web-standard handler. */
export interface GatewayApi {
  fetch(request: Request, caller: Caller): Promise<Response>
}
