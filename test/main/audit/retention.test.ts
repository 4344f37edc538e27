import { expect, onTestFinished, test, vi } from 'vitest'
import { createRetention } from '../../../main/audit/retention.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { addEvents, downFrom, folder, openCopy, openGateway, quiet, type CopyWorld } from './copyWorld.ts'

const dayMs = 24 * 60 * 60_000

async function copyWithAPast(): Promise<{ world: CopyWorld; clock: ReturnType<typeof fakeClock> }> {
  const clock = fakeClock()
  const gateway = await openGateway(folder(), { clock })
  await addEvents(gateway, 19)
  clock.pass(100 * dayMs)
  await addEvents(gateway, 10)
  const world = await openCopy(gateway)
  await world.settled()
  // The gateway's own news of the clock are events too.
  return { world, clock }
}

function retentionOf(
  { store }: Pick<CopyWorld, 'store'>,
  clock: ReturnType<typeof fakeClock>,
  limits: { keepDays: number; keepMegabytes: number },
) {
  const changed = vi.fn<() => void>()
  const retention = createRetention({ store, limits: () => ({ ...limits }), clock, log: quiet, changed })
  onTestFinished(() => retention.close())
  return { retention, changed }
}

test('AUD-2: what is older than the time that is set is taken away, and the rest stays proved', async () => {
  const { world, clock } = await copyWithAPast()
  const newest = (await world.seqs())[0] ?? 0
  const { retention, changed } = retentionOf(world, clock, { keepDays: 30, keepMegabytes: 2000 })
  expect(retention.isKept(clock.now() - 31 * dayMs)).toBe(false)
  expect(retention.isKept(clock.now() - 29 * dayMs)).toBe(true)
  await retention.apply()
  expect(changed).toHaveBeenCalledTimes(1)
  expect(await world.seqs()).toEqual(downFrom(newest, newest - 9))
  await world.sync.verify()
  expect(await world.cache()).toMatchObject({ have: 10, of: newest, verified: newest })
  // It does not come back.
  world.ring()
  await world.settled()
  expect((await world.cache()).have).toBe(10)
})

test('nothing is taken away while it is within its limits', async () => {
  const { world, clock } = await copyWithAPast()
  const { retention, changed } = retentionOf(world, clock, { keepDays: 365, keepMegabytes: 2000 })
  const before = await world.seqs()
  await retention.apply()
  expect(await world.seqs()).toEqual(before)
  expect(changed).not.toHaveBeenCalled()
})

test('a person who sets less has it soon; one who sets more loses nothing', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const limits = { keepDays: 365, keepMegabytes: 2000 }
  const retain = vi.fn<() => Promise<{ removed: number }>>(() => Promise.resolve({ removed: 0 }))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is asked
  const store = { events: { retain }, state: () => ({ kind: 'ready', bytes: 0 }) } as unknown as CopyWorld['store']
  const { retention } = retentionOf({ store }, fakeClock(), limits)
  vi.advanceTimersByTime(61_000)
  expect(retain).toHaveBeenCalledTimes(1)
  limits.keepDays = 400
  retention.limitsChanged()
  vi.advanceTimersByTime(30_000)
  expect(retain).toHaveBeenCalledTimes(1)
  limits.keepDays = 30
  retention.limitsChanged()
  vi.advanceTimersByTime(30_000)
  expect(retain).toHaveBeenCalledTimes(2)
})
