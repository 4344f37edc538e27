/** Logos of sign-in screens (POL-4), told by their SHA-256. What no policy names is taken away after a day. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Logo } from '../contract/policies.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import { judgeLogo } from './logo.ts'

const keptUnusedMs = 24 * 3600 * 1000

/** `data` is base64. Throws GatewayProblem `invalidInput` with the reason. */
export async function addLogo(store: Store, nowMs: number, data: string): Promise<string> {
  const bytes = Buffer.from(data, 'base64')
  const verdict = judgeLogo(bytes)
  if (!verdict.ok) throw new GatewayProblem('invalidInput', { field: 'logo', reason: verdict.reason })
  const row = {
    id: createHash('sha256').update(bytes).digest('hex'),
    mediaType: verdict.mediaType,
    data: bytes.toString('base64'),
    addedAt: nowMs,
  }
  await store.transaction().execute(async (tx) => {
    await tx
      .insertInto('logos')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ addedAt: nowMs }))
      .execute()
    await tx
      .deleteFrom('logos')
      .where('addedAt', '<', nowMs - keptUnusedMs)
      .where(sql<boolean>`not exists (select 1 from policies where settings like '%' || logos.id || '%')`)
      .execute()
  })
  return row.id
}

export async function readLogo(store: Store, id: string): Promise<Logo> {
  const row = await store.selectFrom('logos').select(['mediaType', 'data']).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new GatewayProblem('notFound', { field: 'logo' })
  return row
}
