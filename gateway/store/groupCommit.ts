/**
 * SQLite for many requests at once. Their transactions run one after the other, each under a savepoint, inside one transaction of the file that
 * is committed for all of them: the disk is waited for once a group, not once a request. A transaction is done only when its group is on the
 * disk, so what is acknowledged is durable, and what fails takes nobody else with it. Reads outside a transaction wait for the group: nobody
 * sees what may still be lost.
 */
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'
import type { SqliteFile } from './database.ts'

interface Statement {
  readonly reader: boolean
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint }
}

interface Group {
  members: number
  startedMs: number
  /** Those whose transaction is over, and who wait for the disk. */
  waiting: { done: () => void; failed: (error: unknown) => void }[]
}

const mostMembers = 128
/** Lists of ids make a text per length; what is kept must not grow with them. */
const mostStatements = 500
const gaveUp = 'the store gave up the transaction'

/** The file is closed when its Kysely is destroyed. No request waits longer than `longestGroupMs` for others to join it, give or take one transaction. */
export function groupCommitDialect(file: SqliteFile, longestGroupMs = 20): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(file, longestGroupMs),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createDriver(file: SqliteFile, longestGroupMs: number): Driver {
  const prepare = statementsOf(file)
  let group: Group | undefined
  /** The one whose transaction is under way. */
  let running: DatabaseConnection | undefined
  /** Somebody else's turn was announced, and has not come yet. */
  let isHandingOver = false
  /** The group is over if nobody joins it in this turn. */
  let isEndingSoon = false
  /** What made SQLite give up the whole group, as it does when the disk is full. */
  let groupFailure: unknown
  const beginners: (() => void)[] = []
  const readers: (() => void)[] = []

  async function execute<Row>(connection: DatabaseConnection, { sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const mustWait = (): boolean => connection !== running && group !== undefined
    while (mustWait()) await new Promise<void>((resolve) => void readers.push(resolve))
    // Whoever goes on after SQLite gave up would write outside of any transaction.
    if (connection === running && !file.inTransaction) throw groupFailure ?? new Error(gaveUp)
    try {
      const statement = prepare(sql)
      // Kysely's own driver says the same: what a query answers is the word of whoever wrote it.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows' shape is known to the caller's query alone
      if (statement.reader) return { rows: statement.all(...parameters) as Row[] }
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
    } catch (error) {
      if (connection === running && !file.inTransaction) groupFailure = error
      throw error
    }
  }

  function handOver(): void {
    running = undefined
    const takesMore =
      group !== undefined && file.inTransaction && group.members < mostMembers && performance.now() - group.startedMs < longestGroupMs
    if (!takesMore) endGroup()
    if (beginners.length > 0) callNext()
    else if (group !== undefined) endSoon()
  }

  /** Requests that came together reach the store one after the other, within one turn of the event loop: what is still on its way may join. */
  function endSoon(): void {
    if (isEndingSoon) return
    isEndingSoon = true
    setImmediate(() => {
      isEndingSoon = false
      if (running === undefined && !isHandingOver) endGroup()
    })
  }

  /** In a turn of its own, so that a queue of requests cannot keep the deadlines from theirs. */
  function callNext(): void {
    isHandingOver = true
    setImmediate(() => {
      isHandingOver = false
      beginners.shift()?.()
    })
  }

  function endGroup(): void {
    const ended = group
    if (ended === undefined) return
    let failure: unknown = groupFailure ?? new Error(gaveUp)
    let isCommitted = false
    try {
      if (file.inTransaction) {
        prepare('commit').run()
        isCommitted = true
      }
    } catch (error) {
      failure = error
      if (file.inTransaction) prepare('rollback').run()
    }
    group = undefined
    groupFailure = undefined
    for (const { done, failed } of ended.waiting) {
      if (isCommitted) done()
      else failed(failure)
    }
    for (const go of readers.splice(0)) go()
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
      if (running !== undefined || isHandingOver) await new Promise<void>((resolve) => void beginners.push(resolve))
      running = connection
      try {
        // Immediate: a transaction that took its lock later could fail in the middle.
        if (group === undefined) {
          prepare('begin immediate').run()
          group = { members: 0, startedMs: performance.now(), waiting: [] }
        }
        group.members += 1
        prepare('savepoint member').run()
      } catch (error) {
        if (group !== undefined && !file.inTransaction) groupFailure = error
        handOver()
        throw error
      }
    },
    async commitTransaction(connection) {
      if (connection !== running || group === undefined) throw new Error('a transaction was committed out of turn')
      if (!file.inTransaction) throw groupFailure ?? new Error(gaveUp)
      prepare('release member').run()
      const durable = new Promise<void>((done, failed) => void group?.waiting.push({ done, failed }))
      handOver()
      await durable
    },
    rollbackTransaction(connection) {
      // Its group failed as a whole: there is nothing of it any more.
      if (connection !== running) return Promise.resolve()
      if (file.inTransaction) {
        prepare('rollback to member').run()
        prepare('release member').run()
      }
      handOver()
      return Promise.resolve()
    },
    releaseConnection: () => Promise.resolve(),
    destroy() {
      endGroup()
      file.close()
      return Promise.resolve()
    },
  }
}

/** Kysely prepares a statement for each query; the texts are few, so they are prepared once. */
function statementsOf(file: SqliteFile): (sql: string) => Statement {
  const prepared = new Map<string, Statement>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = file.prepare(sql)
    if (prepared.size < mostStatements) prepared.set(sql, statement)
    return statement
  }
}
