/** One click over several machines of a system that takes them at once. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { createGrants } from '../../../main/grants/grants.ts'
import { keyFor } from '../../../main/grants/keys.ts'
import { createLiveGrants } from '../../../main/grants/live.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { GrantRequest, Provider } from '../../../main/providers/provider.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const offline = () => new CallError({ tag: 'offline', provider: 'desk' })

const machine = (machineId: string) => ({
  machineId,
  name: machineId,
  address: '10.0.0.1',
  os: 'linux' as const,
  sshPort: 22,
  rdpPort: 3389,
  rules: [{ port: 22, protocol: 'tcp' as const, sources: [], maxDuration: 'PT2H' }],
  ways: ['ssh' as const],
})

/** Grants of a console over a provider like Azure: several at once, no way back, sessions that stay. */
function grantsOver(ways: { refuse?: string; fail?: number } = {}) {
  const fake = fakeProvider()
  const asked: GrantRequest[][] = []
  let failing = ways.fail ?? 0
  const provider: Provider = {
    ...fake,
    leavesSessions: true,
    async requestTogether(requests) {
      asked.push([...requests])
      const answers: (Awaited<ReturnType<Provider['request']>> | CallError)[] = []
      for (const request of requests) {
        const answer = await fake.request(request)
        answers.push(
          failing > 0
            ? offline()
            : request.machineId === ways.refuse
              ? new CallError({ tag: 'notAllowed', part: 'permission', allowed: 'initiate' })
              : answer,
        )
      }
      failing--
      return answers
    },
  }
  delete provider.release
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-together-'))
  const clock = fakeClock()
  const providers = createProviders([provider])
  const live = createLiveGrants(
    providers,
    clock,
    quiet,
    () => 0,
    (machineId) => machineId,
  )
  const machines = {
    get: async (machineId: string) => {
      if (machineId === 'desk:gone') throw new CallError({ tag: 'notFound', what: 'machine' })
      return machine(machineId)
    },
    choices: () => ({}),
    choose: () => Promise.resolve(),
  }
  const grants = createGrants({ providers, live, releases: { add: () => Promise.resolve() }, machines, folder, clock, log: quiet })
  onTestFinished(async () => {
    live.close()
    await grants.settled()
    rmSync(folder, { recursive: true, force: true })
  })
  return { ...grants, live, provider, asked, held: fake.held }
}

const click = (machineIds: string[], idempotencyKey: string = randomUUID()) => ({
  idempotencyKey,
  machines: machineIds.map((machineId) => ({ machineId, ports: [22] })),
  durationMs: 60_000,
  reason: 'patch day',
})
const request = (grants: ReturnType<typeof grantsOver>, input: ReturnType<typeof click>) =>
  Promise.resolve(grants.handlers['grants.request'](input))

test('several machines are one request, each with a key of its own, and each has its answer', async () => {
  const grants = grantsOver({ refuse: 'm2' })
  const input = click(['desk:m1', 'desk:m2', 'desk:gone', 'desk:m3'])
  const { results } = await request(grants, input)
  expect(grants.asked.map((all) => all.map(({ machineId, idempotencyKey }) => [machineId, idempotencyKey]))).toEqual([
    ['m1', 'm2', 'm3'].map((id) => [id, keyFor(input.idempotencyKey, `desk:${id}`)]),
  ])
  expect(results.map(({ machineId, result }) => [machineId, result.ok || result.failure.tag])).toEqual([
    ['desk:m1', true],
    ['desk:m2', 'notAllowed'],
    ['desk:gone', 'notFound'],
    ['desk:m3', true],
  ])
})

test('one machine is asked for alone', async () => {
  const grants = grantsOver()
  await request(grants, click(['desk:m1']))
  expect(grants.asked).toEqual([])
  expect(grants.held.size).toBe(1)
})

test('F-47: the same click twice at once is one request', async () => {
  const grants = grantsOver()
  const input = click(['desk:m1', 'desk:m2'])
  const [one, other] = await Promise.all([request(grants, input), request(grants, input)])
  expect(grants.asked).toHaveLength(1)
  expect(other).toEqual(one)
})

test('F-48: answers that were lost are the same requests when they are made again, by whatever click', async () => {
  const grants = grantsOver({ fail: 1 })
  const lost = await request(grants, click(['desk:m1', 'desk:m2']))
  expect(lost.results.every(({ result }) => !result.ok && result.failure.tag === 'offline')).toBe(true)
  const again = await request(grants, click(['desk:m1', 'desk:m2']))
  expect(again.results.every(({ result }) => result.ok)).toBe(true)
  const keys = grants.asked.map((all) => all.map(({ idempotencyKey }) => idempotencyKey))
  expect(keys[1]).toEqual(keys[0])
  expect(grants.held.size).toBe(2)
})

test('a grant says that it cannot be given back, that its end leaves sessions, and whose window a request would replace', async () => {
  const grants = grantsOver()
  const { results } = await request(grants, click(['desk:m1']))
  expect(results[0]?.result).toMatchObject({ ok: true, grant: { noRelease: true, leavesSessions: true } })
  grants.held.set('g9', {
    id: 'g9',
    machineId: 'm1',
    requestedBy: 'kim',
    state: 'open',
    ports: [22],
    source: '192.0.2.4',
    reason: '',
    requestedAt: '2030-01-01T00:00:00.000Z',
    endsAt: '2030-01-01T01:00:00.000Z',
    remainingMs: 60_000,
    endpoints: [],
  })
  await grants.live.refresh()
  const listed = grants.live.list().map(({ requestedBy, ofOthers }) => [requestedBy, ofOthers])
  expect(listed).toContainEqual(['kim', true])
  expect(listed).toContainEqual(['tess', undefined])
  const options = await grants.handlers['grants.options']({ machineIds: ['desk:m1', 'desk:m2'] })
  expect(options.machines.map(({ openFor }) => openFor)).toEqual([
    [{ requestedBy: 'kim', port: 22, source: '192.0.2.4', endsAt: '2030-01-01T01:00:00.000Z' }],
    undefined,
  ])
})

test('giving it back is refused, since there is no way to', async () => {
  const grants = grantsOver()
  const { results } = await request(grants, click(['desk:m1']))
  const grantId = results[0]?.result.ok ? results[0].result.grant.grantId : ''
  await expect(grants.handlers['grants.release']({ grantId })).rejects.toMatchObject({ failure: { tag: 'notAllowed' } })
})
