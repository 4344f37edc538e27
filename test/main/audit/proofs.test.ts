/** Whether what is kept is what the log has: real gateways, and a real store whose rows somebody with its key changed. */
import { expect, test } from 'vitest'
import { openFile } from '../../../main/platform/store/file.ts'
import { keyName } from '../../../main/platform/store/openLocalStore.ts'
import { Entries, addEvents, folder, openCopy, openGateway, type CopyWorld } from './copyWorld.ts'

const marks = async ({ store }: CopyWorld) =>
  new Map((await store.events.page({}, { limit: 1000 })).events.map(({ event, mark }) => [event.seq, mark]))
const marked = async (world: CopyWorld, mark: string) => [...(await marks(world))].filter(([, of]) => of === mark).map(([seq]) => seq)

async function provedCopy(count = 40) {
  const gateway = await openGateway()
  await addEvents(gateway, count - 1)
  const world = await openCopy(gateway)
  await world.settled()
  await world.sync.verify()
  await expect.poll(async () => (await world.cache()).verified, { timeout: 5000 }).toBe(count)
  return { gateway, world }
}

/** Somebody who has the key changes what is in the file. */
function tamper({ secrets, folder: place }: CopyWorld, statement: string): void {
  const key = Buffer.from(secrets.kept.get(keyName) ?? '', 'base64')
  const { file } = openFile(place, key, Date.now())
  expect(file.prepare(statement).run().changes).toBe(1)
  file.close()
}

test('AUD-3: every event under the last signed checkpoint is verified, and what comes after it is with the next one', async () => {
  const { gateway, world } = await provedCopy()
  expect(await world.cache()).toMatchObject({ have: 40, verified: 40, changed: 0 })
  expect(await marked(world, 'verified')).toHaveLength(40)
  await addEvents(gateway, 2)
  await expect.poll(async () => (await world.cache()).have).toBe(42)
  expect(await marked(world, 'unverified')).toEqual([42, 41])
  await world.sync.verify()
  expect(await marked(world, 'verified')).toHaveLength(42)
})

test('a log without a key at hand is not verified, and says why', async () => {
  const gateway = await openGateway(folder(), { key: 'none' })
  const world = await openCopy(gateway, { whenLookedAt: true })
  await world.settled()
  await world.sync.verify()
  expect(await world.cache()).toMatchObject({ have: 1, verified: 0, why: 'unsigned' })
  expect(await marked(world, 'unverified')).toEqual([1])
})

test('F-81: a row that was changed is found, marked while its gateway cannot be asked, and read anew as soon as it can', async () => {
  const { world } = await provedCopy()
  const before = await world.store.events.one('g1', 7)
  world.unplug(true)
  await world.restart(() => tamper(world, `update event_1 set detail = '{"forged":true}' where seq = 7`))
  await world.sync.verify()
  expect(await marked(world, 'changed')).toEqual([7])
  expect(await world.cache()).toMatchObject({ changed: 1 })
  world.unplug(false)
  world.ring()
  await expect.poll(() => world.store.events.one('g1', 7), { timeout: 5000 }).toEqual(before)
  expect(await world.cache()).toMatchObject({ changed: 0, verified: 40 })
  expect(world.witness.isChanged('g1')).toBe(false)
})

test('F-81: a changed row at the end, where the log goes on, is no alarm about the log', async () => {
  const { gateway, world } = await provedCopy()
  await world.restart(() => tamper(world, `update event_1 set detail = '{"forged":true}' where seq = 40`))
  await addEvents(gateway, 1)
  await world.sync.ask('g1')
  await world.sync.verify()
  expect(world.witness.isChanged('g1')).toBe(false)
  expect(await world.cache()).toMatchObject({ have: 41, changed: 0, verified: 41 })
})

test('F-81: an event that was forged together with its hash is found by what the log proves, and read anew', async () => {
  const { gateway, world } = await provedCopy()
  const kept = await world.store.events.one('g1', 23)
  if (!kept) throw new Error('there is no such event')
  await world.store.events.markChanged('g1', [23])
  await world.store.events.put('g1', [{ ...kept.event, actor: 'mallory' }])
  await addEvents(gateway, 1)
  await world.sync.ask('g1')
  await world.sync.verify()
  expect((await world.store.events.one('g1', 23))?.event.actor).toBe(kept.event.actor)
  expect(await world.cache()).toMatchObject({ have: 41, verified: 41, changed: 0 })
  expect(world.witness.isChanged('g1')).toBe(false)
})

test('F-81: a gateway that serves an event which its own log does not have is an alarm, and the event is marked', async () => {
  const { gateway, world } = await provedCopy()
  world.twist('/v1/log/entries', (json) => {
    const { from, entries } = Entries.parse(json)
    return { from, entries: entries.map((entry) => (entry.seq === 43 ? { ...entry, actor: 'mallory' } : entry)) }
  })
  await addEvents(gateway, 6)
  await expect.poll(async () => (await world.cache()).have, { timeout: 5000 }).toBe(46)
  await world.sync.verify()
  expect(world.witness.handlers['audit.logs']({})).toMatchObject({ logs: [{ state: 'changed', how: 'forked' }] })
  expect(await marked(world, 'changed')).toEqual([43])
  expect(await world.cache()).toMatchObject({ verified: 40, changed: 1 })
})

test('AUD-3: without a network all that is kept is compared with the last checkpoint that was found right', async () => {
  const { world } = await provedCopy()
  world.unplug(true)
  await world.restart()
  await world.sync.verify()
  expect(await world.cache()).toMatchObject({ verified: 40, changed: 0, why: 'unreachable', isOffline: true })
})

test('events that retention took away are missed by nobody: the rest still proves itself', async () => {
  const { world } = await provedCopy()
  const newest = await world.store.events.one('g1', 40)
  const { removed } = await world.store.events.retain({ olderThan: (newest?.event.at ?? 0) - 1 })
  await world.sync.verify()
  const { have, verified } = await world.cache()
  expect(removed + have).toBe(40)
  expect(verified).toBe(40)
})

test('of events that are too old only the hashes are kept, so that the others can be proved', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 1500)
  const world = await openCopy(gateway, { isKept: () => false })
  await world.settled()
  await world.sync.verify()
  expect(await world.cache()).toMatchObject({ have: 1000, of: 1501, verified: 1501 })
})
