/** What a configured machine shows of its use (INV-3), read from the log through its indexes: a page of machines is two queries. */
import { sql } from 'kysely'
import type { Store } from './store/database.ts'

const weekMs = 7 * 24 * 3600 * 1000

export interface Figures {
  approvalsIn7Days: number
  lastAccess?: { atMs: number; actor: string }
}

/** Machines without any use are not in the answer. */
export async function figuresOf(store: Store, ids: readonly string[], nowMs: number): Promise<Map<string, Figures>> {
  const figures = new Map<string, Figures>()
  if (ids.length === 0) return figures
  // One JSON parameter instead of a text of its own for each number of ids; the actions are literals, so that the partial indexes serve.
  const list = sql<string>`(select value from json_each(cast(${JSON.stringify(ids)} as text)))`
  const approvals = await sql<{ machineId: string; count: number }>`
    select "machineId", count(*) as count from audit
    where action = 'grant.approved' and "machineId" in ${list} and at > ${nowMs - weekMs} group by "machineId"`.execute(store)
  const accesses = await sql<{ machineId: string; at: number; actor: string }>`
    select "machineId", at, actor from audit where seq in
      (select max(seq) from audit where action = 'grant.opened' and "machineId" in ${list} group by "machineId")`.execute(store)
  for (const { machineId, count } of approvals.rows) figures.set(machineId, { approvalsIn7Days: count })
  for (const { machineId, at, actor } of accesses.rows) {
    figures.set(machineId, { approvalsIn7Days: figures.get(machineId)?.approvalsIn7Days ?? 0, lastAccess: { atMs: at, actor } })
  }
  return figures
}

/** Machines of which an approval left the last 7 days between the two instants. */
export async function idsWhoseFiguresAged(store: Store, sinceMs: number, nowMs: number): Promise<string[]> {
  const aged = await sql<{ machineId: string }>`
    select distinct "machineId" from audit
    where action = 'grant.approved' and at > ${sinceMs - weekMs} and at <= ${nowMs - weekMs}`.execute(store)
  return aged.rows.map((row) => row.machineId)
}
