import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createRecorder } from '../../../main/audit/record.ts'
import { realClock } from '../../fakes/fakeClock.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'
import { folder, openCopy, openGateway, quiet, type CopyWorld } from './copyWorld.ts'

function recorderOf({ providers }: CopyWorld, place = folder()) {
  const recorder = createRecorder({ providers, folder: place, clock: realClock, log: quiet })
  onTestFinished(() => recorder.close())
  return { recorder, place }
}

const exported = (rows: number) => ({ action: 'audit.exported', outcome: 'ok' as const, detail: { rows } })
const unsent = (place: string) => z.array(z.unknown()).parse(JSON.parse(readFileSync(join(place, 'unrecorded.json'), 'utf8')))
const Detail = z.object({ rows: z.number(), happenedAt: z.string().optional() })
const eventsIn = async ({ store }: CopyWorld) =>
  (await store.events.read('g1', 2, 100)).map(({ action, detail }) => ({ action, ...Detail.parse(JSON.parse(detail)) }))

test('AUD-4: what a technician did is in the log at once', async () => {
  const world = await openCopy(await openGateway())
  await world.settled()
  await recorderOf(world).recorder.record(exported(7))
  await expect.poll(() => eventsIn(world), { timeout: 1000 }).toEqual([{ action: 'audit.exported', rows: 7 }])
})

test('AUD-4: what was done without a network is in the log when there is one, in order, with its time, whichever console sends it', async () => {
  const world = await openCopy(await openGateway())
  await world.settled()
  world.unplug(true)
  const { recorder, place } = recorderOf(world)
  const before = Date.now()
  await recorder.record(exported(1))
  await recorder.record(exported(2))
  expect(unsent(place)).toHaveLength(2)
  recorder.close()
  recorderOf(world, place)
  world.unplug(false)
  world.ring()
  await expect.poll(async () => (await eventsIn(world)).map(({ rows }) => rows), { timeout: 5000 }).toEqual([1, 2])
  for (const { happenedAt = '' } of await eventsIn(world)) expect(Date.parse(happenedAt)).toBeGreaterThanOrEqual(before)
  await expect.poll(() => unsent(place)).toEqual([])
})

test('what a log refuses is told, not kept', async () => {
  const world = await openCopy(await openGateway())
  await world.settled()
  const { recorder, place } = recorderOf(world)
  await expect(recorder.record({ action: 'no.suchAction', outcome: 'ok', detail: {} })).rejects.toMatchObject({
    failure: { tag: 'invalidInput' },
  })
  expect(() => unsent(place)).toThrow('ENOENT')
})

test('AUD-4: what was done with a system that has no log to write in is in the first log, with the names of machine and system', async () => {
  const world = await openCopy(await openGateway())
  await world.settled()
  const mute = { ...fakeProvider(), id: 'az1', name: 'Contoso' }
  delete mute.record
  world.providers.add(mute)
  const recorder = createRecorder({ providers: world.providers, folder: folder(), clock: realClock, log: quiet, nameOf: () => 'web-1' })
  onTestFinished(() => recorder.close())
  await recorder.record({
    action: 'session.started',
    outcome: 'ok',
    machineId: 'az1:vm',
    grantId: 'az1:g',
    port: 22,
    detail: { way: 'ssh' },
  })
  const written = async () =>
    (await world.store.events.read('g1', 2, 100)).map(({ action, machineId, detail }) => ({ action, machineId, detail }))
  await expect.poll(written, { timeout: 1000 }).toEqual([
    {
      action: 'session.started',
      machineId: undefined,
      detail: JSON.stringify({ accessId: 'az1:g', machine: 'web-1', machineId: 'az1:vm', system: 'Contoso', way: 'ssh' }),
    },
  ])
})
