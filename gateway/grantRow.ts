/** A grant as a row of the store, and back. */
import { z } from '@hono/zod-openapi'
import { Endpoint, Role } from './api.ts'
import type { Caller, Grant } from './api.ts'
import { approvalsAmong } from './decisions.ts'
import { toDuration } from './durations.ts'
import type { GateTraffic } from './gates/gate.ts'
import type { GrantLife } from './grant.ts'
import { may } from './permissions.ts'
import { remembered } from './remembered.ts'
import type { DecisionRow, GrantRow } from './store/tables.ts'

const Ports = z.array(z.int())
const Roles = z.array(Role)
const Endpoints = z.array(Endpoint)

/** What of a row the state machine knows. Throws when the store holds what cannot be. */
export function lifeOf(row: Pick<GrantRow, 'id' | 'state' | 'openedAt' | 'endsAt' | 'closedAt' | 'closeReason'>): GrantLife {
  const window = () => ({ endsAtMs: there(row.endsAt, row), ...(row.openedAt === null ? {} : { openedAtMs: row.openedAt }) })
  switch (row.state) {
    case 'requested':
    case 'approved':
      return { state: row.state }
    case 'denied':
    case 'cancelled':
      return { state: row.state, closedAtMs: there(row.closedAt, row) }
    case 'lapsed':
      return { state: 'lapsed', closedAtMs: there(row.closedAt, row), ...(row.closeReason && { reason: row.closeReason }) }
    case 'opening':
      return { state: 'opening', endsAtMs: window().endsAtMs }
    case 'open':
      return { state: 'open', endsAtMs: window().endsAtMs, openedAtMs: there(row.openedAt, row) }
    case 'unknown':
      return { state: 'unknown', ...window() }
    case 'closing':
      return { state: 'closing', ...window(), reason: there(row.closeReason, row) }
    case 'closed':
      return { state: 'closed', ...window(), reason: there(row.closeReason, row), closedAtMs: there(row.closedAt, row) }
  }
}

/** The columns that a life sets. */
export function columnsOf(life: GrantLife): Pick<GrantRow, 'state' | 'openedAt' | 'endsAt' | 'closedAt' | 'closeReason'> {
  return {
    state: life.state,
    openedAt: 'openedAtMs' in life ? (life.openedAtMs ?? null) : null,
    endsAt: 'endsAtMs' in life ? life.endsAtMs : null,
    closedAt: 'closedAtMs' in life ? life.closedAtMs : null,
    closeReason: 'reason' in life ? (life.reason ?? null) : null,
  }
}

export function portsIn(row: Pick<GrantRow, 'ports'>): number[] {
  return [...parsePorts(row.ports)]
}

const parsePorts = remembered((text: string) => Ports.parse(JSON.parse(text)))

export function endpointsIn(row: Pick<GrantRow, 'endpoints'>): Endpoint[] {
  return Endpoints.parse(JSON.parse(row.endpoints))
}

/** Who asked, with the roles of that time. */
export function personOf(row: Pick<GrantRow, 'requestedBy' | 'requesterRoles'>): Pick<Caller, 'technician' | 'roles'> {
  return { technician: row.requestedBy, roles: Roles.parse(JSON.parse(row.requesterRoles)) }
}

export interface Sight {
  /** By the deadlines: undefined when none is set. */
  remainingMs: number | undefined
  /** It has ended, but that could not be written yet. */
  isEnding: boolean
  /** The longest window that policy allows for its ports. */
  longestMs: number
  decisions: readonly DecisionRow[]
  /** Whoever looks. */
  caller: Caller | undefined
  traffic: GateTraffic | undefined
}

/** The grant as callers see it. */
export function toGrant(row: GrantRow, sight: Sight): Grant {
  const ports = portsIn(row)
  const state = sight.isEnding && row.closedAt === null ? 'closing' : row.state
  const isOpen = state === 'open' && row.openedAt !== null && row.endsAt !== null
  const latestMs = isOpen && row.openedAt !== null ? row.openedAt + sight.longestMs : 0
  return {
    id: row.id,
    machineId: row.machineId,
    requestedBy: row.requestedBy,
    state,
    ports,
    source: row.source,
    reason: row.reason,
    duration: toDuration(row.durationMs),
    requestedAt: iso(row.requestedAt),
    ...(row.openedAt === null ? {} : { openedAt: iso(row.openedAt) }),
    ...(row.endsAt === null ? {} : { endsAt: iso(row.endsAt) }),
    ...(isOpen ? { remainingMs: sight.remainingMs ?? 0 } : {}),
    ...(isOpen && row.endsAt !== null && latestMs > row.endsAt ? { extendableUntil: iso(latestMs) } : {}),
    ...(row.closedAt === null ? {} : { closedAt: iso(row.closedAt) }),
    ...(row.closeReason === null ? {} : { closeReason: row.closeReason }),
    endpoints: isOpen ? endpointsIn(row) : [],
    ...(isOpen && sight.traffic ? sight.traffic : {}),
    ...decisionsIn(row, sight),
  }
}

function decisionsIn(row: GrantRow, { decisions, caller }: Sight): Pick<Grant, 'approvals' | 'denied' | 'lapsesAt' | 'decidableByMe'> {
  const denial = decisions.find(({ decision }) => decision === 'deny')
  const given = approvalsAmong(decisions).map(({ technician, at }) => ({ by: technician, at: iso(at) }))
  return {
    ...(row.approversNeeded > 0 && { approvals: { needed: row.approversNeeded, given } }),
    ...(denial && { denied: { by: denial.technician, at: iso(denial.at), reason: denial.reason } }),
    ...(row.state === 'requested' && row.lapsesAt !== null && { lapsesAt: iso(row.lapsesAt) }),
    decidableByMe: caller !== undefined && mayDecide(caller, row, decisions),
  }
}

/** Whether this caller's word would count. */
function mayDecide({ technician, roles }: Caller, row: GrantRow, decisions: readonly DecisionRow[]): boolean {
  if (row.state !== 'requested' || row.requestedBy === technician || !may(roles, 'approve')) return false
  return !decisions.some((made) => made.technician === technician)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function there<Value>(value: Value | null, row: Pick<GrantRow, 'id' | 'state'>): Value {
  if (value === null) throw new Error(`grant ${row.id} is ${row.state} and lacks what belongs to that`)
  return value
}
