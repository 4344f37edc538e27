/** One PostgreSQL server for a run of tests, with an empty store that each test's database is copied from. */
import { openPostgres } from '../../gateway/store/postgres/openPostgres.ts'
import { startPostgres } from '../real/parts/postgres.ts'
import { templateName } from '../gateway/postgresFixture.ts'

/** Run by vitest before the first test; answers what it runs after the last one. */
export default async function setUp(): Promise<() => Promise<void>> {
  const server = await startPostgres()
  try {
    await server.createDatabase(templateName)
    const template = await openPostgres({ ...server.place, database: templateName }, () => performance.now())
    await template.close()
    // A database that somebody is connected to cannot be copied, and a server learns of an end when it looks.
    await server.untilUnused(templateName)
  } catch (error) {
    await server.stop()
    throw error
  }
  const { place, passwordFile, certificateFile } = server
  process.env['GATEHOUSE_TEST_POSTGRES'] = JSON.stringify({ place, passwordFile, certificateFile })
  return server.stop
}
