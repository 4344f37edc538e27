import { expect, test } from 'vitest'
import { leafOf } from '../../../main/logLeaf.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { Entries, addEvents, downFrom, folder, openCopy, openGateway, withAnOldCopy } from './copyWorld.ts'

const entriesAsked = (asked: readonly string[]) => asked.filter((path) => path.startsWith('/v1/log/entries'))

test('AUD-2: the newest events are here first, then all others back to the first', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 2600)
  const world = await openCopy(gateway)
  await world.sync.ask('g1')
  // What a technician looks at is there before the rest has come.
  expect((await world.seqs()).slice(0, 1000)).toEqual(downFrom(2601, 1602))
  expect(await world.settled()).toMatchObject({ have: 2601, of: 2601, isOffline: false })
  expect(await world.seqs()).toEqual(downFrom(2601))
  expect(entriesAsked(world.asked)).toEqual([
    '/v1/log/entries?from=1601&to=2601',
    '/v1/log/entries?from=601&to=1601',
    '/v1/log/entries?from=0&to=601',
  ])
})

test('what happens now is in the copy within a second', async () => {
  const gateway = await openGateway()
  const world = await openCopy(gateway)
  await world.settled()
  for (let round = 1; round <= 3; round += 1) {
    await addEvents(gateway, 1)
    await expect.poll(async () => (await world.seqs())[0], { timeout: 1000, interval: 10 }).toBe(1 + round)
  }
  expect(await world.cache()).toMatchObject({ have: 4, of: 4 })
})

test('a copy goes on where it was left, and reads nothing twice', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 5000)
  const world = await openCopy(gateway)
  await world.sync.ask('g1')
  await world.restart()
  const before = (await world.store.events.extent('g1')).hashesFrom
  expect(before).toBeGreaterThan(1)
  world.asked.length = 0
  await world.settled()
  expect(await world.seqs()).toEqual(downFrom(5001))
  // One event again, to see that the log goes on from there.
  const read = entriesAsked(world.asked).map((path) => path.match(/\d+/g)?.slice(1).map(Number) ?? [])
  const events = read.reduce((sum, [from = 0, to = 0]) => sum + to - from, 0)
  expect(events).toBeLessThanOrEqual(before)
})

test('after a long time away the newest come first, and the gap is filled then', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 100)
  const world = await openCopy(gateway)
  await world.settled()
  world.unplug(true)
  await addEvents(gateway, 7000)
  world.asked.length = 0
  world.unplug(false)
  world.ring()
  await world.sync.ask('g1')
  expect((await world.seqs())[0]).toBe(7101)
  await world.settled()
  expect(await world.seqs()).toEqual(downFrom(7101))
  expect(entriesAsked(world.asked).slice(0, 2)).toEqual(['/v1/log/entries?from=100&to=101', '/v1/log/entries?from=6101&to=7101'])
})

test('without a network the log is read from the copy, which says how old it is, after a restart too', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 20)
  const world = await openCopy(gateway)
  const { asOf } = await world.settled()
  expect(Math.abs(Date.now() - Date.parse(asOf ?? ''))).toBeLessThan(60_000)
  world.unplug(true)
  await world.restart()
  await world.sync.ask('g1')
  expect(await world.cache()).toMatchObject({ have: 21, of: 21, asOf, isOffline: true })
  expect(await world.seqs()).toEqual(downFrom(21))
  await addEvents(gateway, 1)
  world.unplug(false)
  world.ring()
  await expect.poll(async () => (await world.cache()).have, { timeout: 5000 }).toBe(22)
  expect(await world.cache()).toMatchObject({ isOffline: false })
})

test('a gateway that does not answer is asked again, later and later, without being rung', async () => {
  const gateway = await openGateway()
  const world = await openCopy(gateway)
  world.unplug(true)
  await world.restart()
  await world.sync.ask('g1')
  expect(await world.cache()).toMatchObject({ isOffline: true, isSyncing: false })
  world.unplug(false)
  await expect.poll(async () => (await world.cache()).isOffline, { timeout: 5000 }).toBe(false)
})

test('F-82: a log that is shorter than its copy is an alarm, and the copy stays as it was', async () => {
  const { gateway, old } = await withAnOldCopy(10, 20)
  const world = await openCopy(gateway)
  await world.settled()
  const before = await world.seqs()
  world.answerWith(old)
  world.ring()
  await expect
    .poll(() => world.witness.handlers['audit.logs']({}), { timeout: 5000 })
    .toMatchObject({
      logs: [{ state: 'changed', how: 'shorter' }],
    })
  await addEvents(old, 3)
  await world.settled()
  expect(await world.seqs()).toEqual(before)
})

