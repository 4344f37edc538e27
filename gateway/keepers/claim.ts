/**
 * Who keeps which grants, as it is written in the store that several gateways share. Each step is one transaction under the writers' lock, so of
 * gateways that want the same grants exactly one gets them.
 */
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { gatewayActor, writeEvents } from '../auditLog.ts'
import type { Clock } from '../deadlines.ts'
import type { Store } from '../store/database.ts'
import type { GrantRow, Tables } from '../store/tables.ts'

/** A gateway that was not seen for this long is dead. Longer than a lease: it has closed its gates before others open theirs. */
export const deadAfterMs = 3500

/** By the store's clock. */
const isDead = sql<boolean>`"seenAt" < "nowMs"() - ${sql.lit(deadAfterMs)}`

/** Writes a new gateway among those that share the store, in place of what it was before, and gives it every grant that nobody alive keeps. */
export async function join(store: Store, clock: Clock, id: string, former: string | undefined): Promise<GrantRow[]> {
  return await store.transaction().execute(async (tx) => {
    if (former !== undefined) await tx.deleteFrom('gateways').where('id', '=', former).execute()
    await tx
      .insertInto('gateways')
      .values({ id, seenAt: sql<number>`"nowMs"()` })
      .execute()
    return await takeOver(tx, clock, id)
  })
}

/** Says that it is alive. False: others have taken it for dead, and its grants are theirs. */
export async function renew(store: Store, id: string): Promise<boolean> {
  const [row] = await store
    .updateTable('gateways')
    .set({ seenAt: sql<number>`"nowMs"()` })
    .where('id', '=', id)
    .returning('id')
    .execute()
  return row !== undefined
}

/** Whether there is something to take over. Takes no lock. */
export async function isAnythingLeft(store: Store): Promise<boolean> {
  const dead = await store.selectFrom('gateways').select('id').where(isDead).limit(1).execute()
  if (dead.length > 0) return true
  const left = store.selectFrom('grants').select('id').where('closedAt', 'is', null).where(isLeft).limit(1)
  return (await left.execute()).length > 0
}

/** Gives a gateway every grant that nobody alive keeps. */
export async function adopt(store: Store, clock: Clock, id: string): Promise<GrantRow[]> {
  return await store.transaction().execute((tx) => takeOver(tx, clock, id))
}

/** Takes a gateway out, whose gates are closed, and leaves its grants to the others. */
export async function leave(store: Store, id: string): Promise<void> {
  await store.transaction().execute(async (tx) => {
    await tx.deleteFrom('gateways').where('id', '=', id).execute()
    await tx.updateTable('grants').set({ keeper: null }).where('keeper', '=', id).where('closedAt', 'is', null).execute()
  })
}

const isLeft = sql<boolean>`(keeper is null or keeper not in (select id from gateways))`

async function takeOver(tx: Transaction<Tables>, clock: Clock, id: string): Promise<GrantRow[]> {
  const dead = await tx.deleteFrom('gateways').where(isDead).where('id', '!=', id).returning('id').execute()
  const rows = await tx.updateTable('grants').set({ keeper: id }).where('closedAt', 'is', null).where(isLeft).returningAll().execute()
  for (const gateway of dead) {
    const detail = { from: gateway.id, grants: rows.length }
    await writeEvents(tx, clock.now(), [{ actor: gatewayActor, action: 'gateway.tookOver', outcome: 'ok', detail }])
  }
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}
