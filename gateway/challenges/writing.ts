/** Steps of a challenge as they are written: each with its event, in the caller's transaction, and only on the state that was looked at. */
import type { Transaction } from 'kysely'
import { gatewayActor, writeEvents } from '../auditLog.ts'
import type { NewEvent } from '../auditLog.ts'
import { nextChange } from '../machineRow.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import type { Tables } from '../store/tables.ts'
import { settled, step } from './challenge.ts'
import type { ChallengeStep } from './challenge.ts'
import { columnsOf, lifeOf } from './challengeRow.ts'

export type Tx = Transaction<Tables>

export type MachineNames = NonNullable<NewEvent['machine']>

/** The row as it is from now on. */
export async function change(tx: Tx, row: ChallengeRow, columns: Partial<ChallengeRow>): Promise<ChallengeRow> {
  const next = { ...columns, change: await nextChange(tx) }
  const { numUpdatedRows } = await tx
    .updateTable('challenges')
    .set(next)
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('triesLeft', '=', row.triesLeft)
    .executeTakeFirst()
  // SECURITY: writers come one after the other, so this never happens; if it ever did, a challenge must not be decided twice (F-67).
  if (numUpdatedRows !== 1n) throw new Error('a challenge changed while it was decided')
  return { ...row, ...next }
}

export function aboutOf(row: Pick<ChallengeRow, 'machineId'>, machine: MachineNames | undefined): Pick<NewEvent, 'machine' | 'machineId'> {
  return machine === undefined ? { machineId: row.machineId } : { machine }
}

/** What every event of a challenge says. */
export function factsOf(row: ChallengeRow): NonNullable<NewEvent['detail']> {
  return {
    challenge: row.id,
    service: row.service,
    userName: row.userName,
    asked: row.asked,
    ...(row.source !== null && { from: row.source }),
  }
}

/** Writes what ran out as expired, which it is already (F-66). Answers the row as it is at this instant. */
export async function writeExpiry(tx: Tx, row: ChallengeRow, machine: MachineNames | undefined, atMs: number): Promise<ChallengeRow> {
  const isDue = row.state !== 'expired' && settled(lifeOf(row), atMs).state === 'expired'
  return isDue ? await writeStep(tx, row, machine, { type: 'expire' }, atMs) : row
}

interface By {
  actor?: string
  detail?: NonNullable<NewEvent['detail']>
}

const actionOf: Record<'expire' | 'cancel' | 'fail', string> = {
  expire: 'challenge.expired',
  cancel: 'challenge.cancelled',
  fail: 'signIn.failed',
}

/** A step that no technician decides. A challenge that cannot take it is left as it is. */
export async function writeStep(
  tx: Tx,
  row: ChallengeRow,
  machine: MachineNames | undefined,
  what: ChallengeStep & { type: 'expire' | 'cancel' | 'fail' },
  atMs: number,
  { actor = gatewayActor, detail = {} }: By = {},
): Promise<ChallengeRow> {
  const next = step(lifeOf(row), what, atMs)
  if (!next.ok) return row
  const after = await change(tx, row, { ...columnsOf(next.life), ...(what.type === 'fail' && { endedAt: atMs }) })
  const outcome = what.type === 'fail' ? 'failed' : 'ok'
  await writeEvents(tx, atMs, [
    { ...aboutOf(row, machine), actor, action: actionOf[what.type], outcome, detail: { ...factsOf(row), ...detail } },
  ])
  return after
}

/** Its agent is told to end it, or it never begins. Answers whether anything was left to end. */
export async function writeEndOrder(
  tx: Tx,
  row: ChallengeRow,
  machine: MachineNames | undefined,
  atMs: number,
  by: { actor: string; why: string },
): Promise<boolean> {
  const now = await writeExpiry(tx, row, machine, atMs)
  if (now.state === 'started') {
    if (now.endOrderedAt !== null) return false
    await change(tx, now, { endOrderedAt: atMs })
    const detail = { ...factsOf(now), why: by.why, approvedBy: now.decidedBy ?? '' }
    await writeEvents(tx, atMs, [{ ...aboutOf(now, machine), actor: by.actor, action: 'signIn.endOrdered', outcome: 'ok', detail }])
    return true
  }
  const after = await writeStep(tx, now, machine, { type: 'cancel' }, atMs, { actor: by.actor, detail: { why: by.why } })
  return after !== now
}