test('F-83: a log that went another way is an alarm, and none of its events is mixed with those that are kept', async () => {
  const { gateway, old } = await withAnOldCopy(10, 20)
  await addEvents(old, 40)
  const world = await openCopy(gateway)
  await world.settled()
  const before = await world.store.events.read('g1', 1, 1000)
  world.answerWith(old)
  world.ring()
  await expect
    .poll(() => world.witness.handlers['audit.logs']({}), { timeout: 5000 })
    .toMatchObject({
      logs: [{ state: 'changed', how: 'forked' }],
    })
  await addEvents(old, 3)
  await world.settled()
  expect(await world.store.events.read('g1', 1, 1000)).toEqual(before)
})

test('F-83: the same of a desk whose log nobody ever looked at', async () => {
  const { gateway, old } = await withAnOldCopy(10, 20)
  await addEvents(old, 40)
  const world = await openCopy(gateway, { whenLookedAt: true })
  await world.settled()
  expect(world.asked.some((path) => path.includes('checkpoint'))).toBe(false)
  const before = await world.seqs()
  world.answerWith(old)
  world.ring()
  await expect
    .poll(() => world.witness.handlers['audit.logs']({}), { timeout: 5000 })
    .toMatchObject({
      logs: [{ state: 'changed', how: 'forked' }],
    })
  await world.settled()
  expect(await world.seqs()).toEqual(before)
})

test('a log that a person accepted as it is now is copied anew', async () => {
  const { gateway, old } = await withAnOldCopy(10, 20)
  const world = await openCopy(gateway)
  await world.settled()
  world.answerWith(old)
  world.ring()
  await expect.poll(() => world.witness.isChanged('g1'), { timeout: 5000 }).toBe(true)
  const { logs } = await world.witness.handlers['audit.logs']({})
  const [log] = logs
  if (log?.state !== 'changed') throw new Error('there is no alarm')
  await world.witness.handlers['audit.acceptLog']({ gatewayId: 'g1', shown: log.shown })
  // Its own acceptance is in it.
  await expect.poll(async () => (await world.seqs())[0], { timeout: 5000 }).toBeLessThan(31)
  await world.settled()
  const there = await world.store.events.read('g1', 1, 1000)
  expect(there.at(-1)?.action).toBe('log.accepted')
  expect(there.map(({ seq }) => seq)).toEqual(downFrom(there.length).toReversed())
})

test('F-92: events of 1970, 2106 and an hour that was there twice are in the order of the log', async () => {
  const clock = fakeClock()
  const gateway = await openGateway(folder(), { clock })
  for (const at of ['2106-02-07T06:28:16Z', '1970-01-01T00:00:00Z', '2030-10-27T00:30:00Z', '2030-10-27T00:10:00Z']) {
    clock.step(Date.parse(at) - clock.now())
    await addEvents(gateway, 1)
  }
  const world = await openCopy(gateway)
  await world.settled()
  const seqs = await world.seqs()
  expect(seqs).toEqual(downFrom(seqs.length))
})

test('events that are too large for one answer are read in smaller ones', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 40)
  const world = await openCopy(gateway)
  world.unplug(true)
  await world.restart()
  world.twist('/v1/log/entries', (json) => {
    return Entries.parse(json).entries.length > 5 ? { from: 0 } : json
  })
  world.unplug(false)
  world.ring()
  await expect.poll(async () => (await world.cache()).have, { timeout: 5000 }).toBe(41)
})

test('what a gateway answers that was not asked for is not taken', async () => {
  const gateway = await openGateway()
  await addEvents(gateway, 5)
  const world = await openCopy(gateway)
  await world.settled()
  world.twist('/v1/log/entries', (json) => {
    const { from, entries } = Entries.parse(json)
    return { from, entries: entries.map((entry) => ({ ...entry, seq: entry.seq + 1 })) }
  })
  await addEvents(gateway, 5)
  await world.sync.ask('g1')
  expect((await world.cache()).have).toBe(6)
})

test('members that a later gateway adds to its events stay part of them', async () => {
  const gateway = await openGateway()
  const world = await openCopy(gateway)
  world.unplug(true)
  await world.restart()
  world.twist('/v1/log/entries', (json) => {
    const { from, entries } = Entries.parse(json)
    return { from, entries: entries.map((entry) => ({ ...entry, zone: { b: 1, a: 'x' } })) }
  })
  await addEvents(gateway, 1)
  world.unplug(false)
  world.ring()
  await expect.poll(async () => (await world.cache()).have, { timeout: 5000 }).toBe(2)
  const kept = await world.store.events.one('g1', 2)
  const { seq, at } = kept?.event ?? { seq: 0, at: 0 }
  expect(seq).toBe(2)
  expect(kept && leafOf(kept.event)).toContain(`"outcome":"ok","seq":2,"site":"","zone":{"a":"x","b":1}}`)
  expect(kept && leafOf(kept.event)).toContain(`"at":"${new Date(at).toISOString()}"`)
})

test('a gateway that is left takes its events with it', async () => {
  const gateway = await openGateway(folder())
  const world = await openCopy(gateway)
  await world.settled()
  await world.providers.remove('g1')
  await expect.poll(() => world.seqs(), { timeout: 5000 }).toEqual([])
})
