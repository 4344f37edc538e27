/** What a machine's agent is to do: policy as it holds there, and sign-ins that must end now. */
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { canonicalJson } from '../canonicalJson.ts'
import type { AgentOrders } from '../contract/challenges.ts'
import { reasonAgainst } from '../machineRow.ts'
import { policyFor } from '../policies/stored.ts'
import type { Tables } from '../store/tables.ts'

/** undefined: the machine is not there any more. */
export async function ordersFor(db: Kysely<Tables>, machineId: string): Promise<AgentOrders | undefined> {
  const machine = await db.selectFrom('machines').selectAll().where('id', '=', machineId).executeTakeFirst()
  if (machine === undefined) return undefined
  const { jitAdmin } = await policyFor(db, machine)
  const ordered = await db
    .selectFrom('challenges')
    .select('id')
    .where('machineId', '=', machineId)
    .where('state', 'in', ['pending', 'approved', 'started'])
    .where('endOrderedAt', 'is not', null)
    .orderBy('id')
    .execute()
  const enabled = jitAdmin.value.enabled && reasonAgainst(machine) === undefined
  const orders = { jitAdmin: { ...jitAdmin.value, enabled }, end: ordered.map(({ id }) => id) }
  return { version: createHash('sha256').update(canonicalJson(orders)).digest('base64url').slice(0, 22), ...orders }
}
