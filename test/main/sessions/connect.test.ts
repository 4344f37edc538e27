/** The way from a click to an open port, and what the list says, with the grants of a fake; no machine is needed for it. */
import { createServer } from 'node:net'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { portFor } from '../../../main/sessions/connect.ts'
import { machineId, sessionWorld } from '../../fakes/sessionWorld.ts'

type World = ReturnType<typeof sessionWorld>
const worlds: World[] = []
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.sessions.close())))

/** A forward needs no machine: everything up to the open port is the same for every way. */
function consoleFor(options: Partial<Parameters<typeof sessionWorld>[0]> = {}): World {
  const world = sessionWorld({ endpoints: [{ port: 5985, address: '127.0.0.1', connectPort: 40_001 }], ...options })
  worlds.push(world)
  return world
}
const forward = { way: 'forward', port: 5985 } as const

test('a forwarded port shows where to connect, and closing it gives the grant back', async () => {
  const world = consoleFor()
  const sessionId = await world.inside(await world.connect(forward))
  expect(await world.session(sessionId)).toMatchObject({ way: 'forward', localEndpoint: '127.0.0.1:40001' })
  expect(world.grants.requests).toMatchObject([{ ports: [5985] }])
  await world.sessions.handlers['sessions.close']({ sessionId })
  expect(await world.session(sessionId)).toMatchObject({ end: 'closed' })
  await world.until(() => world.grants.releases[0], 'the release')
  await world.sessions.handlers['sessions.close']({ sessionId })
  expect(await world.session(sessionId)).toBeUndefined()
  expect(() => world.sessions.handlers['sessions.close']({ sessionId })).toThrow(
    expect.objectContaining({ failure: { tag: 'notFound', what: 'session' } }),
  )
})

test('F-47: a double click is one attempt and one request, whether it has the same id or another', async () => {
  const world = consoleFor()
  world.grants.ways.answerAfterMs = 50
  const attemptId = randomUUID()
  await Promise.all([world.connect({ ...forward, attemptId }), world.connect({ ...forward, attemptId })])
  const other = await world.connect(forward)
  expect((await world.sessions.handlers['sessions.list']({})).attempts).toHaveLength(1)
  const [one, two] = [await world.inside(attemptId), await world.inside(other)]
  expect(one).toBe(two)
  expect(world.grants.requests).toHaveLength(1)
  expect((await world.sessions.handlers['sessions.list']({})).sessions).toHaveLength(1)
})

test('connecting again inside the window asks for nothing', async () => {
  const world = consoleFor()
  await world.inside(await world.connect(forward))
  const attemptId = await world.connect(forward)
  await world.inside(attemptId)
  expect(world.grants.requests).toHaveLength(1)
  expect((await world.attempt(attemptId)).steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'request skipped',
    'approval skipped',
    'open skipped',
    'launch done',
  ])
})

test('an approval is waited for, also when the news comes before the answer', async () => {
  const world = consoleFor()
  world.grants.ways.first = 'requested'
  const attemptId = await world.connect(forward)
  await world.until(
    async () => (await world.attempt(attemptId)).steps.find((step) => step.name === 'approval' && step.state === 'running'),
    'approval',
  )
  const [grant] = world.grants.all()
  world.grants.set(grant?.grantId ?? '', { state: 'approved' })
  await world.until(
    async () => (await world.attempt(attemptId)).steps.find((step) => step.name === 'open' && step.state === 'running'),
    'open',
  )
  world.grants.set(grant?.grantId ?? '', { state: 'open' })
  await world.inside(attemptId)
})

test.each([
  ['denied', { tag: 'denied', why: 'denied', reason: '' }, 'approval'],
  ['gateFailed', { tag: 'gateFailed' }, 'approval'],
] as const)('a request that ends as %s is told at the step that waited', async (reason, failure, step) => {
  const world = consoleFor()
  world.grants.ways.first = 'requested'
  const attemptId = await world.connect(forward)
  await world.until(
    async () => (await world.attempt(attemptId)).steps.find((each) => each.state === 'running' && each.name === 'approval'),
    'approval',
  )
  world.grants.end(world.grants.all()[0]?.grantId ?? '', reason)
  expect(await world.outcome(attemptId)).toMatchObject({ kind: 'failed', step, failure })
})

test('F-58: a gate that did not answer counts as closed for a launch', async () => {
  const world = consoleFor()
  world.grants.ways.first = 'unknown'
  expect(await world.outcome(await world.connect(forward))).toMatchObject({ kind: 'failed', failure: { tag: 'gateFailed' } })
})

