/** What technicians said on requests (POL-6), as it is stored. */
import type { Kysely } from 'kysely'
import type { DecisionRow, Tables } from './store/tables.ts'

// Below SQLite's limit of 32,766 parameters.
const idsAtOnce = 1000

/** By grant, in the order in which they were made. Grants that nobody decided on are not in it. */
export async function decisionsOn(db: Kysely<Tables>, grantIds: readonly string[]): Promise<Map<string, DecisionRow[]>> {
  const found = new Map<string, DecisionRow[]>()
  for (let start = 0; start < grantIds.length; start += idsAtOnce) {
    const chunk = grantIds.slice(start, start + idsAtOnce)
    const rows = await db.selectFrom('decisions').selectAll().where('grantId', 'in', chunk).orderBy('at').orderBy('technician').execute()
    for (const row of rows) found.set(row.grantId, [...(found.get(row.grantId) ?? []), row])
  }
  return found
}

export function approvalsAmong(decisions: readonly DecisionRow[] | undefined): DecisionRow[] {
  return (decisions ?? []).filter(({ decision }) => decision === 'approve')
}
