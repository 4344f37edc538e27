/** The gateway's tables as Kysely sees them. Instants are milliseconds since the epoch; lists and records are JSON. */
import type { CloseReason, GrantState } from '../api.ts'

export interface Tables {
  machines: MachineRow
  removedMachines: { id: string; change: number }
  grants: GrantRow
  audit: AuditEventRow
  /** The log's tree: hashes of its levels 0, 8, 16…, here 0, 1, 2…; at level 0 those of the events, the one with `seq` n at n - 1. */
  logHashes: { level: number; position: number; hash: Buffer }
  /** One row: how many events the tree holds, and the roots of its complete subtrees, largest first, 32 bytes each. */
  logTree: { size: number; frontier: Buffer }
  store: { id: 1; storeId: string; change: number }
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
  rules: string
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
