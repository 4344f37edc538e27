/** A real PostgreSQL server on 127.0.0.1, there also with TLS, and a Unix socket, on a cluster of its own: durable as one in use is. */
import { chmodSync, chownSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ownTlsIdentity } from '../../../gateway/daemon/tlsIdentity.ts'
import type { PostgresPlace } from '../../../gateway/store/postgres/pool.ts'
import { createKeeper, eventually, freePort, run, tail } from './keeper.ts'

export interface PostgresServer {
  /** Its owner's connection, through the Unix socket. */
  readonly place: PostgresPlace
  /** The file with its user's password, and that with its certificate, whose authority it is itself: for who comes through TCP. */
  readonly passwordFile: string
  readonly certificateFile: string
  /** An empty database, which the gateways' user owns. */
  createDatabase(name?: string): Promise<string>
  /** Waits until nobody is connected to the database. */
  untilUnused(database: string): Promise<void>
  /** Ends the server at once, as a crash does, and starts it again on the same files. */
  crash(): Promise<void>
  start(): Promise<void>
  stop: () => Promise<void>
}

const user = 'gatehouse'
const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'max_connections=150',
  'shared_buffers=64MB',
  'log_min_messages=warning',
  // So that one that is killed in a test is back soon.
  'checkpoint_timeout=30min',
]

/** Needs Debian's package postgresql: throws when it is not there. Run by root it becomes the user postgres, since it refuses root. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1)
  if (programs === undefined) throw new Error('PostgreSQL is not installed (Debian: postgresql)')
  const keeper = createKeeper('postgres')
  try {
    const isRoot = process.getuid?.() === 0
    const data = join(keeper.folder, 'data')
    const sockets = join(keeper.folder, 'sockets')
    const secret = join(keeper.folder, 'secret')
    const [certificate, key] = [join(keeper.folder, 'tls-certificate.pem'), join(keeper.folder, 'tls-key.pem')]
    for (const folder of [data, sockets]) mkdirSync(folder)
    writeFileSync(secret, `${randomBytes(12).toString('base64url')}\n`)
    chmodSync(secret, 0o600)
    await ownTlsIdentity(keeper.folder, '127.0.0.1', Date.now())
    if (isRoot) {
      const uid = Number(await run('id', ['-u', 'postgres']))
      const gid = Number(await run('id', ['-g', 'postgres']))
      for (const path of [data, sockets, secret, key]) chownSync(path, uid, gid)
    }
    const asOwner = (program: string, args: string[]): [string, string[]] => {
      const path = join(programs, program)
      return isRoot ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', path, ...args]] : [path, args]
    }
    const auth = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${secret}`]
    const tls = ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]
    await run(...asOwner('initdb', ['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8', `--username=${user}`, ...auth, data]))

    let port = 0
    let server: ReturnType<typeof keeper.start>
    const psql = (sql: string) =>
      run(join(programs, 'psql'), ['-X', '-A', '-t', '-h', sockets, '-p', String(port), '-U', user, '-d', 'postgres', '-c', sql])
    const start = async (): Promise<void> => {
      // Once found the port stays: whoever was connected comes back to it.
      if (port === 0) port = await freePort()
      const options = [...settings, ...tls, `unix_socket_directories=${sockets}`, 'listen_addresses=127.0.0.1', `port=${port}`]
      server = keeper.start(...asOwner('postgres', ['-D', data, ...options.flatMap((option) => ['-c', option])]))
      await eventually(`PostgreSQL on port ${port}`, 20_000, () => {
        if (server.exitCode !== null)
          throw new Error(`PostgreSQL ended with ${server.exitCode}: ${tail(join(keeper.folder, 'setpriv.log'))}`)
        return psql('select 1').then(
          () => true,
          () => false,
        )
      })
    }
    await start()
    return {
      get place() {
        return { host: sockets, port, database: 'postgres', user }
      },
      passwordFile: secret,
      certificateFile: certificate,
      async createDatabase(name = `gatehouse_${randomBytes(6).toString('hex')}`) {
        await psql(`create database ${name}`)
        return name
      },
      untilUnused: (database) =>
        eventually(`nobody in ${database}`, 10_000, async () => {
          return (await psql(`select count(*) from pg_stat_activity where datname = '${database}'`)).trim() === '0'
        }),
      async crash() {
        // SIGQUIT: immediate shutdown, without a checkpoint; the next start recovers from the log.
        server.kill('SIGQUIT')
        await eventually('the end of PostgreSQL', 10_000, () => server.exitCode !== null || server.signalCode !== null)
      },
      start,
      stop: keeper.stop,
    }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}
