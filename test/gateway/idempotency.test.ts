/** One key, one effect (F-47 to F-50): what the answer is, and what was done, however often and however close together a request comes. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant } from '../../gateway/api.ts'
import { PolicyDetail } from '../../gateway/contract/policies.ts'
import type { Gate, GateOrder } from '../../gateway/gates/gate.ts'
import { alice, bob, codeOf, openBench, tcpRule } from './gatewayFixture.ts'
import type { Bench } from './gatewayFixture.ts'

/** Stands before the gate: what was opened and closed, and what the test wants of it. */
interface Watched {
  opened: string[]
  closed: string[]
  /** Held until this settles. */
  until: Promise<void>
  fails: boolean
  /** Whether it can be made ready, or has to be asked. */
  isReady: boolean
}

let bench: Bench
let machineId: string
let watched: Watched

async function noted<Answer>(order: GateOrder, ask: () => Promise<Answer>): Promise<Answer> {
  await watched.until
  if (watched.fails) throw Object.assign(new Error('full'), { code: 'EMFILE' })
  watched.opened.push(order.grantId)
  return await ask()
}

function through(gate: Gate): Gate {
  return {
    ...gate,
    open: (order) => noted(order, () => gate.open(order)),
    prepare: async (order) => {
      if (!watched.isReady || watched.fails) return undefined
      return await noted(order, async () => await gate.prepare?.(order))
    },
    close: async (id) => {
      watched.closed.push(id)
      await gate.close(id)
    },
  }
}

beforeEach(async () => {
  watched = { opened: [], closed: [], until: Promise.resolve(), fails: false, isReady: true }
  bench = await openBench({ throughGate: through })
  machineId = await bench.addMachine(22, [tcpRule(22), tcpRule(80)])
})

afterEach(async () => {
  await bench.close()
})

const grantIn = (body: unknown) => Grant.parse(body)
const ask = (key: string, body: object, caller = alice) =>
  bench.ask(
    'POST',
    '/v1/grants',
    { machineId, ports: [22], duration: 'PT1H', reason: '', ...body },
    { caller, headers: { 'idempotency-key': key } },
  )

test.each([true, false])(
  'the same request again is the same grant and nothing is opened twice (a gate that can be made ready: %s)',
  async (isReady) => {
    watched.isReady = isReady
    const key = randomUUID()
    const first = await ask(key, {})
    const again = await ask(key, {})
    expect([first.status, again.status]).toEqual([201, 200])
    expect(grantIn(again.body)).toMatchObject({ id: grantIn(first.body).id, state: 'open', endpoints: grantIn(first.body).endpoints })
    expect(watched.opened).toEqual([grantIn(first.body).id])
    expect(await bench.actions('&topics=grant')).toEqual(['grant.requested ok', 'grant.approved ok', 'grant.opened ok'])
  },
)

test('another key is another grant, and so is the same key of somebody else', async () => {
  const key = randomUUID()
  const answers = [await ask(key, {}), await ask(randomUUID(), {}), await ask(key, {}, bob)]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(answers.map(({ body }) => grantIn(body).id)).size).toBe(3)
})

test('the order in which a request names things does not matter, what it asks for does', async () => {
  const key = randomUUID()
  const headers = { 'idempotency-key': key }
  const first = await ask(key, {})
  const turned = await bench.ask('POST', '/v1/grants', { reason: '', duration: 'PT1H', ports: [22], machineId }, { headers })
  expect([turned.status, grantIn(turned.body).id]).toEqual([200, grantIn(first.body).id])
  for (const other of [{ ports: [80] }, { duration: 'PT2H' }, { reason: 'other' }, { source: '127.0.0.1' }]) {
    const asked = await ask(key, other)
    expect([asked.status, codeOf(asked)], JSON.stringify(other)).toEqual([422, 'keyReused'])
  }
  expect(watched.opened).toHaveLength(1)
})

test('F-50: while a request is worked on, the same one is told to wait and another one with its key is refused; of somebody else it is not held up', async () => {
  watched.isReady = false
  const held = Promise.withResolvers<void>()
  watched.until = held.promise
  const key = randomUUID()
  const first = ask(key, {})
  await expect.poll(() => ask(key, {}).then(codeOf)).toBe('inProgress')
  expect(codeOf(await ask(key, { ports: [80] }))).toBe('keyReused')
  const others = ask(key, {}, bob)
  held.resolve()
  expect([(await first).status, (await others).status]).toEqual([201, 201])
  expect((await ask(key, {})).status).toBe(200)
})

test('a key whose grant has ended answers with how it ended, and opens nothing', async () => {
  const key = randomUUID()
  const { id } = grantIn((await ask(key, {})).body)
  await bench.ask('POST', `/v1/grants/${id}/release`, { why: 'released' })
  expect(await ask(key, {})).toMatchObject({ status: 200, body: { id, state: 'closed', closeReason: 'released' } })
  expect(watched.opened).toEqual([id])
})

test('a request that was refused left nothing: its key asks again', async () => {
  const key = randomUUID()
  expect(codeOf(await ask(key, { ports: [443] }))).toBe('portNotAllowed')
  expect(codeOf(await ask(key, { ports: [443] }))).toBe('portNotAllowed')
  expect((await ask(key, {})).status).toBe(201)
})

test('a gate that failed is told again for the same key, also when it would open now, and another key may try', async () => {
  watched.fails = true
  const key = randomUUID()
  expect(codeOf(await ask(key, {}))).toBe('gateFailed')
  watched.fails = false
  expect(codeOf(await ask(key, {}))).toBe('gateFailed')
  expect(watched.opened).toEqual([])
  expect((await ask(randomUUID(), {})).status).toBe(201)
})

test('a request that waits is answered as it waits, opens nothing, and lapses by itself', async () => {
  const { version } = PolicyDetail.parse((await bench.ask('GET', '/v1/policies/company')).body)
  const settings = { approval: 'oneApprover', requestsLapseAfter: 'PT1S' }
  await bench.ask('PUT', '/v1/policies/company', { settings, version })
  const key = randomUUID()
  const first = await ask(key, {})
  const again = await ask(key, {})
  expect([first.status, again.status]).toEqual([201, 200])
  expect(grantIn(again.body)).toMatchObject({ id: grantIn(first.body).id, state: 'requested' })
  await expect.poll(async () => grantIn((await ask(key, {})).body).state, { timeout: 10_000 }).toBe('lapsed')
  expect(watched.opened).toEqual([])
})

test.each([true, false])(
  'the window of a grant ends by itself, whoever asks again (a gate that can be made ready: %s)',
  async (isReady) => {
    watched.isReady = isReady
    const key = randomUUID()
    const { id } = grantIn((await ask(key, { duration: 'PT1S' })).body)
    await expect.poll(async () => grantIn((await ask(key, { duration: 'PT1S' })).body).state, { timeout: 10_000 }).toBe('closed')
    expect(grantIn((await ask(key, { duration: 'PT1S' })).body)).toMatchObject({ id, closeReason: 'expired' })
    expect(watched.closed).toContain(id)
  },
)
