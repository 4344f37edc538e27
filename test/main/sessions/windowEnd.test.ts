/** Windows whose end stops new connections only, as Azure's do. */
import { afterEach, expect, test } from 'vitest'
import { sessionWorld } from '../../fakes/sessionWorld.ts'

type World = ReturnType<typeof sessionWorld>
const worlds: World[] = []
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.sessions.close())))

function consoleFor(endSessionsWithWindow: boolean): World {
  const world = sessionWorld({
    endpoints: [{ port: 5985, address: '127.0.0.1', connectPort: 40_001 }],
    settings: { endSessionsWithWindow },
  })
  world.grants.ways.leavesSessions = true
  worlds.push(world)
  return world
}
const forward = { way: 'forward', port: 5985 } as const
const onlyGrant = (world: World) => world.grants.all()[0]?.grantId ?? ''

test('a session goes on when its window ends', async () => {
  const world = consoleFor(false)
  const sessionId = await world.inside(await world.connect(forward))
  world.grants.end(onlyGrant(world), 'expired')
  expect((await world.session(sessionId))?.end).toBeUndefined()
})

test('a session ends with its window where the technician wants it', async () => {
  const world = consoleFor(true)
  const sessionId = await world.inside(await world.connect(forward))
  world.grants.end(onlyGrant(world), 'expired')
  expect(await world.session(sessionId)).toMatchObject({ end: 'grantEnded' })
})

test('a session goes on under the window that took the place of its own, and ends with that one', async () => {
  const world = consoleFor(true)
  const sessionId = await world.inside(await world.connect(forward))
  const first = onlyGrant(world)
  world.grants.ways.first = 'opening'
  const next = await world.grants.forSessions.request({ idempotencyKey: 'x', machineId: 'desk:m1', ports: [5985], reason: '' })
  world.grants.end(first, 'expired')
  expect((await world.session(sessionId))?.end).toBeUndefined()
  world.grants.set(next.grantId, { state: 'open' })
  world.grants.end(next.grantId, 'expired')
  expect(await world.session(sessionId)).toMatchObject({ end: 'grantEnded' })
})

test('a connect waits for a window that is about to open instead of asking for another, which would take its place', async () => {
  const world = consoleFor(false)
  world.grants.ways.first = 'opening'
  const first = await world.connect(forward)
  await world.until(() => world.grants.requests[0], 'the request')
  await world.until(() => world.grants.all()[0], 'the grant')
  const second = await world.connect({ ...forward, where: 'system' })
  await world.until(
    async () => (await world.attempt(second)).steps.some(({ name, state }) => name === 'open' && state === 'running'),
    'the wait',
  )
  world.grants.set(onlyGrant(world), { state: 'open' })
  await Promise.all([world.inside(first), world.inside(second)])
  expect(world.grants.requests).toHaveLength(1)
})

test('where nothing gets through, the failure says that the port may be open for another address', async () => {
  const world = consoleFor(false)
  world.grants.ways.first = 'opening'
  const attemptId = await world.connect({ way: 'ssh', where: 'tab' })
  await world.until(() => world.grants.all()[0], 'the grant')
  const silence = { port: 22, cause: 'timeout' as const, at: new Date().toISOString() }
  const endpoints = [{ port: 22, address: '127.0.0.1', connectPort: 1 }]
  world.grants.set(onlyGrant(world), { state: 'open', endpoints, sourceDoubt: 'proxy', unreachable: silence })
  const outcome = await world.outcome(attemptId)
  expect(outcome).toMatchObject({ kind: 'failed', failure: { tag: 'unreachable', cause: 'timeout', doubt: 'proxy' } })
})
