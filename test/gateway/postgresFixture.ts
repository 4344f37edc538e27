/** Databases on the PostgreSQL server that a run of tests stands on (test/postgres/setup.ts): each a copy of an empty store. */
import { randomBytes } from 'node:crypto'
import { Kysely } from 'kysely'
import { Client } from 'pg'
import { z } from 'zod'
import type { Store } from '../../gateway/store/database.ts'
import { postgresDialect } from '../../gateway/store/postgres/dialect.ts'
import { clientConfig, createPool } from '../../gateway/store/postgres/pool.ts'
import type { PostgresPlace } from '../../gateway/store/postgres/pool.ts'
import type { Tables } from '../../gateway/store/tables.ts'

const told = process.env['GATEHOUSE_TEST_POSTGRES']

/** Whether the tests run on PostgreSQL this time. */
export const isOnPostgres = told !== undefined

export const templateName = 'gatehouse_template'

const Told = z.object({
  place: z.object({ host: z.string(), port: z.number(), database: z.string(), user: z.string() }),
  passwordFile: z.string(),
  certificateFile: z.string(),
})

/** The server that the run stands on, with the files that it is reached by through TCP. */
export function postgresServer(): z.infer<typeof Told> {
  if (told === undefined) throw new Error('no PostgreSQL server is there for the tests')
  return Told.parse(JSON.parse(told))
}

/** A database of its own for one gateway, or for several. */
export async function createDatabase(): Promise<PostgresPlace> {
  const { place } = postgresServer()
  const database = `bench_${randomBytes(6).toString('hex')}`
  const client = new Client(clientConfig(place))
  await client.connect()
  await client.query(`create database ${database} template ${templateName}`)
  await client.end()
  return { ...place, database }
}

/** Queries on a database, beside the gateways that use it. Destroying the store ends its connections. */
export function openDatabase(place: PostgresPlace): Store {
  const pool = createPool(clientConfig(place))
  return new Kysely<Tables>({ dialect: postgresDialect(pool, { gatewayId: () => undefined, onFenced: () => {} }) })
}
