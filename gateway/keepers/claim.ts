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
import { claimKeys } from './commonKeys.ts'
import type { CommonKeys } from './commonKeys.ts'

/** A gateway that was not seen for this long is dead. Longer than a lease: it has closed its gates before others open theirs. */
export const deadAfterMs = 3500

/** By the store's clock. */
const isDead = sql<boolean>`"seenAt" < "nowMs"() - ${sql.lit(deadAfterMs)}`

export interface Joining {
  id: string
  /** What it was before, in whose place it comes. */
  former: string | undefined
  /** Of a gateway that people reach. */
  keys: CommonKeys | undefined
}

/** Writes a new gateway among those that share the store, and gives it every grant that nobody alive keeps. Throws OtherKeys. */
export async function join(store: Store, clock: Clock, { id, former, keys }: Joining): Promise<GrantRow[]> {
  return await store.transaction().execute(async (tx) => {
    if (former !== undefined) await tx.deleteFrom('gateways').where('id', '=', former).execute()
    await tx
      .insertInto('gateways')
      .values({ id, seenAt: sql<number>`"nowMs"()` })
      .execute()
    const rows = await takeOver(tx, clock, id)
    const others = await tx.selectFrom('gateways').select('id').where('id', '!=', id).limit(1).execute()
    if (keys !== undefined) await claimKeys(tx, keys, others.length === 0)
    return rows
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

/** How many grants are not over, by who keeps them, and how many gateways are alive. */
export async function census(store: Store, id: string | undefined): Promise<Census> {
  const { rows } = await sql<Census>`select
    count(*) filter (where keeper = ${id ?? ''}) as here,
    count(*) filter (where keeper != ${id ?? ''} and not ${isLeft}) as elsewhere,
    count(*) filter (where ${isLeft}) as nobody,
    (select count(*) from gateways where not ${isDead}) as gateways
    from grants where "closedAt" is null`.execute(store)
  return rows[0] ?? { here: 0, elsewhere: 0, nobody: 0, gateways: 0 }
}

export interface Census {
  here: number
  elsewhere: number
  nobody: number
  gateways: number
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
