/** F-101: a computer that slept, and what it shows before anybody has answered. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { watchForWake } from '../../../main/network/wake.ts'
import { createSystemClock } from '../../../main/platform/systemClock.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { joinAs, joinAsAda, startTeam } from '../../gateway/daemon/daemonFixture.ts'

const hourMs = 3_600_000

function clocks() {
  const at = { wall: 0, start: 5000, boot: 90_000 }
  const clock = createSystemClock({ wall: () => at.wall, sinceStartMs: () => at.start, sinceBootMs: () => at.boot })
  const awake = (ms: number) => {
    at.wall += ms
    at.start += ms
    at.boot += ms
  }
  return { at, clock, awake }
}

describe('F-101: the clock that never steps', () => {
  test('goes on while the computer sleeps', () => {
    const { at, clock, awake } = clocks()
    expect(clock.monotonicMs()).toBe(5000)
    awake(1000)
    expect(clock.monotonicMs()).toBe(6000)
    at.boot += 8 * hourMs
    at.wall += 8 * hourMs
    awake(100)
    expect(clock.monotonicMs()).toBe(6100 + 8 * hourMs)
    awake(60_000)
    expect(clock.monotonicMs()).toBe(66_100 + 8 * hourMs)
  })

  test('never goes back, and knows nothing of a wall clock that is set or an uptime of whole seconds', () => {
    const { at, clock, awake } = clocks()
    let last = clock.monotonicMs()
    for (const [wall, boot] of [
      [-hourMs, 0],
      [24 * hourMs, 900],
      [0, -900],
      [0, -8 * hourMs],
    ] as const) {
      at.wall += wall
      at.boot += boot
      awake(100)
      const now = clock.monotonicMs()
      expect(now - last).toBe(100)
      last = now
    }
  })
})

function watched() {
  const clock = fakeClock()
  const world = { addresses: '10.0.0.5', woke: 0, look: () => {} }
  const stop = watchForWake(
    clock,
    () => void (world.woke += 1),
    () => world.addresses,
    (look) => {
      world.look = look
      return () => undefined
    },
  )
  onTestFinished(stop)
  return { clock, world }
}

describe('F-101: waking up', () => {
  test('is noticed by the time that is missing, by a clock that was set, and by another network', () => {
    const { clock, world } = watched()
    for (let count = 0; count < 10; count += 1) {
      clock.pass(2000)
      world.look()
    }
    expect(world.woke).toBe(0)
    clock.pass(8 * hourMs)
    world.look()
    expect(world.woke).toBe(1)
    clock.step(-hourMs)
    clock.pass(2000)
    world.look()
    expect(world.woke).toBe(2)
    world.addresses = '192.168.1.7'
    clock.pass(2000)
    world.look()
    expect(world.woke).toBe(3)
    clock.pass(2000)
    world.look()
    expect(world.woke).toBe(3)
  })

  test('is noticed within five seconds', async () => {
    const clock = fakeClock()
    const woke = new Promise<void>((resolve) => {
      const stop = watchForWake(clock, resolve)
      onTestFinished(stop)
    })
    clock.pass(8 * hourMs)
    const startedAt = performance.now()
    await woke
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})

test('F-101: a console that wakes on another network connects anew at once, instead of waiting for what is dead', async () => {
  const team = await startTeam()
  const ada = await joinAsAda(team)
  const clock = fakeClock(new Date().toISOString())
  const { code } = await ada.call('account.invite', { gatewayId: ada.gatewayId, name: 'Bo', roles: ['requester'] })
  const bo = await joinAs(code, clock)
  const fetch = team.daemon.gateway.fetch.bind(team.daemon.gateway)
  const streams: number[] = []
  team.daemon.gateway.fetch = (request, caller) => {
    if (caller.technician === 'Bo' && request.url.endsWith('/v1/events')) streams.push(performance.now())
    return fetch(request, caller)
  }
  await expect
    .poll(async () => (await bo.call('account.gateways', {})).gateways.find(({ id }) => id === bo.gatewayId)?.state)
    .toBe('connected')
  const before = streams.length
  clock.pass(8 * hourMs)
  // The heartbeat alone would find out after 45 s.
  await expect.poll(() => streams.length, { timeout: 10_000 }).toBeGreaterThan(before)
  await expect
    .poll(async () => bo.call('account.gateways', {}).then(({ gateways }) => gateways.find(({ id }) => id === bo.gatewayId)?.state))
    .toBe('connected')
}, 20_000)
