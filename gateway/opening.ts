/**
 * What is written when a grant opens, in two halves around the gate: judged and written before it is touched, and again once it is open, since
 * time, policy or a release may have been faster. Each half is one transaction of the caller's.
 */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Caller, CloseReason, Endpoint, GrantRequest } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { NewEvent } from './auditLog.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import { parseDuration } from './durations.ts'
import type { Gate, GateOrder } from './gates/gate.ts'
import { transition, transitions } from './grant.ts'
import type { GrantLife } from './grant.ts'
import { columnsOf, lifeOf, personOf } from './grantRow.ts'
import { judge } from './judge.ts'
import { touchMachines } from './machineRow.ts'
import { approversFor } from './policies/effective.ts'
import { policyFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import type { GrantRow, MachineRow, Tables } from './store/tables.ts'

type Tx = Transaction<Tables>

const gateTimeoutMs = 10_000

export type Begun = { ok: true; row: GrantRow; machine: MachineRow } | { ok: false; problem: GatewayProblem }

/** First half: judged and written, before any gate is touched; a grant that needs approvers waits as `requested`. A refusal is written too (AUD-4). `hash` is the request's, for its key. */
export async function writeBegun(clock: Clock, tx: Tx, caller: Caller, key: string, hash: string, input: GrantRequest): Promise<Begun> {
  const nowMs = clock.now()
  const ports = [...new Set(input.ports)]
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', input.machineId).executeTakeFirst()
  if (machine === undefined) return { ok: false, problem: new GatewayProblem('notFound', { field: 'machineId' }) }
  const durationMs = parseDuration(input.duration)
  const source = input.source ?? caller.address
  const policy = await policyFor(tx, machine)
  const problem = judge(machine, policy, { ports, durationMs, source, person: caller }, caller.address) ?? (await reasonToWait(tx, machine))
  const about = { actor: caller.technician, machine }
  const asked = { ports: ports.join(' '), duration: input.duration, source, reason: input.reason }
  if (problem !== undefined || durationMs === undefined) {
    const refusal = problem ?? new GatewayProblem('invalidInput', { field: 'duration', reason: 'badDuration' })
    await writeEvents(tx, nowMs, [
      { ...about, action: 'grant.refused', outcome: 'refused', detail: { ...asked, code: refusal.problem.code } },
    ])
    return { ok: false, problem: refusal }
  }
  const approversNeeded = approversFor(policy.approval.value)
  const waitMs = parseDuration(policy.requestsLapseAfter.value)
  if (waitMs === undefined) throw new Error('a policy has a time to wait that is none')
  const row: GrantRow = {
    id: randomUUID(),
    machineId: machine.id,
    requestedBy: caller.technician,
    requesterRoles: JSON.stringify(caller.roles),
    requestKey: key,
    requestHash: hash,
    ports: JSON.stringify(ports),
    source,
    reason: input.reason,
    durationMs,
    requestedAt: nowMs,
    endpoints: '[]',
    approversNeeded,
    lapsesAt: approversNeeded === 0 ? null : nowMs + waitMs,
    ...columnsOf(approversNeeded === 0 ? begunAt(nowMs + durationMs) : { state: 'requested' }),
  }
  await tx.insertInto('grants').values(row).execute()
  const requested = { ...about, grantId: row.id, action: 'grant.requested', outcome: 'ok', detail: asked } as const
  // Nobody looks at what policy lets through by itself, and the log says so.
  const approved = { machine, actor: gatewayActor, grantId: row.id, action: 'grant.approved', outcome: 'ok', detail: automatic } as const
  await writeEvents(tx, nowMs, approversNeeded === 0 ? [requested, approved] : [requested])
  return { ok: true, row, machine }
}

const automatic = { rule: 'automatic' }

function begunAt(endsAtMs: number): GrantLife {
  const begun = transitions({ state: 'requested' }, [{ type: 'approve' }, { type: 'beginOpening', endsAtMs }])
  if (!begun.ok) throw new Error(`a new grant refused to begin: ${begun.refusal}`)
  return begun.life
}

/** F-60: a machine with a gate that would not close takes no new grants until it has closed. */
async function reasonToWait(tx: Tx, machine: MachineRow): Promise<GatewayProblem | undefined> {
  // As text: every request comes by. Few grants close at any moment, so the log is hardly ever asked.
  const { rows } = await sql`select 1 from grants where "machineId" = ${machine.id} and "closedAt" is null and state = 'closing'
    and exists (select 1 from audit where "grantId" = grants.id and action = 'gate.alarm') limit 1`.execute(tx)
  return rows.length === 0 ? undefined : new GatewayProblem('gateFailed', { reason: 'stillOpen' })
}

/** Second half: the gate is open. Answers why it must be closed again, if so: time, policy or a release may have been faster. */
export async function writeOpened(
  clock: Clock,
  deadlines: Deadlines,
  tx: Tx,
  order: GateOrder,
  endpoints: Endpoint[],
): Promise<CloseReason | undefined> {
  const row = await tx.selectFrom('grants').selectAll().where('id', '=', order.grantId).executeTakeFirstOrThrow()
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst()
  if (machine === undefined) return 'machineRemoved'
  if (machine.address !== order.address) return 'revoked'
  const asked = { ports: order.ports, durationMs: row.durationMs, source: row.source, person: personOf(row) }
  if (judge(machine, await policyFor(tx, machine), asked) !== undefined) return 'policyChanged'
  const nowMs = clock.now()
  const next = transition(lifeOf(row), { type: 'opened', atMs: nowMs })
  if (!next.ok || deadlines.remaining(row.id) === undefined) return row.closeReason ?? 'expired'
  await tx
    .updateTable('grants')
    .set({ ...columnsOf(next.life), endpoints: JSON.stringify(endpoints) })
    .where('id', '=', row.id)
    .execute()
  await touchMachines(tx, [machine.id])
  const about = { machine, grantId: row.id, outcome: 'ok' } as const
  await writeEvents(tx, nowMs, [
    ...endpoints.map((endpoint): NewEvent => ({
      ...about,
      actor: gatewayActor,
      action: 'gate.opened',
      port: endpoint.port,
      detail: { address: endpoint.address, connectPort: endpoint.connectPort },
    })),
    { ...about, actor: row.requestedBy, action: 'grant.opened', detail: { endsAt: new Date(row.endsAt ?? 0).toISOString() } },
  ])
  return undefined
}

/**
 * Asks a gate to open, for ten seconds at most. What it fails with is told in its error's code, where it has one. `onLate` is called when it opened
 * after that: nobody waits for it any more, and it must be closed again.
 */
export async function askGate(
  gate: Gate,
  order: GateOrder,
  onLate: () => void,
): Promise<{ gate: 'open'; endpoints: Endpoint[] } | { gate: 'failed' | 'noAnswer'; error: string }> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<{ gate: 'noAnswer'; error: string }>((resolve) => {
    timer = setTimeout(() => resolve({ gate: 'noAnswer', error: 'timeout' }), gateTimeoutMs)
  })
  try {
    const opening = gate.open(order)
    const outcome = await Promise.race([opening.then((endpoints) => ({ gate: 'open' as const, endpoints })), timeout])
    if (outcome.gate === 'noAnswer') opening.then(onLate, () => {})
    return outcome
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    // A gate that gives up on what it asks itself does not know what became of it (F-58).
    return { gate: reason === 'noAnswer' ? 'noAnswer' : 'failed', error: reason }
  } finally {
    clearTimeout(timer)
  }
}
