/** The local store's file: opened with its key, brought to the newest schema, or set aside under another name when it cannot be used. */
// oxlint-disable-next-line typescript/triple-slash-reference -- a declaration has nothing to import, and must come along wherever this module goes
/// <reference path="../../../gateway/store/multipleCiphers.d.ts" />
import { createHash } from 'node:crypto'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import type { StoreState } from '../../localStore.ts'
import { migrations } from './schema.ts'

export type SqliteFile = Database.Database
type SetAside = NonNullable<StoreState['setAside']>

/** Pages of 4 KB; the largest part of what a busy hour touches. */
const cacheKib = 65_536
const busyMs = 1000

/** Another console has the file open. */
export class StoreInUse extends Error {}
/** The file cannot be used, and why. */
class Unusable extends Error {
  readonly why: SetAside['why']
  constructor(why: SetAside['why'], options?: { cause?: unknown }) {
    super(`the local store cannot be used: ${why}`, options)
    this.why = why
  }
}

export const storePath = (folder: string): string => path.join(folder, 'local.db')

/** Nothing of it is ever written to a disk. */
export function openMemory(): SqliteFile {
  const file = new Database(':memory:')
  giveSpaceBack(file)
  migrate(file, migrations)
  return file
}

/**
 * Opens `folder`/local.db with its 32 bytes of key. What cannot be used is renamed, never deleted, and a new one is begun; `setAside` says so.
 * Throws StoreInUse. `steps` are the schema's.
 */
export function openFile(folder: string, key: Uint8Array, now: number, steps = migrations): { file: SqliteFile; setAside?: SetAside } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const place = storePath(folder)
  const keyId = keyIdOf(key)
  try {
    const file = openWith(place, key, steps)
    writeKeyId(place, keyId)
    return { file }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    const isOtherKey = error.why === 'damaged' && ![undefined, keyId].includes(readKeyId(place))
    const why = isOtherKey ? 'otherKey' : error.why
    const setAside = { path: setFileAside(place, why, now), why }
    const file = openWith(place, key, steps)
    writeKeyId(place, keyId)
    return { file, setAside }
  }
}

/** Renames the file with what belongs to it, and answers its new path. */
export function setFileAside(place: string, why: SetAside['why'], now: number): string {
  const aside = `${place}.${why}-${now}`
  for (const part of ['-wal', '-shm', '']) if (existsSync(place + part)) renameSync(place + part, aside + part)
  return aside
}

/** Whether an error of SQLite says that the file is not what it was. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB|IOERR_(?:DATA|CORRUPTFS|SHORT_READ))/.test(codeOf(error))
}

export function isDiskFull(error: unknown): boolean {
  return /^(?:SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EDQUOT)/.test(codeOf(error))
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function openWith(place: string, key: Uint8Array, steps: typeof migrations): SqliteFile {
  // Windows keeps its own rights on the profile folder; SQLite gives its other files the rights of this one.
  closeSync(openSync(place, 'a', 0o600))
  chmodSync(place, 0o600)
  const walWasThere = existsSync(`${place}-wal`)
  const file = new Database(place, { timeout: busyMs })
  try {
    setKey(file, key)
    // SECURITY: a sort that does not fit into memory would otherwise be spilt to a temporary file as plain text.
    file.pragma('temp_store = MEMORY')
    // One console at a time (F-110). The lock falls with the process; there is no -shm file to be stale.
    file.pragma('locking_mode = EXCLUSIVE')
    // Of a file that is there it would be a change, before it is known whether it can be used.
    if (pagesOf(file) === 0) giveSpaceBack(file)
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = NORMAL')
    file.pragma(`cache_size = -${cacheKib}`)
    file.pragma('foreign_keys = OFF')
    if (versionOf(file) > steps.length) throw new Unusable('newer')
    checkWhole(file, place, walWasThere)
    migrate(file, steps)
    markOpen(file)
    return file
  } catch (error) {
    file.close()
    if (error instanceof Unusable) throw error
    if (codeOf(error).startsWith('SQLITE_BUSY')) throw new StoreInUse('the local store is in use', { cause: error })
    if (isDamage(error)) throw new Unusable('damaged', { cause: error })
    throw error
  }
}

/** What retention frees goes back to the system. Only a new file takes this. */
function giveSpaceBack(file: SqliteFile): void {
  file.pragma('auto_vacuum = INCREMENTAL')
}

/** SECURITY: by the call and not by a PRAGMA, whose text would be in an error's message. */
function setKey(file: SqliteFile, key: Uint8Array): void {
  file.pragma(`cipher = 'aegis'`)
  if (!hasKey(file)) throw new TypeError('this build of SQLite has no encryption')
  file.key(Buffer.from(`raw:${Buffer.from(key).toString('hex')}`))
}

function hasKey(file: SqliteFile): file is SqliteFile & { key(key: Buffer): void } {
  return 'key' in file && typeof file.key === 'function'
}

function migrate(file: SqliteFile, steps: typeof migrations): void {
  const version = versionOf(file)
  if (version === steps.length) return
  // All or nothing: a file is never between two versions (F-87).
  file
    .transaction(() => {
      for (const step of steps.slice(version)) step(file)
      file.pragma(`user_version = ${steps.length}`)
    })
    .immediate()
}

const numberOf = (file: SqliteFile, name: string): number => Number(file.pragma(name, { simple: true }))
const versionOf = (file: SqliteFile): number => numberOf(file, 'user_version')
const pagesOf = (file: SqliteFile): number => numberOf(file, 'page_count')

/** Pages are authenticated one by one when they are read; what is missing as a whole is looked for here (F-84, F-85). */
function checkWhole(file: SqliteFile, place: string, walWasThere: boolean): void {
  file.pragma('wal_checkpoint(TRUNCATE)')
  if (statSync(place).size !== pagesOf(file) * numberOf(file, 'page_size')) throw new Unusable('damaged')
  // It was not closed, so it must have left its log: without that it may be half of two states.
  if (isMarkedOpen(file) && !walWasThere && file.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Unusable('damaged')
}

/** application_id is 1 while a console has it open. */
const isMarkedOpen = (file: SqliteFile): boolean => numberOf(file, 'application_id') === 1

function markOpen(file: SqliteFile): void {
  if (isMarkedOpen(file)) return
  file.pragma('application_id = 1')
  file.pragma('wal_checkpoint(TRUNCATE)')
}

/** Closes it as whole. */
export function closeFile(file: SqliteFile): void {
  if (!file.memory) file.pragma('application_id = 0')
  file.close()
}

/** Says which key a file is of, and nothing of the key: to tell a damaged file from another one's. */
function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update('gatehouse local store key id').update(key).digest('hex').slice(0, 16)
}

function readKeyId(place: string): string | undefined {
  try {
    return readFileSync(`${place}.key-id`, 'utf8').trim()
  } catch {
    return undefined
  }
}

function writeKeyId(place: string, keyId: string): void {
  if (readKeyId(place) !== keyId) writeFileSync(`${place}.key-id`, `${keyId}\n`, { mode: 0o600 })
}
