/** What an intruder with the store's own rights would do first. */
import { sql } from 'kysely'
import type { Store } from '../../gateway/store/database.ts'
import { isOnPostgres } from './postgresFixture.ts'

/** Takes away all that keeps the log from being changed. */
export async function dropGuards(store: Store): Promise<void> {
  const { rows } = isOnPostgres
    ? await sql<{ name: string; table: string }>`
        select tgname as name, tgrelid::regclass::text as "table" from pg_trigger where not tgisinternal`.execute(store)
    : await sql<{ name: string; table: string }>`select name, tbl_name as "table" from sqlite_master where type = 'trigger'`.execute(store)
  for (const { name, table } of rows)
    await sql.raw(isOnPostgres ? `drop trigger "${name}" on ${table}` : `drop trigger ${name}`).execute(store)
}
