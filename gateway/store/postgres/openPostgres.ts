/** Opens a database of PostgreSQL as the store of a gateway, which may be one of several. */
import { randomUUID } from 'node:crypto'
import { Kysely } from 'kysely'
import type { OpenedStore } from '../opened.ts'
import type { Tables } from '../tables.ts'
import { createBell } from './bell.ts'
import { createStoreClock } from './clock.ts'
import { postgresDialect } from './dialect.ts'
import { clientConfig, createPool } from './pool.ts'
import type { PostgresPlace } from './pool.ts'
import { migrate } from './schema.ts'
import { toStoreError } from './storeBusy.ts'

const timeSamples = 5

/** Throws StoreBusy when the server cannot be reached, StoreError `newer`, or what it says against us. `monotonicMs` is a clock that never steps. */
export async function openPostgres(place: PostgresPlace, monotonicMs: () => number): Promise<OpenedStore> {
  const config = clientConfig(place)
  const pool = createPool(config)
  const clock = createStoreClock(monotonicMs)
  const fence: { id: string | undefined; onFenced: () => void } = { id: undefined, onFenced: () => {} }
  const store = new Kysely<Tables>({ dialect: postgresDialect(pool, { gatewayId: () => fence.id, onFenced: () => fence.onFenced() }) })

  const lifelinePool = createPool(config, 2)
  const lifeline = new Kysely<Tables>({ dialect: postgresDialect(lifelinePool, { gatewayId: () => undefined, onFenced: () => {} }) })

  async function askTime(): Promise<void> {
    const askedMs = monotonicMs()
    const { rows } = await lifelinePool.query<{ ms: number }>('select "nowMs"() as ms')
    clock.note(askedMs, rows[0]?.ms ?? Number.NaN, monotonicMs())
  }

  try {
    await migrate(pool)
    for (let asked = 0; asked < timeSamples; asked += 1) await askTime()
    let closing: Promise<unknown> | undefined
    const bell = createBell({ ...config, query_timeout: 5000, connectionTimeoutMillis: 3000 }, pool, randomUUID())
    return {
      store,
      clock,
      shared: {
        bell,
        lifeline,
        askTime,
        actAs(id, onFenced) {
          fence.id = id
          fence.onFenced = onFenced
        },
      },
      async close() {
        // Not Kysely's destroy(), which does not end what it was never asked to use.
        closing ??= bell.stop().then(() => Promise.all([pool.end(), lifelinePool.end()]))
        await closing
      },
    }
  } catch (error) {
    await Promise.all([pool.end(), lifelinePool.end()])
    throw toStoreError(error)
  }
}
