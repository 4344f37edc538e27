/**
 * PostgreSQL for a store whose changes are as serial as SQLite's: of all gateways one transaction writes at a time (an advisory lock), so that what
 * a transaction looked at still holds when it writes. Within this process they queue before they take a connection, so reads always find one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import type { Pool, PoolClient, QueryResult as PgResult } from 'pg'
import { createTurns } from './turns.ts'
import { isConnectionLost, StoreBusy, toStoreError } from './storeBusy.ts'

/** Whose transactions these are. */
export interface Fence {
  /** The gateway's name among those that share the store; undefined while it is none of them. A UUID. */
  gatewayId(): string | undefined
  /** It was taken for dead: others have its grants. */
  onFenced(): void
}

interface Open {
  client: PoolClient
  /** The transaction's number, by which its fate can be asked for. */
  xid: string
  done: () => void
}

type Row = Record<string, unknown>

/** Any number: every writer of this database takes the lock of this number. */
export const writersLock = 7_261_909_120
const longestQueueMs = 5000
/** For longer than a lease lasts: who does not know by then has lost it, and looks at everything anew. */
const longestDoubtMs = 8000
const doubtPauseMs = 100
const uuid = /^[0-9a-f-]{36}$/

/** Destroying its Kysely ends the pool. */
export function postgresDialect(pool: Pool, fence: Fence): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(pool, fence),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function createDriver(pool: Pool, fence: Fence): Driver {
  const turns = createTurns(longestQueueMs)
  const transactions = new WeakMap<DatabaseConnection, Open>()

  async function execute<Result>(connection: DatabaseConnection, { sql, parameters }: CompiledQuery): Promise<QueryResult<Result>> {
    try {
      const open = transactions.get(connection)
      const query = { text: sql, values: [...parameters] }
      const result: PgResult<Row> = await (open === undefined ? pool.query<Row>(query) : open.client.query<Row>(query))
      // Kysely's own driver says the same: what a query answers is the word of whoever wrote it.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows' shape is known to the caller's query alone
      return { rows: result.rows as Result[], numAffectedRows: BigInt(result.rowCount ?? 0) }
    } catch (error) {
      throw toStoreError(error)
    }
  }

  async function begin(client: PoolClient): Promise<string> {
    const id = fence.gatewayId()
    if (id !== undefined && !uuid.test(id)) throw new RangeError('a gateway is named by a UUID')
    // One text, and so one way there and back. Read committed: what is read after the wait for the lock must be what the last writer left.
    const answers: unknown = await client.query(`begin isolation level read committed; select pg_advisory_xact_lock(${writersLock});
      select pg_current_xact_id()::text as xid, set_config('gatehouse.gateway', '${id ?? ''}', true),
        ${id === undefined ? 'true' : `exists (select from gateways where id = '${id}')`} as "isMember"`)
    const [row] = rowsOfLast(answers)
    if (row?.['isMember'] !== true) {
      fence.onFenced()
      throw new StoreBusy('others have taken over from this gateway')
    }
    return String(row['xid'])
  }

  /** What became of a transaction whose COMMIT was not answered. */
  async function isCommitted(xid: string): Promise<boolean> {
    const endAt = performance.now() + longestDoubtMs
    while (performance.now() < endAt) {
      const asked = await pool.query<{ fate: string | null }>('select pg_xact_status($1::xid8) as fate', [xid]).catch(() => undefined)
      const fate = asked?.rows[0]?.fate
      if (fate === 'committed') return true
      if (fate === 'aborted') return false
      await sleep(doubtPauseMs)
    }
    return false
  }

  function end(connection: DatabaseConnection, { client, done }: Open, isBroken: boolean): void {
    transactions.delete(connection)
    client.release(isBroken)
    done()
  }

  return {
    init: () => Promise.resolve(),
    acquireConnection() {
      const connection: DatabaseConnection = {
        executeQuery: (query) => execute(connection, query),
        streamQuery: () => {
          throw new Error('rows are read by page here')
        },
      }
      return Promise.resolve(connection)
    },
    async beginTransaction(connection) {
      const done = await turns.next()
      let client: PoolClient | undefined
      try {
        client = await pool.connect()
        transactions.set(connection, { client, done, xid: await begin(client) })
      } catch (error) {
        client?.release(true)
        done()
        throw toStoreError(error)
      }
    },
    async commitTransaction(connection) {
      const open = transactions.get(connection)
      if (open === undefined) throw new Error('a transaction was committed that is not open')
      try {
        // A transaction that failed is rolled back by its COMMIT.
        if ((await open.client.query('commit')).command !== 'COMMIT') throw new StoreBusy('the transaction was given up')
        end(connection, open, false)
      } catch (error) {
        end(connection, open, true)
        if (isConnectionLost(error) && (await isCommitted(open.xid))) return
        throw toStoreError(error)
      }
    },
    async rollbackTransaction(connection) {
      const open = transactions.get(connection)
      if (open === undefined) return
      const isBroken = await open.client.query('rollback').then(
        () => false,
        () => true,
      )
      end(connection, open, isBroken)
    },
    releaseConnection: () => Promise.resolve(),
    destroy: () => pool.end(),
  }
}

/** pg answers several statements with a list, which its types do not say. */
function rowsOfLast(answers: unknown): Row[] {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : answers
  return isResult(last) ? last.rows : []
}

function isResult(answer: unknown): answer is { rows: Row[] } {
  return typeof answer === 'object' && answer !== null && 'rows' in answer && Array.isArray(answer.rows)
}
