/** Which grants and requests may not be any more, since their machine or its policy is another one now (F-56). Changes nothing. */
import type { Kysely } from 'kysely'
import type { CloseReason } from './api.ts'
import { approvalsAmong, decisionsOn } from './decisions.ts'
import { personOf, portsIn } from './grantRow.ts'
import { judge } from './judge.ts'
import { approversFor } from './policies/effective.ts'
import type { Effective } from './policies/effective.ts'
import { policiesFor } from './policies/stored.ts'
import type { GrantRow, MachineRow, Tables } from './store/tables.ts'

/** Which of these grants may not be (any more), by the reason. */
export async function reasonsToEnd(store: Kysely<Tables>, rows: readonly GrantRow[], isMoved = false): Promise<Map<CloseReason, string[]>> {
  const machines = new Map<string, MachineRow>()
  const ids = [...new Set(rows.map((row) => row.machineId))]
  for (let start = 0; start < ids.length; start += machinesAtOnce) {
    const chunk = ids.slice(start, start + machinesAtOnce)
    const found = await store.selectFrom('machines').selectAll().where('id', 'in', chunk).execute()
    for (const machine of found) machines.set(machine.id, machine)
  }
  const policies = await policiesFor(store, [...machines.values()])
  const decisions = await decisionsOn(
    store,
    rows.map((row) => row.id),
  )
  const reasons = new Map<CloseReason, string[]>()
  for (const row of rows) {
    const machine = machines.get(row.machineId)
    const policy = policies.get(row.machineId)
    const place = machine && policy && { machine, policy }
    const reason = reasonToEnd(row, place, approvalsAmong(decisions.get(row.id)).length, isMoved)
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), row.id])
  }
  return reasons
}

// Below SQLite's limit of 32,766 parameters.
const machinesAtOnce = 1000

/** Why a grant may not stay open, or a request may not wait, if so. `approved`: by how many. */
export function reasonToEnd(
  row: GrantRow,
  place: { machine: MachineRow; policy: Effective } | undefined,
  approved: number,
  isMoved = false,
): CloseReason | undefined {
  if (place === undefined) return 'machineRemoved'
  if (isMoved) return 'revoked'
  const { machine, policy } = place
  const windowMs = row.openedAt === null || row.endsAt === null ? row.durationMs : Math.max(row.durationMs, row.endsAt - row.openedAt)
  const asked = { ports: portsIn(row), durationMs: windowMs, source: row.source, person: personOf(row) }
  if (judge(machine, policy, asked) !== undefined) return 'policyChanged'
  // What waits can still be approved; what is open was let in by a policy that asked fewer people than this one does.
  return row.state !== 'requested' && approved < approversFor(policy.approval.value) ? 'policyChanged' : undefined
}
