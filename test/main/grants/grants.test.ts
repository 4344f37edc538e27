import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createGrants } from '../../../main/grants/grants.ts'
import { createLiveGrants } from '../../../main/grants/live.ts'
import { createReleases } from '../../../main/grants/releases.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { MachineForSessions } from '../../../main/sessions/needs.ts'
import { fakeClock, type FakeClock } from '../../fakes/fakeClock.ts'
import { fakeProvider, type FakeProvider } from '../../fakes/fakeProvider.ts'
import { openTestApp } from '../testApp.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const machine: MachineForSessions = {
  machineId: 'desk:m1',
  name: 'web-1',
  address: '10.0.0.1',
  os: 'linux',
  sshPort: 22,
  rdpPort: 3389,
  rules: [{ port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT2H' }],
  ways: ['ssh'],
}

/** The grants of a console over a provider that the test can make fail. `folder`: that of a console before it, which crashed. */
function grantsOver(provider: FakeProvider, options: { folder?: string; clock?: FakeClock; durationMs?: number } = {}) {
  const clock = options.clock ?? fakeClock()
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gatehouse-grants-'))
  const providers = createProviders([provider])
  const releases = createReleases({ providers, folder, log: quiet })
  const live = createLiveGrants(
    providers,
    clock,
    quiet,
    () => 0,
    () => 'web-1',
    releases.isWaiting,
  )
  releases.onChanged((change) => void (change.grant && live.take(change.provider, change.grant)))
  const chosen = options.durationMs === undefined ? {} : { durationMs: options.durationMs }
  const machines = { get: () => Promise.resolve(machine), choices: () => chosen, choose: () => Promise.resolve() }
  const grants = createGrants({ providers, live, releases, machines, folder, clock, log: quiet })
  onTestFinished(async () => {
    live.close()
    releases.close()
    await grants.settled()
    await releases.settled()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, clock, live, ...grants }
}

const wanted = (idempotencyKey: string = randomUUID()) => ({ idempotencyKey, machineId: 'desk:m1', ports: [22], reason: '' })

/** What the provider was asked for when the click named no duration. */
async function askedDuration(durationMs?: number) {
  const provider = fakeProvider()
  await grantsOver(provider, durationMs === undefined ? {} : { durationMs }).forSessions.request(wanted())
  return provider.requests[0]?.durationMs
}

describe('a click', () => {
  test('F-47: twice at once is one request and one grant', async () => {
    const provider = fakeProvider()
    const { forSessions } = grantsOver(provider)
    const click = wanted()
    const [one, other] = await Promise.all([forSessions.request(click), forSessions.request(click)])
    expect(other.grantId).toBe(one.grantId)
    expect(provider.requests).toHaveLength(1)
  })

  test('F-47: twice, one after the other, is one grant of the real gateway', async () => {
    const { call, addMachine } = await openTestApp()
    const machines = [{ machineId: await addMachine(), ports: [22] }]
    const input = { idempotencyKey: randomUUID(), machines, durationMs: 60_000, reason: 'twice' }
    const replies = [await call('grants.request', input), await call('grants.request', input)]
    const ids = replies.map(({ results }) => (results[0]?.result.ok ? results[0].result.grant.grantId : undefined))
    expect(ids[0]).toBeDefined()
    expect(ids[1]).toBe(ids[0])
    expect((await call('grants.list', {})).grants).toHaveLength(1)
  })

  test('F-48: whose answer was lost is the same request when it is made again, by whatever click', async () => {
    const provider = fakeProvider()
    const { forSessions } = grantsOver(provider)
    provider.loseAnswers(1)
    await expect(forSessions.request(wanted())).rejects.toMatchObject({ failure: { tag: 'offline' } })
    const grant = await forSessions.request(wanted())
    expect(provider.held.size).toBe(1)
    expect(grant.grantId).toBe('desk:g1')
    await forSessions.request(wanted())
    expect(provider.held.size).toBe(2)
  })

  test('F-48: that was under way in a crash is the same request in the next console', async () => {
    const provider = fakeProvider()
    const before = grantsOver(provider)
    provider.loseAnswers(1)
    await expect(before.forSessions.request(wanted())).rejects.toMatchObject({ failure: { tag: 'offline' } })
    const after = grantsOver(provider, { folder: before.folder, clock: before.clock })
    await after.forSessions.request(wanted())
    expect(provider.held.size).toBe(1)
  })

  test('F-48: is stored before the request goes out, as a digest without its reason', async () => {
    const provider = fakeProvider()
    const { forSessions, folder } = grantsOver(provider)
    let stored = ''
    const request = provider.request.bind(provider)
    provider.request = (body) => {
      stored = readFileSync(join(folder, 'requests.json'), 'utf8')
      return request(body)
    }
    await forSessions.request({ ...wanted(), reason: 'the CEO is locked out' })
    expect(stored).toContain(provider.requests[0]?.idempotencyKey)
    expect(stored).not.toContain('CEO')
    await expect.poll(() => readFileSync(join(folder, 'requests.json'), 'utf8').trim()).toBe('[]')
  })

  test('after a lost answer asks anew when that grant is over meanwhile, or after ten minutes', async () => {
    const provider = fakeProvider()
    const { forSessions, clock } = grantsOver(provider)
    provider.loseAnswers(1)
    await expect(forSessions.request(wanted())).rejects.toThrow('offline')
    await provider.release?.('g1', 'released')
    expect((await forSessions.request(wanted())).grantId).toBe('desk:g2')
    provider.loseAnswers(1)
    await expect(forSessions.request(wanted())).rejects.toThrow('offline')
    clock.pass(11 * 60_000)
    expect((await forSessions.request(wanted())).grantId).toBe('desk:g4')
  })

  test('F-49: with the same key and another port is a conflict of that machine alone', async () => {
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine()
    await call('policies.set', {
      machineIds: [machineId],
      rules: [22, 80].map((port) => ({ port, protocol: 'tcp', sources: [], maxDuration: 'PT1H' })),
    })
    const idempotencyKey = randomUUID()
    const ask = (port: number) =>
      call('grants.request', { idempotencyKey, machines: [{ machineId, ports: [port] }], durationMs: 60_000, reason: '' })
    await ask(22)
    expect((await ask(80)).results).toMatchObject([{ result: { ok: false, failure: { tag: 'conflict', what: 'request' } } }])
  })

  test('for several machines answers each for itself, in order', async () => {
    const { call, addMachine } = await openTestApp()
    const [on, off] = [await addMachine(), await addMachine({ name: 'web-2', turnOnJit: false })]
    const { results } = await call('grants.request', {
      idempotencyKey: randomUUID(),
      machines: [on, off, 'desk:gone'].map((machineId) => ({ machineId, ports: [22] })),
      durationMs: 60_000,
      reason: '',
    })
    expect(results).toMatchObject([
      { machineId: on, result: { ok: true, grant: { state: 'open', ports: [22], machineName: 'web-1' } } },
      { machineId: off, result: { ok: false, failure: { tag: 'jitOff', machineId: off } } },
      { machineId: 'desk:gone', result: { ok: false, failure: { tag: 'notFound', what: 'machine' } } },
    ])
  })

  test('REQ-3: without a duration has what was chosen last, and never more than the rules allow', async () => {
    expect(await askedDuration()).toBe(2 * 3_600_000)
    expect(await askedDuration(60_000)).toBe(60_000)
    expect(await askedDuration(10 * 3_600_000)).toBe(2 * 3_600_000)
  })

  test.each([
    ['port', { machines: [3389], durationMs: 60_000 }],
    ['duration', { machines: [22], durationMs: 4 * 3_600_000 }],
    ['source', { machines: [22], durationMs: 60_000, source: '10.0.0.0/8' }],
  ])('POL-2: a %s that policy does not allow is refused with what it does allow', async (part, { machines, ...rest }) => {
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine()
    const { results } = await call('grants.request', {
      idempotencyKey: randomUUID(),
      machines: [{ machineId, ports: machines }],
      reason: '',
      ...rest,
    })
    expect(results).toMatchObject([{ result: { ok: false, failure: { tag: 'notAllowed', part } } }])
  })
})

describe('an open grant', () => {
  test('REQ-5, REQ-6: is a real way to the machine until it is released', async () => {
    const server = createServer((socket) => socket.end('inside'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const listening = server.address()
    const port = typeof listening === 'object' ? (listening?.port ?? 0) : 0
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine({ sshPort: port })
    const { results } = await call('grants.request', {
      idempotencyKey: randomUUID(),
      machines: [{ machineId, ports: [port] }],
      durationMs: 60_000,
      reason: '',
    })
    const result = results[0]?.result
    if (!result?.ok) throw new Error('it was not granted')
    const endpoint = result.grant.endpoints[0]
    const read = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(endpoint?.connectPort ?? 0, endpoint?.address, () => undefined)
        let text = ''
        socket.on('data', (data) => void (text += data.toString()))
        socket.on('end', () => resolve(text))
        socket.on('error', reject)
      })
    expect(await read()).toBe('inside')
    expect((await call('machines.get', { machineId })).ownGrant).toMatchObject({ grantId: result.grant.grantId, ports: [port] })
    expect(await call('grants.release', { grantId: result.grant.grantId })).toMatchObject({ state: 'closed', closeReason: 'released' })
    await expect(read()).rejects.toThrow('ECONNREFUSED')
    expect((await call('machines.get', { machineId })).ownGrant).toBeUndefined()
  })

  test('REQ-6: is extended within the maximum, and not beyond', async () => {
    const { call, refusal, addMachine } = await openTestApp()
    const machineId = await addMachine()
    const { results } = await call('grants.request', {
      idempotencyKey: randomUUID(),
      machines: [{ machineId, ports: [22] }],
      durationMs: 60_000,
      reason: '',
    })
    const grantId = results[0]?.result.ok ? results[0].result.grant.grantId : ''
    expect((await call('grants.extend', { grantId, byMs: 60_000 })).remainingMs).toBeGreaterThan(100_000)
    expect(await refusal('grants.extend', { grantId, byMs: 24 * 3_600_000 })).toMatchObject({ tag: 'notAllowed', part: 'duration' })
  })

  test('released twice is over once, and no failure', async () => {
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine()
    const { results } = await call('grants.request', {
      idempotencyKey: randomUUID(),
      machines: [{ machineId, ports: [22] }],
      durationMs: 60_000,
      reason: '',
    })
    const grantId = results[0]?.result.ok ? results[0].result.grant.grantId : ''
    await call('grants.release', { grantId })
    expect((await call('grants.release', { grantId })).state).toBe('closed')
  })

  test('ends by itself at its time, and the window hears of it', async () => {
    const { call, addMachine, ring } = await openTestApp()
    const machineId = await addMachine()
    await call('grants.request', { idempotencyKey: randomUUID(), machines: [{ machineId, ports: [22] }], durationMs: 1000, reason: '' })
    await expect.poll(async () => (await call('grants.list', {})).grants[0]?.state, { timeout: 5000 }).toBe('closed')
    expect((await call('grants.list', {})).grants[0]).toMatchObject({ closeReason: 'expired', endpoints: [] })
    const heard = ring('grants')
    await call('grants.request', { idempotencyKey: randomUUID(), machines: [{ machineId, ports: [22] }], durationMs: 60_000, reason: '' })
    await heard
  })
})

test('REQ-1: only what policy allows is offered, and why nothing is', async () => {
  const { call, addMachine } = await openTestApp()
  const machineIds = [
    await addMachine(),
    await addMachine({ name: 'off', turnOnJit: false }),
    await addMachine({ name: 'dc', os: 'windows', facts: { domainController: true } }),
  ]
  expect(await call('grants.options', { machineIds })).toEqual({
    machines: [
      { machineId: machineIds[0], name: 'web-1', ports: [{ port: 22, protocol: 'tcp', sources: [], maxDurationMs: 3 * 3_600_000 }] },
      { machineId: machineIds[1], name: 'off', ports: [], unavailable: 'jitOff' },
      { machineId: machineIds[2], name: 'dc', ports: [], unavailable: 'unsupported' },
    ],
    myAddress: '127.0.0.1',
    servesOtherSources: false,
  })
})

describe('without a network', () => {
  test('giving access back is written down, is told, and is the first thing that the gateway hears', async () => {
    const provider = fakeProvider()
    const { forSessions, handlers, live } = grantsOver(provider)
    const { grantId } = await forSessions.request(wanted())
    provider.unplug(true)
    expect(await handlers['grants.release']({ grantId })).toMatchObject({ state: 'open', releaseWaits: true })
    expect(live.list()).toMatchObject([{ state: 'open', releaseWaits: true }])
    // Connecting again does not go through what was given back.
    expect(forSessions.openGrantFor('desk:m1', 22)).toBeUndefined()
    provider.unplug(false)
    provider.ring('audit')
    await expect.poll(() => live.list()).toMatchObject([{ state: 'closed', closeReason: 'released' }])
    expect(live.list()[0]).not.toHaveProperty('releaseWaits')
    expect(provider.held.get('g1')).toMatchObject({ state: 'closed' })
  })

  test('what was to be given back is so by the next console, should this one end', async () => {
    const provider = fakeProvider()
    const first = grantsOver(provider)
    const { grantId } = await first.forSessions.request(wanted())
    provider.unplug(true)
    await first.forSessions.release(grantId, 'lastSessionEnded')
    provider.unplug(false)
    grantsOver(provider, { folder: first.folder })
    await expect.poll(() => provider.held.get('g1')).toMatchObject({ state: 'closed' })
    await expect.poll(() => JSON.parse(readFileSync(join(first.folder, 'releases.json'), 'utf8')) as unknown).toEqual([])
  })

  test('what its gateway calls over already waits no longer', async () => {
    const provider = fakeProvider()
    const { forSessions, handlers, live, folder } = grantsOver(provider)
    const { grantId } = await forSessions.request(wanted())
    provider.unplug(true)
    await handlers['grants.release']({ grantId })
    provider.held.delete('g1')
    provider.unplug(false)
    provider.ring('grants')
    await expect.poll(() => live.list()).not.toMatchObject([{ releaseWaits: true }])
    await expect.poll(() => JSON.parse(readFileSync(join(folder, 'releases.json'), 'utf8')) as unknown).toEqual([])
  })
})
