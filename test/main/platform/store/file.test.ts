/** A file that was cut, copied, overtaken by a newer console or ended in the middle of something is used or set aside, and never half of it. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEvents } from '../../../../main/platform/store/events.ts'
import { closeFile, isDamage, openFile, type SqliteFile } from '../../../../main/platform/store/file.ts'
import { migrations } from '../../../../main/platform/store/schema.ts'
import { memoryFolder } from '../../../prove/kills.ts'
import { eventsOf } from './storyOfALog.ts'

const key = Buffer.alloc(32, 7)
const now = 1_700_000_000_000
let folder: string

beforeEach(() => (folder = mkdtempSync(path.join(memoryFolder, 'local-file-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const dbOf = (place: string): string => path.join(place, 'local.db')

async function filled(place: string, count: number): Promise<SqliteFile> {
  const { file } = openFile(place, key, now)
  const events = createEvents(file)
  for (let at = 1; at <= count; at += 100) await events.put('desk', eventsOf(at, Math.min(count, at + 99)))
  return file
}

/** Opens it, and answers how many events are there and right: all that it says it has. Damage that is met only then is for the worker to set aside. */
async function have(place: string): Promise<{ count: number; setAside?: { path: string; why: string }; isDamaged?: boolean }> {
  const { file, setAside } = openFile(place, key, now)
  try {
    const events = createEvents(file)
    const { count } = await events.extent('desk')
    const { events: page } = await events.page({ text: 'contoso' }, { limit: 1000 })
    expect((await events.check('desk', count)).changed).toEqual([])
    expect(page.length).toBeLessThanOrEqual(count)
    return { count, ...(setAside && { setAside }) }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { count: 0, isDamaged: true }
  } finally {
    closeFile(file)
  }
}

describe('a file that was cut', () => {
  test('F-84: at any boundary of 512 bytes it is set aside whole, and a new one is begun', { timeout: 120_000 }, async () => {
    closeFile(await filled(folder, 200))
    const { size } = statSync(dbOf(folder))
    const bytes = readFileSync(dbOf(folder))
    expect(size).toBeGreaterThan(100_000)
    for (let end = 512; end < size; end += 512) {
      // SQLite works without a pause, and a worker that does not answer for a minute is given up.
      await turn()
      const place = path.join(folder, `cut-${end}`)
      mkdirSync(place)
      writeFileSync(dbOf(place), bytes.subarray(0, end))
      const { count, setAside } = await have(place)
      expect(count, `cut at ${end}`).toBe(0)
      expect(setAside, `cut at ${end}`).toMatchObject({ why: 'damaged' })
      expect(readFileSync(setAside?.path ?? '').equals(bytes.subarray(0, end))).toBe(true)
      expect(await have(place)).toEqual({ count: 0 })
      rmSync(place, { recursive: true })
    }
  })

  test('F-84: longer than it was, it is as damaged', async () => {
    closeFile(await filled(folder, 100))
    truncateSync(dbOf(folder), statSync(dbOf(folder)).size + 512)
    expect(await have(folder)).toMatchObject({ count: 0, setAside: { why: 'damaged' } })
  })
})

describe('a file that was copied or lost a part while it was open', () => {
  test('F-85: with its log, all is there; without it, what is there is whole', async () => {
    const file = await filled(folder, 300)
    const [both, alone, stale] = ['both', 'alone', 'stale'].map((name) => path.join(folder, name))
    if (both === undefined || alone === undefined || stale === undefined) throw new Error('no place')
    for (const place of [both, alone, stale]) mkdirSync(place)
    expect(existsSync(`${dbOf(folder)}-wal`)).toBe(true)
    for (const place of [both, alone, stale]) copyFileSync(dbOf(folder), dbOf(place))
    for (const place of [both, stale]) copyFileSync(`${dbOf(folder)}-wal`, `${dbOf(place)}-wal`)
    writeFileSync(`${dbOf(stale)}-shm`, Buffer.alloc(32_768, 0xab))
    expect(await have(both)).toEqual({ count: 300 })
    expect(await have(stale)).toEqual({ count: 300 })
    // Everything was in the log: the file is as it was when it was opened.
    expect(await have(alone)).toEqual({ count: 0 })
    closeFile(file)
  })

  test('F-85: copied in the middle of writing, it is used when it is whole and set aside when it is not', { timeout: 60_000 }, async () => {
    const file = await filled(folder, 300)
    const events = createEvents(file)
    const early = readFileSync(dbOf(folder))
    for (let at = 301; at < 3000; at += 100) await events.put('desk', eventsOf(at, at + 99))
    file.pragma('wal_checkpoint(TRUNCATE)')
    const late = readFileSync(dbOf(folder))
    closeFile(file)
    for (let part = 1; part < 12; part += 1) {
      // The copier had read so much of it before the console wrote, and the rest after.
      const place = path.join(folder, `mixed-${part}`)
      mkdirSync(place)
      const end = Math.floor((late.length / 4096) * (part / 12)) * 4096
      writeFileSync(dbOf(place), Buffer.concat([early.subarray(0, end), late.subarray(Math.min(end, early.length))]))
      const { count, setAside, isDamaged } = await have(place)
      expect(setAside !== undefined || isDamaged === true || [300, 3000].includes(count), `${part}: ${count}`).toBe(true)
    }
  })
})

describe('another version', () => {
  test('F-86: a newer one is left as it is under another name, never brought back', async () => {
    const file = await filled(folder, 100)
    file.pragma(`user_version = ${migrations.length + 1}`)
    closeFile(file)
    const before = readFileSync(dbOf(folder))
    const found = await have(folder)
    expect(found).toMatchObject({ count: 0, setAside: { why: 'newer' } })
    expect(readFileSync(found.setAside?.path ?? '').equals(before)).toBe(true)
  })

  test('F-87: a migration that ends at any statement leaves the old version, and the next start does it', async () => {
    closeFile(await filled(folder, 100))
    const statements = [
      'create table later(a integer) strict',
      'insert into later values (1)',
      'alter table log add column later integer',
      'drop table later',
      'create table later(x integer) strict',
    ]
    for (let end = 0; end <= statements.length; end += 1) {
      const place = path.join(folder, `at-${end}`)
      mkdirSync(place)
      cpSync(dbOf(folder), dbOf(place))
      const upTo = (count: number) => (file: SqliteFile) => {
        for (const statement of statements.slice(0, count)) file.exec(statement)
        if (count < statements.length) throw new Error('the computer went off')
      }
      if (end < statements.length) expect(() => openFile(place, key, now, [...migrations, upTo(end)])).toThrow('went off')
      const { file, setAside } = openFile(place, key, now, [...migrations, upTo(statements.length)])
      expect(setAside).toBeUndefined()
      expect(file.pragma('user_version', { simple: true })).toBe(migrations.length + 1)
      expect((await createEvents(file).extent('desk')).count).toBe(100)
      closeFile(file)
    }
  })
})

test('one that is no file of ours at all is set aside', async () => {
  writeFileSync(dbOf(folder), 'something else entirely\n'.repeat(1000))
  expect(await have(folder)).toMatchObject({ count: 0, setAside: { why: 'damaged' } })
  expect(await have(folder)).toEqual({ count: 0 })
})
