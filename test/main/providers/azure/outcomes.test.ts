/** What becomes of one request when Azure misbehaves, by a clock that the test moves: nobody waits for it. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeAzure } from '../../../fakes/azure/azure.ts'
import type { Fault } from '../../../fakes/azure/faults.ts'
import { fakeClock } from '../../../fakes/fakeClock.ts'
import { until } from './azureWorld.ts'
import { openDirect } from './direct.ts'
import { machinesOf } from './machinesOf.ts'

async function direct(privateIp = '') {
  const folder = mkdtempSync(join(tmpdir(), 'azure-'))
  const clock = fakeClock()
  const fake = createFakeAzure({ now: () => clock.now() })
  fake.world.addPolicy([fake.world.addVm({ name: 'web-1', privateIp }).id])
  const sleep = async (ms: number) => clock.pass(ms)
  const provider = openDirect({ fake, folder, clock, sleep })
  onTestFinished(async () => {
    await provider.close()
    fake.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const [machine] = await machinesOf(provider)
  const request = { idempotencyKey: randomUUID(), machineId: machine?.id ?? '', ports: [22], durationMs: 3600_000, reason: 'ticket 7' }
  return { fake, clock, provider, request }
}

const effects: [string, Fault, string | undefined][] = [
  ['an answer that is lost after the effect', { kind: 'lost', hasEffect: true }, undefined],
  ['a 500 after the effect', { kind: 'broken', hasEffect: true }, undefined],
  ['half of an answer', { kind: 'cut' }, undefined],
  ['ids of another subscription', { kind: 'otherSubscription' }, undefined],
  ['a status that is in no contract', { kind: 'unknownEnum' }, undefined],
  ['a claims challenge', { kind: 'claims' }, undefined],
  ['a token that is not taken', { kind: 'unauthorized' }, undefined],
  ['a policy that is not there yet', { kind: 'notFound' }, undefined],
  ['a policy that is being worked on', { kind: 'conflict' }, undefined],
  ['a wish to be left alone', { kind: 'throttle', retryAfterS: 20 }, undefined],
  ['a missing role', { kind: 'forbidden' }, 'notAllowed'],
  ['a 500 without an effect', { kind: 'broken', hasEffect: false }, 'badAnswer'],
  ['a connection that ends before', { kind: 'lost', hasEffect: false }, 'offline'],
]

test.each(effects)('F-48: %s: one request at most, and the right words', async (_, fault, tag) => {
  const { fake, provider, request } = await direct()
  fake.faults.next({ path: /\/initiate$/ }, fault)
  const answer = await provider.request(request).catch((error: unknown) => error)
  if (tag === undefined) expect(answer).toMatchObject({ machineId: request.machineId, state: 'opening' })
  else expect(answer).toMatchObject({ failure: { tag } })
  expect(fake.initiations).toHaveLength(tag === undefined ? 1 : 0)
  // The same click once more.
  const again = await provider.request(request).catch((error: unknown) => error)
  if (tag === 'badAnswer' || tag === 'offline') expect(again).toMatchObject({ failure: { tag: 'inProgress' } })
  expect(fake.initiations.length).toBeLessThanOrEqual(1)
  expect(fake.violations).toEqual([])
})

test('a request that Azure keeps refusing to hear is given up in words', async () => {
  const { fake, provider, request } = await direct()
  fake.faults.next({ path: /\/initiate$/ }, { kind: 'throttle', retryAfterS: 50 }, 10)
  await expect(provider.request(request)).rejects.toMatchObject({ failure: { tag: 'offline', why: 'busy' } })
  expect(fake.initiations).toEqual([])
})

test('a request that is asked for anew after its fault has passed is made', async () => {
  const { fake, clock, provider, request } = await direct()
  fake.faults.next({ path: /\/initiate$/ }, { kind: 'broken', hasEffect: false })
  await expect(provider.request(request)).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
  clock.pass(20_000)
  expect(await provider.request(request)).toMatchObject({ state: 'opening' })
  expect(fake.initiations).toHaveLength(1)
})

test('a window that Azure opens and nothing gets through is open with a doubt', async () => {
  const { clock, provider, request } = await direct('127.77.0.99')
  const { id } = await provider.request({ ...request, ports: [3389] })
  expect(await provider.grant(id)).toMatchObject({ state: 'opening' })
  clock.pass(10_000)
  expect(await provider.grant(id)).toMatchObject({ state: 'opening' })
  clock.pass(15_000)
  const grant = await until(async () => {
    const now = await provider.grant(id)
    return now.state === 'open' ? now : undefined
  })
  expect(grant.sourceDoubt).toBe('notReached')
})

test('a window for another place is open when Azure says so, since nothing can be tried from here', async () => {
  const { provider, request } = await direct('127.77.0.99')
  await provider.request(request)
  const other = await provider.request({ ...request, idempotencyKey: randomUUID(), ports: [3389], source: '192.0.2.7' })
  const grant = await until(async () => {
    const now = await provider.grant(other.id)
    return now.state === 'open' ? now : undefined
  })
  expect(grant.sourceDoubt).toBeUndefined()
  expect(grant.source).toBe('192.0.2.7')
})