test.each([
  [{ tag: 'jitOff', machineId }],
  [{ tag: 'offline', provider: 'desk' }],
  [{ tag: 'notAllowed', part: 'permission', allowed: '' }],
] as const)('REQ-3, REQ-4, F-78: a request that fails with $tag fails the attempt at once, and nothing is queued', async (failure) => {
  const world = consoleFor()
  world.grants.ways.fail = new CallError(failure)
  const attemptId = await world.connect(forward)
  expect(await world.outcome(attemptId)).toEqual({ kind: 'failed', step: 'request', failure })
  await delay(50)
  expect(world.grants.requests).toHaveLength(1)
  expect(world.events).toMatchObject([{ action: 'connect.failed', machineId, detail: { failure: failure.tag } }])
})

test('a fault of ours is told with an incident number that is in the log', async () => {
  const world = consoleFor()
  world.grants.ways.fail = new TypeError('bug')
  const outcome = await world.outcome(await world.connect(forward))
  expect(outcome).toMatchObject({ kind: 'failed', failure: { tag: 'internal' } })
  expect(JSON.stringify(outcome)).toMatch(/"incident":"[0-9A-F]{8}"/)
  expect(world.errors).toHaveLength(1)
})

test('a cancel while the request is on its way is felt at once, and gives back what comes of it', async () => {
  const world = consoleFor()
  world.grants.ways.answerAfterMs = 100
  const attemptId = await world.connect(forward)
  await delay(20)
  const at = performance.now()
  await world.sessions.handlers['sessions.cancel']({ attemptId })
  expect(await world.outcome(attemptId)).toEqual({ kind: 'cancelled' })
  expect(performance.now() - at).toBeLessThan(50)
  await world.until(() => world.grants.releases[0], 'the release')
  expect(world.grants.releases).toMatchObject([{ why: 'cancelled' }])
  expect(world.events).toMatchObject([{ action: 'connect.cancelled', outcome: 'refused' }])
  // Looked at long enough: a second cancel takes it off the list.
  await world.sessions.handlers['sessions.cancel']({ attemptId })
  await expect(world.attempt(attemptId)).rejects.toMatchObject({ failure: { tag: 'notFound', what: 'attempt' } })
})

test('a cancel does not take the port from a session that uses it', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const connectPort = typeof address === 'object' && address ? address.port : 0
  const world = consoleFor({ endpoints: [{ port: 22, address: '127.0.0.1', connectPort }] })
  const attemptId = await world.connect({ way: 'ssh' })
  await world.until(
    async () => (await world.attempt(attemptId)).steps.find((step) => step.name === 'reach' && step.state === 'running'),
    'reach',
  )
  await world.inside(await world.connect({ way: 'forward', port: 22 }))
  await world.sessions.handlers['sessions.cancel']({ attemptId })
  expect(await world.outcome(attemptId)).toEqual({ kind: 'cancelled' })
  await delay(20)
  expect(world.grants.releases).toEqual([])
  silent.close()
})

test('F-53: when the window ends during an attempt, the attempt says so', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const connectPort = typeof address === 'object' && address ? address.port : 0
  const world = consoleFor({ endpoints: [{ port: 22, address: '127.0.0.1', connectPort }] })
  const attemptId = await world.connect({ way: 'ssh' })
  await world.until(
    async () => (await world.attempt(attemptId)).steps.find((step) => step.name === 'reach' && step.state === 'running'),
    'reach',
  )
  world.grants.end(world.grants.all()[0]?.grantId ?? '', 'expired')
  expect(await world.outcome(attemptId)).toMatchObject({ kind: 'failed', step: 'reach', failure: { tag: 'grantEnded', reason: 'expired' } })
  silent.close()
})

test('the end of a grant ends its sessions at once, and gives nothing back', async () => {
  const world = consoleFor()
  const sessionId = await world.inside(await world.connect(forward))
  world.grants.end(world.grants.all()[0]?.grantId ?? '', 'expired')
  expect(await world.session(sessionId)).toMatchObject({ end: 'grantEnded' })
  expect(world.events.map((event) => event.action)).toEqual(['session.started', 'session.ended'])
})

const rule = (port: number, protocol: 'tcp' | 'udp' = 'tcp') => ({ port, protocol, sources: [], maxDuration: 'PT3H' })

test('the port is the one for the way, and none that the machine does not have', () => {
  const machine = {
    machineId,
    name: '',
    address: '',
    os: 'windows' as const,
    sshPort: 22,
    rdpPort: 3390,
    rules: [rule(3390), rule(53, 'udp'), rule(5986)],
    ways: [],
  }
  expect(portFor({ way: 'rdp' }, machine)).toBe(3390)
  expect(portFor({ way: 'ssh' }, machine)).toBe(22)
  expect(portFor({ way: 'forward' }, machine)).toBe(5986)
  expect(portFor({ way: 'ssh', port: 2222 }, machine)).toBe(2222)
  expect(() => portFor({ way: 'forward' }, { ...machine, rules: [rule(3390)] })).toThrow('invalidInput')
})
