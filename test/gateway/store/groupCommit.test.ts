import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFile } from '../../../gateway/store/database.ts'
import type { SqliteFile, Store } from '../../../gateway/store/database.ts'
import { groupCommitDialect } from '../../../gateway/store/groupCommit.ts'
import type { Tables } from '../../../gateway/store/tables.ts'
import { failWhile } from '../faultyFile.ts'

let folder: string
let file: SqliteFile
let store: Store
let commits: number
/** What the file's next statement of this text throws. */
let faults: Map<string, Error>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'group-'))
  commits = 0
  faults = new Map()
  file = failWhile(openFile(folder), (sql) => {
    if (sql === 'commit') commits += 1
    const fault = faults.get(sql)
    faults.delete(sql)
    return fault
  })
  // A busy computer must not end a group before all have joined it.
  store = new Kysely<Tables>({ dialect: groupCommitDialect(file, 60_000) })
})

afterEach(async () => {
  await store.destroy()
  rmSync(folder, { recursive: true, force: true })
})

function remove(id: string, change: number): Promise<void> {
  return store.transaction().execute(async (tx) => {
    await tx.insertInto('removedMachines').values({ id, change }).execute()
  })
}

async function ids(): Promise<string[]> {
  return (await store.selectFrom('removedMachines').select('id').orderBy('id').execute()).map((row) => row.id)
}

function sqliteError(code: string): Error {
  return Object.assign(new Error(code), { code })
}

test('transactions that come together wait for the disk once, and all of them are there', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => remove(`m${String(index).padStart(2, '0')}`, index)))
  expect(await ids()).toHaveLength(20)
  expect(commits).toBeLessThanOrEqual(2)
  await remove('alone', 20)
  expect(file.inTransaction).toBe(false)
  expect(await ids()).toContain('alone')
})

test('one that fails takes only its own changes back', async () => {
  const outcomes = await Promise.allSettled([remove('a', 1), remove('b', 1), remove('c', 3)])
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await ids()).toEqual(['a', 'c'])
})

test('nobody is told that it is done, and nobody reads it, before the group is on the disk', async () => {
  const order: string[] = []
  const group = [1, 2, 3].map(async (change) => {
    await remove(`m${change}`, change)
    order.push(`done after ${commits} commits`)
  })
  const read = (async () => {
    await Promise.resolve()
    expect((await ids()).length === 0 || commits > 0).toBe(true)
  })()
  await Promise.all([...group, read])
  expect(order).toEqual(order.map(() => 'done after 1 commits'))
})

test('a group that cannot be committed fails as a whole, and the next one begins afresh', async () => {
  faults.set('commit', sqliteError('SQLITE_BUSY'))
  const outcomes = await Promise.allSettled([remove('a', 1), remove('b', 2)])
  expect(outcomes).toMatchObject([
    { status: 'rejected', reason: { code: 'SQLITE_BUSY' } },
    { status: 'rejected', reason: { code: 'SQLITE_BUSY' } },
  ])
  expect(await ids()).toEqual([])
  await remove('c', 3)
  expect(await ids()).toEqual(['c'])
})

test('a lock that cannot be had fails the one that asked, and leaves nothing behind', async () => {
  faults.set('begin immediate', sqliteError('SQLITE_BUSY'))
  const outcomes = await Promise.allSettled([remove('a', 1), remove('b', 2)])
  expect(outcomes).toMatchObject([{ status: 'rejected', reason: { code: 'SQLITE_BUSY' } }, { status: 'fulfilled' }])
  expect(await ids()).toEqual(['b'])
})

test('when SQLite gives up the whole transaction, those that waited in it fail with its reason, and nothing is written outside of one', async () => {
  const first = remove('a', 1)
  const second = store.transaction().execute(async (tx) => {
    await tx.insertInto('removedMachines').values({ id: 'b', change: 2 }).execute()
    // What SQLite does by itself on a full disk.
    file.exec('rollback')
    await tx.insertInto('removedMachines').values({ id: 'stray', change: 3 }).execute()
  })
  const outcomes = await Promise.allSettled([first, second])
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
  expect(await ids()).toEqual([])
  await remove('c', 4)
  expect(await ids()).toEqual(['c'])
})
