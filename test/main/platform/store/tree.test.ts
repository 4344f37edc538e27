/** What is kept of a log is compared with its tree: what was changed, taken out or taken away shows as what it is. */
import { beforeEach, describe, expect, test } from 'vitest'
import { leafHash, emptyFrontier, grow, rootOf } from '../../../../gateway/log/tree.ts'
import type { StoredEvents } from '../../../../main/localStore.ts'
import { leafOf } from '../../../../main/logLeaf.ts'
import { createEvents } from '../../../../main/platform/store/events.ts'
import { openMemory, type SqliteFile } from '../../../../main/platform/store/file.ts'
import { eventOf, eventsOf, helpDesk } from './storyOfALog.ts'

const count = 6000
const list = eventsOf(1, count)
const rootAt = (size: number): string =>
  rootOf(
    grow(
      emptyFrontier,
      list.slice(0, size).map((event) => leafHash(leafOf(event))),
    ),
  ).toString('base64')

let file: SqliteFile
let events: StoredEvents

beforeEach(async () => {
  file = openMemory()
  events = createEvents(file)
  await events.put('desk', list.slice(0, 700))
  await events.put('desk', list.slice(4000))
  for (let at = 4000; at > 700; at -= 1100) await events.put('desk', list.slice(Math.max(700, at - 1100), at))
})

describe('a log that was copied', () => {
  test('has the root of its gateway at any size', async () => {
    for (const size of [0, 1, 2, 255, 256, 257, 4097, 5999, 6000]) expect(await events.root('desk', size), String(size)).toBe(rootAt(size))
    expect(await events.root('desk', 6001)).toBeUndefined()
    expect(await events.check('desk', count)).toEqual({ root: rootAt(count), changed: [] })
  })

  test('gives the hashes of its tiles for a bundle', async () => {
    const [first] = await events.hashes('desk', 0, 5000, 1)
    expect(Buffer.from(first ?? [])).toEqual(leafHash(leafOf(eventOf(5001))))
    const leaves = list.slice(256, 512).map((event) => leafHash(leafOf(event)))
    const [tile] = await events.hashes('desk', 1, 1, 1)
    expect(Buffer.from(tile ?? [])).toEqual(rootOf(grow(emptyFrontier, leaves)))
    await expect(events.hashes('desk', 1, 23, 1)).rejects.toThrow()
  })

  test('says how far it is there while a gap is open, and gives no root over it', async () => {
    const other = createEvents(openMemory())
    expect(await other.extent('desk')).toMatchObject({ have: 0, count: 0, hashesFrom: 0 })
    await other.put('desk', list.slice(0, 300))
    await other.put('desk', list.slice(500, 800))
    expect(await other.extent('desk')).toMatchObject({ have: 300, from: 1, count: 600, hashesFrom: 1 })
    expect(await other.root('desk', 800)).toBeUndefined()
    expect(await other.check('desk', 800)).toEqual({ root: undefined, changed: [] })
    await other.put('desk', list.slice(250, 600))
    expect(await other.extent('desk')).toMatchObject({ have: 800, from: 1, count: 800 })
    expect(await other.root('desk', 800)).toBe(rootAt(800))
  })

  test('F-81: one that was changed is found, shows as changed, and is as it was once it is fetched again', async () => {
    await events.markVerified('desk', count)
    file.exec(`update event_1 set detail = replace(detail, 'PT1H', 'PT9H') where seq = 4711`)
    const found = await events.check('desk', count)
    expect(found).toEqual({ root: rootAt(count), changed: [4711] })
    await events.markChanged('desk', found.changed)
    expect(await events.one('desk', 4711)).toMatchObject({ mark: 'changed' })
    expect((await events.extent('desk')).changed).toEqual([4711])
    await events.put('desk', list.slice(4700, 4720))
    expect(await events.one('desk', 4711)).toEqual({ event: eventOf(4711), mark: 'verified' })
    expect(await events.extent('desk')).toMatchObject({ count, verified: count, changed: [] })
    expect(await events.check('desk', count)).toEqual({ root: rootAt(count), changed: [] })
  })

  test('F-81: any bit of any member of an event is missed by nobody', async () => {
    const changes = [
      'at = at + 1',
      'kind = 3 - min(kind, 2)',
      'actor = 1',
      'machine = 0',
      'site = 0',
      'port = null',
      `grant_id = 'x'`,
      `detail = '{}'`,
      `more = '{"a":1}'`,
    ]
    for (const [index, change] of changes.entries()) {
      const seq = 1000 + index
      const before = await events.one('desk', seq)
      file.exec(`update event_1 set ${change} where seq = ${seq}`)
      if (JSON.stringify(await events.one('desk', seq)) === JSON.stringify(before)) continue
      expect((await events.check('desk', count)).changed, change).toContain(seq)
    }
  })

  test('F-82: what was deleted at the end, or in between, is found, and comes back', async () => {
    file.exec('delete from event_1 where seq > 5990 or seq = 12')
    const { root, changed } = await events.check('desk', count)
    expect(root).toBe(rootAt(count))
    expect(changed).toEqual([12, ...Array.from({ length: 10 }, (_, index) => 5991 + index)])
    await events.markChanged('desk', changed)
    await events.put('desk', list.slice(5980))
    await events.put('desk', list.slice(0, 20))
    expect(await events.extent('desk')).toMatchObject({ count, changed: [] })
    expect(await events.check('desk', count)).toEqual({ root: rootAt(count), changed: [] })
  })

  test('a hash that was changed shows as an event that is not what its hash says, and as another root', async () => {
    file.exec(`update hash_1 set hashes = cast(zeroblob(32) || substr(hashes, 33) as blob) where id = 5`)
    const { root, changed } = await events.check('desk', count)
    expect(changed).toEqual([5 * 256 + 1])
    expect(root).toBeUndefined()
  })

  test('F-81: one that was changed together with its hash shows in the root', async () => {
    file.exec(`update event_1 set actor = 1 where seq = 2000`)
    const event = (await events.one('desk', 2000))?.event ?? eventOf(2000)
    expect(event.actor).not.toBe(eventOf(2000).actor)
    const row = file.prepare<[], Buffer>('select hashes from hash_1 where id = 7').pluck().get() ?? Buffer.alloc(0)
    row.set(leafHash(leafOf(event)), (1999 % 256) * 32)
    file.prepare<[Buffer]>('update hash_1 set hashes = ? where id = 7').run(row)
    const { root, changed } = await events.check('desk', count)
    expect(changed).toEqual([])
    expect(root).not.toBe(rootAt(count))
  })

  test('another event in the place of one that was proved takes the proof from all behind it', async () => {
    await events.markVerified('desk', count)
    await events.markChanged('desk', [3000])
    await events.put('desk', [{ ...eventOf(3000), actor: 'somebody else' }])
    expect(await events.extent('desk')).toMatchObject({ verified: 2999 })
    expect(await events.one('desk', 3000)).toMatchObject({ mark: 'unverified' })
    expect(await events.root('desk', count)).not.toBe(rootAt(count))
  })

  test('what is there is not replaced, unless it was changed', async () => {
    await events.put('desk', [{ ...eventOf(3000), actor: 'somebody else' }])
    expect(await events.one('desk', 3000)).toEqual({ event: eventOf(3000), mark: 'unverified' })
    await expect(events.put('desk', [eventOf(1), eventOf(3)])).rejects.toThrow()
  })
})

