/** Connections to PostgreSQL. */
import { isIP } from 'node:net'
import { Pool, types } from 'pg'
import type { ClientConfig } from 'pg'

export interface PostgresPlace {
  /** A name, an address, or the folder of a Unix socket (which begins with a slash). */
  host: string
  port: number
  database: string
  user: string
  /** Asked for with each connection, so that one that is changed needs no new start. */
  password?: string | (() => Promise<string>)
  /** `ca`: PEM; the system's where it is absent. Without `tls` nothing is encrypted. */
  tls?: { ca?: string }
}

const mostConnections = 16

/** What a session must do whatever the server's own settings are: acknowledged is durable, and nobody holds the writers' lock for long. */
const session = [
  'synchronous_commit=on',
  'lock_timeout=5000',
  'statement_timeout=8000',
  'idle_in_transaction_session_timeout=3000',
  'tcp_keepalives_idle=3',
  'tcp_keepalives_interval=1',
  'tcp_keepalives_count=3',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** Ends with its `end()`. */
export function createPool(config: ClientConfig, most = mostConnections): Pool {
  // Counts and instants are far below 2^53, and numbers everywhere else.
  types.setTypeParser(types.builtins.INT8, Number)
  const pool = new Pool({ ...config, max: most, connectionTimeoutMillis: 3000, idleTimeoutMillis: 30_000 })
  // An idle connection that ends is replaced; one in use tells whoever uses it. Without these listeners the process would end.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

export function clientConfig({ host, port, database, user, password, tls }: PostgresPlace): ClientConfig {
  return {
    host,
    port,
    database,
    user,
    ...(password !== undefined && { password }),
    // SECURITY: the certificate must be good and of this host; libpq's "require" would take anybody's.
    ssl:
      tls === undefined
        ? false
        : { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }), ...(isIP(host) === 0 && { servername: host }) },
    options: session,
    query_timeout: 10_000,
    keepAlive: true,
    application_name: 'gatehouse',
  }
}
