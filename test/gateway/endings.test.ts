import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createEndings } from '../../gateway/endings.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { noLog } from '../../gateway/log.ts'
import { openBench } from './gatewayFixture.ts'
import { testOnFile } from './onFile.ts'

test('F-60: a gate that does not close is tried again until it does; meanwhile the grant is closing, never open or closed', async () => {
  const bench = await openBench()
  const grant = await bench.grant(await bench.addMachine(22), 22)
  await bench.gateway.close()
  let failures = 2
  const gate: Gate = {
    open: () => Promise.reject(new Error('not asked for')),
    close: () => (failures-- > 0 ? Promise.reject(new Error('no answer')) : Promise.resolve()),
    list: () => Promise.resolve([grant.id]),
    traffic: () => undefined,
  }
  const store = await bench.openStore()
  const endings = createEndings(store, gate, Date.now, noLog, () => {})
  const stateNow = async () => await store.selectFrom('grants').select(['state', 'closeReason', 'closedAt']).executeTakeFirstOrThrow()
  await endings.end([grant.id], { reason: 'released', actor: 'alice' })
  expect(endings.isEnding(grant.id)).toBe(true)
  expect(await stateNow()).toEqual({ state: 'closing', closeReason: 'released', closedAt: null })
  await expect.poll(() => stateNow(), { timeout: 10_000 }).toMatchObject({ state: 'closed', closeReason: 'released' })
  expect(failures).toBe(-1)
  expect(endings.isEnding(grant.id)).toBe(false)
  const events = await store.selectFrom('audit').select(['action', 'actor']).where('grantId', '=', grant.id).orderBy('seq').execute()
  expect(events.slice(4).map((event) => `${event.action} ${event.actor}`)).toEqual([
    'grant.released alice',
    'gate.failed gateway',
    'gate.closed gateway',
  ])
  await endings.stop()
  await store.destroy()
  await bench.close()
})

// A server's connections have timers of their own, which must not be faked.
testOnFile('F-60: the third failure to close raises an alarm, once, and trying goes on', async () => {
  const bench = await openBench()
  const grant = await bench.grant(await bench.addMachine(22), 22)
  await bench.gateway.close()
  let closes = 0
  const gate: Gate = {
    open: () => Promise.reject(new Error('not asked for')),
    close: () => {
      closes += 1
      return closes <= 5 ? Promise.reject(new Error('no answer')) : Promise.resolve()
    },
    list: () => Promise.resolve([grant.id]),
    traffic: () => undefined,
  }
  const store = await bench.openStore()
  const endings = createEndings(store, gate, Date.now, noLog, () => {})
  const alarms = () => store.selectFrom('audit').select(['grantId', 'detail']).where('action', '=', 'gate.alarm').execute()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await endings.end([grant.id], { reason: 'expired', actor: 'gateway' })
    for (const [afterMs, expected] of [
      [0, 0],
      [1000, 0],
      [2000, 1],
      [4000, 1],
      [8000, 1],
    ] as const) {
      await vi.advanceTimersByTimeAsync(afterMs)
      await vi.waitFor(async () => expect(await alarms()).toHaveLength(expected))
    }
    expect(await alarms()).toEqual([{ grantId: grant.id, detail: '{"failures":3}' }])
    await vi.advanceTimersByTimeAsync(16_000)
    expect(closes).toBe(6)
    await vi.waitUntil(() => !endings.isEnding(grant.id))
  } finally {
    vi.useRealTimers()
    await endings.stop()
    await store.destroy()
    await bench.close()
  }
})

test('F-65: while a deadline is near its gate comes first: what ended is closed at once and written later, after two seconds at the latest', async () => {
  const bench = await openBench()
  const id = await bench.addMachine(22)
  const [first, second] = [await bench.grant(id, 22), await bench.grant(id, 22)]
  await bench.gateway.close()
  const closed: string[] = []
  const gate: Gate = {
    open: () => Promise.reject(new Error('not asked for')),
    close: (grantId) => Promise.resolve(void closed.push(grantId)),
    list: () => Promise.resolve([]),
    traffic: (grantId) => (grantId === second.id ? { connections: 1, bytes: { up: 0, down: 0 } } : undefined),
  }
  const store = await bench.openStore()
  const endings = createEndings(
    store,
    gate,
    Date.now,
    noLog,
    () => {},
    () => false,
    () => 50,
  )
  const startedMs = performance.now()
  const written = endings.end([first.id, second.id], { reason: 'expired', actor: 'gateway' })
  // Whoever is connected is cut first.
  expect(closed).toEqual([second.id, first.id])
  await sleep(300)
  expect(await store.selectFrom('grants').select('state').distinct().execute()).toEqual([{ state: 'open' }])
  expect(endings.isEnding(first.id)).toBe(true)
  await written
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(2000)
  expect(await store.selectFrom('grants').select('state').distinct().execute()).toEqual([{ state: 'closed' }])
  await endings.stop()
  await store.destroy()
  await bench.close()
})