describe('retention', () => {
  test('takes the oldest away and keeps their hashes, so that the rest still proves itself', async () => {
    await events.markVerified('desk', count)
    const { removed } = await events.retain({ olderThan: eventOf(2501).at })
    expect(removed).toBe(2500)
    expect(await events.extent('desk')).toEqual({ have: count, from: 2501, count: 3500, hashesFrom: 1, verified: count, changed: [] })
    expect(await events.check('desk', count)).toEqual({ root: rootAt(count), changed: [] })
    const oldest = await events.page({}, { limit: 3, descending: false })
    expect(oldest.events.map(({ event: { seq } }) => seq)).toEqual([2501, 2502, 2503])
    expect((await events.overview({ text: 'contoso' }, 10)).total).toBeLessThanOrEqual(3500)
    expect(await events.one('desk', 2500)).toBeUndefined()
    // Fetched once more, they are not wanted.
    await events.put('desk', list.slice(2400, 2500))
    expect(await events.extent('desk')).toMatchObject({ from: 2501, count: 3500 })
  })

  test('F-92: neither an old event with a clock of 2106 nor a new one of 1970 moves the border', async () => {
    const shape = { ...helpDesk, everyMs: 60_000 }
    const other = createEvents(openMemory())
    const mixed = eventsOf(1, 1000, shape).map((event) =>
      event.seq === 5 ? { ...event, at: Date.UTC(2106, 1, 7) } : event.seq === 900 ? { ...event, at: 0 } : event,
    )
    await other.put('desk', mixed)
    await other.retain({ olderThan: eventOf(501, shape).at })
    expect(await other.extent('desk')).toMatchObject({ from: 501, count: 500 })
  })

  test('F-35: brings the file below the size that it may have', async () => {
    const bytes = Number(file.pragma('page_count', { simple: true })) * 4096
    const { removed } = await events.retain({ mostBytes: bytes / 2 })
    expect(removed).toBeGreaterThan(count / 4)
    expect(await events.extent('desk')).toMatchObject({ have: count, from: removed + 1, count: count - removed })
    expect(await events.check('desk', count)).toEqual({ root: rootAt(count), changed: [] })
  })

  test('events that are too old to be kept leave only their hashes', async () => {
    const other = createEvents(openMemory())
    await other.put('desk', list.slice(3000, 4000))
    await other.putHashes('desk', list.slice(0, 3000))
    expect(await other.extent('desk')).toMatchObject({ have: 4000, from: 3001, count: 1000, hashesFrom: 1 })
    expect(await other.check('desk', 4000)).toEqual({ root: rootAt(4000), changed: [] })
    expect((await other.page({}, { limit: 200, descending: false })).events[0]?.event.seq).toBe(3001)
  })
})

const tablesOf = (one: SqliteFile): unknown => one.prepare('select count(*) from sqlite_schema').pluck().get()

test('a log that is forgotten leaves nothing, and can begin anew', async () => {
  await events.put('other', list.slice(0, 10))
  const before = tablesOf(file)
  await events.forget('desk')
  expect(Number(tablesOf(file))).toBeLessThan(Number(before))
  expect(await events.extent('desk')).toMatchObject({ have: 0, count: 0 })
  expect((await events.page({}, { limit: 50 })).events).toHaveLength(10)
  await events.put('desk', list.slice(0, 10))
  expect((await events.page({ gatewayIds: ['desk'] }, { limit: 50 })).events).toHaveLength(10)
  await events.heard('desk', { of: 99, at: 123_456_789_012 })
  expect((await events.extent('desk')).heard).toEqual({ of: 99, at: 123_456_789_012 })
})
