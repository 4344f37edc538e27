/** Opens the PostgreSQL database that the configuration names, and says in an operator's words why it cannot be. */
import { readFile, stat } from 'node:fs/promises'
import { StoreError } from '../store/database.ts'
import type { OpenedStore } from '../store/opened.ts'
import { openPostgres } from '../store/postgres/openPostgres.ts'
import type { PostgresPlace } from '../store/postgres/pool.ts'
import { StoreBusy } from '../store/postgres/storeBusy.ts'
import type { PostgresSetting } from './storeSetting.ts'

/** `monotonicMs` is a clock that never steps. Throws an Error whose message is for the operator, and never bears the password. */
export async function openSharedStore(setting: PostgresSetting, monotonicMs: () => number): Promise<OpenedStore> {
  const place = await toPlace(setting)
  try {
    return await openPostgres(place, monotonicMs)
  } catch (error) {
    throw new Error(`store.postgres: ${wordsOf(causeOf(error), setting)}`, { cause: error })
  }
}

async function toPlace({ host, port, database, user, passwordFile, tls }: PostgresSetting): Promise<PostgresPlace> {
  const place = { host, port, database, user, ...(passwordFile !== undefined && { password: () => readPassword(passwordFile) }) }
  // Once now, so that a file that is not there is told as that, and not as a connection that failed.
  if (passwordFile !== undefined) await readPassword(passwordFile)
  if (tls === false || host.startsWith('/')) return place
  const ca = tls?.ca === undefined ? undefined : await readText(tls.ca, 'store.postgres.tls.ca')
  return { ...place, tls: { ...(ca !== undefined && { ca }) } }
}

async function readPassword(path: string): Promise<string> {
  const password = (await readText(path, 'store.postgres.passwordFile')).replace(/\r?\n$/, '')
  const { mode } = await stat(path)
  // SECURITY: with it anybody could write grants. Windows has no such bits; there the folder's rights decide.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`store.postgres.passwordFile: others can read ${path}; give it to the service alone (chmod 600)`)
  }
  if (password === '') throw new Error(`store.postgres.passwordFile: ${path} is empty`)
  return password
}

async function readText(path: string, setting: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${setting}: ${path} cannot be read (${error.code ?? 'unknown'})`)
  })
}

/** What the server, or the way to it, said. */
function causeOf(error: unknown): unknown {
  return error instanceof StoreBusy && error.cause !== undefined ? error.cause : error
}

function wordsOf(error: unknown, { host, port, database, user }: PostgresSetting): string {
  const server = `PostgreSQL at ${host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof StoreError) return `the database "${database}" was written by a later version of Gatehouse, and is left as it is`
  if (code === '28P01' || code === '28000') return `${server} does not let in the user "${user}" (password or pg_hba.conf): ${message}`
  if (/client password must be a string/.test(message)) return `${server} asks for a password: passwordFile says where it is`
  if (code === '3D000') return `${server} has no database "${database}"`
  if (code === '42501' || code === '3F000') return `the user "${user}" may not make tables in the database "${database}": it has to own it`
  if (code === '42883') return `${server} is too old: it has to be version 13 or newer`
  if (code === '53300') return `${server} takes no more connections; each gateway uses up to 19 (max_connections)`
  if (/does not support SSL/.test(message)) return `${server} offers no TLS, without which nothing is sent`
  if (/CERT|UNABLE_TO_/.test(code)) return `${server} has a certificate that is not trusted here (${code}); tls.ca names its authority`
  if (/^E[A-Z]+$/.test(code)) return `${server} cannot be reached (${code})`
  return `${server} cannot be used: ${message}`
}
