/** The logs in the store by their providers. */
import type { SqliteFile } from './file.ts'
import { openLog, type Log, type LogRow } from './log.ts'
import { createLogTables, dropLogTables } from './schema.ts'

export interface Logs {
  all(): readonly Log[]
  find(providerId: string): Log | undefined
  /** Changes a log, which is made when there is none, in one transaction. */
  change<Answer>(providerId: string, work: (log: Log) => Answer): Answer
  forget(providerId: string): void
}

export function createLogs(file: SqliteFile): Logs {
  const open = new Map<string, Log>()
  const select = file.prepare<[], LogRow>('select * from log order by n')
  const insert = file.prepare<[string]>('insert into log(provider) values (?)')

  function find(providerId: string): Log | undefined {
    const known = open.get(providerId)
    if (known) return known
    const row = select.all().find((one) => one.provider === providerId)
    if (!row) return undefined
    const log = openLog(file, row)
    open.set(providerId, log)
    return log
  }

  function make(providerId: string): Log {
    const n = Number(insert.run(providerId).lastInsertRowid)
    createLogTables(file, n)
    const log = find(providerId)
    if (!log) throw new Error('a log that was just made is not there')
    return log
  }

  function inTransaction<Answer>(providerId: string, work: () => Answer): Answer {
    try {
      return file.transaction(work).immediate()
    } catch (error) {
      // What is in memory may be ahead of the file now.
      open.delete(providerId)
      throw error
    }
  }

  return {
    all: () => select.all().flatMap((row) => find(row.provider) ?? []),
    find,
    change: (providerId, work) => inTransaction(providerId, () => work(find(providerId) ?? make(providerId))),
    forget: (providerId) =>
      inTransaction(providerId, () => {
        const log = find(providerId)
        if (!log) return
        open.delete(providerId)
        dropLogTables(file, log.n)
        for (const table of ['stretch where log', 'log where n']) file.prepare<[number]>(`delete from ${table} = ?`).run(log.n)
      }),
  }
}
