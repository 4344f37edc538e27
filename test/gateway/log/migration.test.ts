import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3-multiple-ciphers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBreak } from '../../../gateway/auditLog.ts'
import { readFrontier } from '../../../gateway/log/treeStore.ts'
import { openFile, openStore, StoreError } from '../../../gateway/store/database.ts'
import { migrations } from '../../../gateway/store/migrations.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migration-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file of the first schema, with a log of this many events; without the one that is left out. */
function fileOfTheFirstSchema(events: number, leftOut = 0): void {
  const file = new Database(join(folder, 'gateway.db'))
  const [first] = migrations
  if (typeof first !== 'string') throw new Error('the first step is SQL')
  file.exec(first)
  file.pragma('user_version = 1')
  const add = file.prepare(
    "insert into audit values (?, 1750000000000, 'alice', 'grant', 'grant.opened', 'ok', 'm1', 'Mail', 'Zürich', null, 22, '{\"reason\":\"ticket 7\"}', '', '')",
  )
  file.transaction(() => {
    for (let seq = 1; seq <= events; seq += 1) if (seq !== leftOut) add.run(seq)
  })()
  file.close()
}

test.each([0, 1, 255, 256, 2500])('a log of %i events from before it was a tree becomes one', async (events) => {
  fileOfTheFirstSchema(events)
  const store = openStore(openFile(folder))
  expect((await readFrontier(store)).size).toBe(events)
  expect(await findBreak(store)).toBeUndefined()
  await store.destroy()
})

test('F-87: a log with a hole becomes no tree, and the file stays as it is', () => {
  fileOfTheFirstSchema(1500, 1200)
  expect(() => openFile(folder)).toThrow(StoreError)
  const file = new Database(join(folder, 'gateway.db'))
  expect(file.pragma('user_version', { simple: true })).toBe(1)
  expect(file.prepare('select prevHash from audit where seq = 1').get()).toEqual({ prevHash: '' })
  file.close()
})
