import { test } from 'vitest'
import { isOnPostgres } from './postgresFixture.ts'

/** For what only a store in a file can show: where the store is PostgreSQL there is no such test. */
export function testOnFile(name: string, run: () => Promise<void>): void {
  if (!isOnPostgres) test(name, run)
}
