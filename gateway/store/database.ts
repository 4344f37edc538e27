/**
 * Opens the gateway's SQLite file. Every change is durable when it is answered (WAL with synchronous=FULL), and one process owns the file.
 */
// oxlint-disable-next-line typescript/triple-slash-reference -- a declaration has nothing to import, and must come along wherever this module goes
/// <reference path="./multipleCiphers.d.ts" />
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import { Kysely } from 'kysely'
import { groupCommitDialect } from './groupCommit.ts'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

export type Store = Kysely<Tables>
export type SqliteFile = Database.Database

/** `newer`: written by a later version; `inUse`: another process owns it; `damaged`: not a database of ours, or corrupt. */
export class StoreError extends Error {
  readonly problem: 'newer' | 'inUse' | 'damaged'
  constructor(problem: StoreError['problem'], options?: { cause?: unknown }) {
    super(`the gateway's store cannot be used: ${problem}`, options)
    this.name = 'StoreError'
    this.problem = problem
  }
}

/** Opens, and brings to the newest schema, `dataFolder`/gateway.db. Throws StoreError; the file is left as it is. */
export function openFile(dataFolder: string): SqliteFile {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const path = join(dataFolder, 'gateway.db')
  // Windows keeps its own rights on the profile folder; elsewhere the log is nobody else's to read. SQLite gives its other files the rights of this one.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const file = new Database(path, { timeout: 2000 })
  try {
    // Exclusive: two gateways on one file would each keep gates open for the other's grants. The lock falls with the process.
    file.pragma('locking_mode = EXCLUSIVE')
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = FULL')
    file.pragma('temp_store = MEMORY')
    file.pragma('busy_timeout = 2000')
    migrate(file)
  } catch (error) {
    file.close()
    if (error instanceof StoreError) throw error
    throw new StoreError(codeOf(error).startsWith('SQLITE_BUSY') ? 'inUse' : 'damaged', { cause: error })
  }
  return file
}

/** Queries on an open file. Closing the store closes the file. */
export function openStore(file: SqliteFile): Store {
  return new Kysely<Tables>({ dialect: groupCommitDialect(file) })
}

/** The disk is full, in the words of SQLite or PostgreSQL; a quota and a full volume look the same. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code === 'ENOSPC' || code === '53100'
}

/** Another process holds the file for longer than we wait, or the server of the store is away or has too much to do. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_BUSY') || code === 'STORE_BUSY'
}

/** A text that the store cannot hold: PostgreSQL's have no NUL. */
export function isBadText(error: unknown): boolean {
  return codeOf(error) === '22021'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function migrate(file: SqliteFile): void {
  file
    .transaction(() => {
      const version = Number(file.pragma('user_version', { simple: true }))
      if (version > migrations.length) throw new StoreError('newer')
      for (const step of migrations.slice(version)) {
        if (typeof step === 'string') file.exec(step)
        else step(file)
      }
      file.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
}
