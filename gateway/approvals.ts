/**
 * Requests that wait for approvers (POL-6): decided by others than who asked, each once; lapsed when nobody was in time, cancelled by who asked.
 * Every step is one transaction with its event, and the request is looked at in it, so of two decisions at once one is too late.
 */
import type { Transaction } from 'kysely'
import type { Caller, CloseReason } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { NewEvent } from './auditLog.ts'
import type { Decision } from './contract/policies.ts'
import type { Clock } from './deadlines.ts'
import { approvalsAmong, decisionsOn } from './decisions.ts'
import { transitions } from './grant.ts'
import type { GrantEvent } from './grant.ts'
import { columnsOf, lifeOf, personOf, portsIn } from './grantRow.ts'
import { judge } from './judge.ts'
import { may } from './permissions.ts'
import { approversFor } from './policies/effective.ts'
import { policyFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import type { GrantRow, MachineRow, Tables } from './store/tables.ts'

type Tx = Transaction<Tables>

export type Decided = { ok: true; row: GrantRow; machine: MachineRow; opens: boolean } | { ok: false; problem: GatewayProblem }

/** `opens`: this was the last approval, and the window has begun. A refusal is written too (AUD-4). */
export async function writeDecision(clock: Clock, tx: Tx, caller: Caller, id: string, decision: Decision): Promise<Decided> {
  const row = await tx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst()
  const machine = row && (await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
  if (row === undefined || machine === undefined) return { ok: false, problem: new GatewayProblem('notFound', { field: 'grantId' }) }
  const about = { actor: caller.technician, machine, grantId: id }
  const made = (await decisionsOn(tx, [id])).get(id) ?? []
  const own = made.find(({ technician }) => technician === caller.technician)
  // The answer to the same word may have been lost.
  if (own?.decision === decision.decision) return { ok: true, row, machine, opens: false }
  const refusal = refusalOf(caller, row, clock.now())
  if (refusal !== undefined) {
    const detail = { decision: decision.decision, code: refusal.problem.code }
    await writeEvents(tx, clock.now(), [{ ...about, action: 'grant.decisionRefused', outcome: 'refused', detail }])
    return { ok: false, problem: refusal }
  }
  const word = { grantId: id, technician: caller.technician, decision: decision.decision, reason: decision.reason, at: clock.now() }
  // Who approved first and denies now takes the approval back.
  await tx
    .insertInto('decisions')
    .values(word)
    .onConflict((conflict) => conflict.columns(['grantId', 'technician']).doUpdateSet(word))
    .execute()
  if (decision.decision === 'deny') {
    const denied = await take(tx, row, [{ type: 'deny', atMs: clock.now() }])
    await writeEvents(tx, clock.now(), [{ ...about, action: 'grant.denied', outcome: 'ok', detail: { reason: decision.reason } }])
    return { ok: true, row: denied, machine, opens: false }
  }
  return await writeApproval(clock, tx, row, machine, approvalsAmong(made).length + 1, { ...about, outcome: 'ok' })
}

async function writeApproval(
  clock: Clock,
  tx: Tx,
  row: GrantRow,
  machine: MachineRow,
  given: number,
  about: Omit<NewEvent, 'action'>,
): Promise<Decided> {
  const policy = await policyFor(tx, machine)
  const needed = Math.max(row.approversNeeded, approversFor(policy.approval.value))
  const detail = { given, needed }
  if (given < needed) {
    // Policy may ask for more people than it did when this was asked for.
    await tx.updateTable('grants').set({ approversNeeded: needed }).where('id', '=', row.id).execute()
    await writeEvents(tx, clock.now(), [{ ...about, action: 'grant.approvalGiven', detail }])
    return { ok: true, row, machine, opens: false }
  }
  const asked = { ports: portsIn(row), durationMs: row.durationMs, source: row.source, person: personOf(row) }
  if (judge(machine, policy, asked) !== undefined) {
    const lapsed = await writeLapse(clock, tx, row, machine, 'policyChanged')
    return { ok: true, row: lapsed, machine, opens: false }
  }
  // The window begins now, not when it was asked for.
  const opening = await take(tx, row, [{ type: 'approve' }, { type: 'beginOpening', endsAtMs: clock.now() + row.durationMs }])
  await writeEvents(tx, clock.now(), [{ ...about, action: 'grant.approved', detail }])
  return { ok: true, row: opening, machine, opens: true }
}

function refusalOf(caller: Caller, row: GrantRow, nowMs: number): GatewayProblem | undefined {
  if (row.requestedBy === caller.technician) return new GatewayProblem('ownRequest')
  if (!may(caller.roles, 'approve')) return new GatewayProblem('notPermitted', { allowed: 'approve' })
  if (row.state !== 'requested') return new GatewayProblem('decided', { reason: row.state })
  return row.lapsesAt !== null && row.lapsesAt <= nowMs ? new GatewayProblem('decided', { reason: 'lapsed' }) : undefined
}

/** Nobody waits for this request any more. What does not wait is left as it is. */
export async function writeLapse(
  clock: Clock,
  tx: Tx,
  row: GrantRow,
  machine: MachineRow | undefined,
  reason?: CloseReason,
): Promise<GrantRow> {
  const lapsed = await take(tx, row, [{ type: 'lapse', atMs: clock.now(), ...(reason && { reason }) }])
  if (lapsed === row) return row
  const about = machine === undefined ? { machineId: row.machineId } : { machine }
  const detail = reason === undefined ? {} : { reason }
  await writeEvents(tx, clock.now(), [{ ...about, actor: gatewayActor, action: 'grant.lapsed', outcome: 'ok', grantId: row.id, detail }])
  return lapsed
}

export async function writeCancelled(clock: Clock, tx: Tx, actor: string, id: string): Promise<void> {
  const row = await tx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst()
  if (row?.state !== 'requested') return
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst()
  await take(tx, row, [{ type: 'cancel', atMs: clock.now() }])
  const about = machine === undefined ? { machineId: row.machineId } : { machine }
  await writeEvents(tx, clock.now(), [{ ...about, actor, action: 'grant.cancelled', outcome: 'ok', grantId: id }])
}

/** The row after the steps; the same one when it cannot take them. */
async function take(tx: Tx, row: GrantRow, steps: readonly GrantEvent[]): Promise<GrantRow> {
  const next = transitions(lifeOf(row), steps)
  if (!next.ok) return row
  const columns = columnsOf(next.life)
  await tx.updateTable('grants').set(columns).where('id', '=', row.id).where('state', '=', row.state).execute()
  return { ...row, ...columns }
}
