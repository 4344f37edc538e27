/** The gateway's tables as Kysely sees them. Instants are milliseconds since the epoch; lists and records are JSON. */
import type { CloseReason, GrantState } from '../api.ts'
import type { AgentRow, ChallengeRow, EnrolmentRow, MachineKeyRow } from './signInTables.ts'

export interface Tables {
  machines: MachineRow
  removedMachines: { id: string; change: number }
  grants: GrantRow
  policies: PolicyRow
  logos: { id: string; mediaType: 'image/png' | 'image/jpeg'; data: string; addedAt: number }
  decisions: DecisionRow
  audit: AuditEventRow
  /** The log's tree: hashes of its levels 0, 8, 16…, here 0, 1, 2…; at level 0 those of the events, the one with `seq` n at n - 1. */
  logHashes: { level: number; position: number; hash: Buffer }
  /** One row: how many events the tree holds, and the roots of its complete subtrees, largest first, 32 bytes each. */
  logTree: { size: number; frontier: Buffer }
  /** `proofNonce`, `fingerprint` and `tlsPins` (of the gateways' common keys) only where several gateways may share it. */
  store: { id: 1; storeId: string; change: number; proofNonce?: string; fingerprint?: string | null; tlsPins?: string | null }
  people: PersonRow
  deviceKeys: DeviceKeyRow
  invitations: InvitationRow
  machineKeys: MachineKeyRow
  enrolments: EnrolmentRow
  agents: AgentRow
  challenges: ChallengeRow
  /** These are there only where several gateways may share the store. Seen by the store's own clock. */
  gateways: { id: string; seenAt: number }
  usedProofs: { thumbprint: string; jti: string; until: number }
  errands: ErrandRow
}

export interface MachineRow {
  id: string
  /** Name and address with case and Unicode form ignored: what makes two entries the same machine. */
  identity: string
  name: string
  address: string
  os: 'windows' | 'linux' | 'macos' | 'other'
  site: string
  tags: string
  sshPort: number
  rdpPort: number
  user: string | null
  facts: string
  addedAt: number
  /** Ordinal of the last change, for reading on from a cursor. */
  change: number
}

export interface GrantRow {
  id: string
  machineId: string
  requestedBy: string
  /** Unique together with the technician: the idempotency key, and the hash of the request that it was first used for. */
  requestKey: string
  requestHash: string
  state: GrantState
  ports: string
  source: string
  reason: string
  durationMs: number
  requestedAt: number
  openedAt: number | null
  endsAt: number | null
  closedAt: number | null
  closeReason: CloseReason | null
  endpoints: string
  /** What the technician was when asking: whether policy still allows it is judged by these. */
  requesterRoles: string
  /** By the policy when it was asked for, or a stricter one since. */
  approversNeeded: number
  /** null: nobody was asked. */
  lapsesAt: number | null
  /** Where several gateways share the store: the one whose gate holds it; null when that one left. */
  keeper?: string | null | undefined
}

/** What one gateway asks of the keeper of a grant. */
export interface ErrandRow {
  id: string
  grantId: string
  what: 'end' | 'extend'
  actor: string
  /** The reason, or by how long. */
  asked: string
  askedAt: number
  /** JSON; null until it is done. */
  answer: string | null
}

/** What one level sets. */
export interface PolicyRow {
  /** As gateway/policies/levels.ts writes it. */
  level: string
  kind: 'company' | 'site' | 'machine'
  /** The site's path as it was written. */
  name: string
  settings: string
  /** Another one after each change. */
  version: number
  changedAt: number
  changedBy: string
}

/** One technician's word on one request; nobody counts twice. */
export interface DecisionRow {
  grantId: string
  technician: string
  decision: 'approve' | 'deny'
  reason: string
  at: number
}

export interface AuditEventRow {
  seq: number
  at: number
  actor: string
  topic: string
  action: string
  outcome: 'ok' | 'refused' | 'failed'
  machineId: string | null
  machineName: string | null
  site: string | null
  grantId: string | null
  port: number | null
  detail: string
}

export interface PersonRow {
  id: string
  /** What the log and grants know the person by. Never changed. */
  name: string
  /** The name with case and Unicode form ignored. */
  identity: string
  roles: string
  createdAt: number
  disabledAt: number | null
}

/** A public key of one console (Ed25519, base64url), by its RFC 7638 thumbprint. */
export interface DeviceKeyRow {
  thumbprint: string
  personId: string
  x: string
  addedAt: number
}

export interface InvitationRow {
  id: string
  /** SHA-256 of the secret: 128 random bits need no slower hash. */
  secretHash: string
  name: string
  identity: string
  roles: string
  /** The person whose further console is invited; null for somebody new. */
  personId: string | null
  createdBy: string
  createdAt: number
  expiresAt: number
  usedAt: number | null
  /** The thumbprint that it let in. */
  usedBy: string | null
}
