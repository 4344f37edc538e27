/** What may not go on any more at some machines, or by some technician: challenges that wait are cancelled, sign-ins get the order to end. */
import { gatewayActor } from '../auditLog.ts'
import { reasonAgainst } from '../machineRow.ts'
import { policiesFor } from '../policies/stored.ts'
import type { Effective } from '../policies/effective.ts'
import type { Store } from '../store/database.ts'
import type { ChallengeRow } from '../store/signInTables.ts'
import type { MachineRow } from '../store/tables.ts'
import { writeEndOrder } from './writing.ts'
import type { Tx } from './writing.ts'

const notOver = ['pending', 'approved', 'started'] as const
const idsAtOnce = 1000

/** `by`: for what is not policy's to say. Answers what was changed, as it is now. */
export async function reviewAt(
  store: Store,
  machineIds: readonly string[],
  nowMs: number,
  by?: { actor: string; why: string },
): Promise<ChallengeRow[]> {
  const changed: ChallengeRow[] = []
  for (let start = 0; start < machineIds.length; start += idsAtOnce) {
    const ids = machineIds.slice(start, start + idsAtOnce)
    const rows = await openAt(store, ids)
    // Nearly always: then nothing is to be written.
    if (rows.length === 0) continue
    changed.push(...(await store.transaction().execute(async (tx) => await endAt(tx, await openAt(tx, ids), nowMs, by))))
  }
  return changed
}

export async function reviewOf(store: Store, technician: string, nowMs: number, actor: string): Promise<ChallengeRow[]> {
  return await store.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('challenges')
      .selectAll()
      .where('decidedBy', '=', technician)
      .where('state', 'in', ['approved', 'started'])
      .execute()
    return await endAll(tx, rows, await machinesOf(tx, rows), nowMs, () => ({ actor, why: 'personDisabled' }))
  })
}

async function endAt(tx: Tx, rows: readonly ChallengeRow[], nowMs: number, by: { actor: string; why: string } | undefined) {
  const machines = await machinesOf(tx, rows)
  const policies = await policiesFor(tx, [...machines.values()])
  return await endAll(tx, rows, machines, nowMs, (row) => {
    const why = whyNot(row, machines.get(row.machineId), policies.get(row.machineId))
    return by ?? (why === undefined ? undefined : { actor: gatewayActor, why })
  })
}

function whyNot(row: ChallengeRow, machine: MachineRow | undefined, policy: Effective | undefined): string | undefined {
  if (machine === undefined || policy === undefined) return 'machineRemoved'
  if (reasonAgainst(machine) !== undefined) return 'unsupported'
  const { enabled, userName, afterSignOut } = policy.jitAdmin.value
  if (!enabled) return 'policyChanged'
  // What the screen of the machine promised is not what policy would do.
  return row.state === 'pending' && (userName !== row.userName || afterSignOut !== row.afterSignOut) ? 'policyChanged' : undefined
}

async function endAll(
  tx: Tx,
  rows: readonly ChallengeRow[],
  machines: ReadonlyMap<string, MachineRow>,
  nowMs: number,
  reason: (row: ChallengeRow) => { actor: string; why: string } | undefined,
): Promise<ChallengeRow[]> {
  const ids: string[] = []
  for (const row of rows) {
    const by = reason(row)
    if (by !== undefined && (await writeEndOrder(tx, row, machines.get(row.machineId), nowMs, by))) ids.push(row.id)
  }
  return ids.length === 0 ? [] : await tx.selectFrom('challenges').selectAll().where('id', 'in', ids).execute()
}

async function openAt(db: Store, machineIds: readonly string[]): Promise<ChallengeRow[]> {
  return await db.selectFrom('challenges').selectAll().where('machineId', 'in', machineIds).where('state', 'in', notOver).execute()
}

async function machinesOf(tx: Tx, rows: readonly ChallengeRow[]): Promise<Map<string, MachineRow>> {
  const ids = [...new Set(rows.map((row) => row.machineId))]
  const found = ids.length === 0 ? [] : await tx.selectFrom('machines').selectAll().where('id', 'in', ids).execute()
  return new Map(found.map((machine) => [machine.id, machine]))
}
