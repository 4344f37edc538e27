import { afterEach, beforeEach, expect, test } from 'vitest'
import { AgentChallenge, AgentOrders } from '../../../gateway/contract/challenges.ts'
import { toBase32 } from '../../../gateway/contract/base32.ts'
import { codeOf } from '../gatewayFixture.ts'
import { jitAdmin, onePort, openSignInBench, otherThan, report } from './signInBench.ts'
import type { Agent, Person, SignInBench } from './signInBench.ts'

let bench: SignInBench
let ana: Person
let agent: Agent

beforeEach(async () => {
  bench = await openSignInBench()
  ana = await bench.person('Ana', ['requester'])
  agent = await bench.agent()
})
afterEach(() => bench.close())

const stateOf = async (id: string, at = agent) => AgentChallenge.parse((await bench.stateFor(at, id)).body).state
const orders = async (after = '', waitS = 0) =>
  AgentOrders.parse((await bench.ask('PUT', `/v1/agent/report?after=${after}&waitS=${waitS}`, report, { caller: agent.caller })).body)

async function approved() {
  const created = await bench.create(agent)
  expect((await bench.decide(ana, await bench.look(ana, created.id), 'approve', created.number)).status).toBe(200)
  return created
}

test('F-75: of 500 challenges three wait, and the log is not flooded', async () => {
  const asked = await Promise.all(Array.from({ length: 500 }, () => bench.tryCreate(agent)))
  expect(asked.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(new Set(asked.filter(({ status }) => status !== 201).map(codeOf))).toEqual(new Set(['tooMany']))
  expect(await bench.log()).toEqual([...Array.from({ length: 3 }, () => 'challenge.created ok'), 'challenge.refused refused'])
  bench.clock.moveWall(10 * 60_000)
  expect((await bench.tryCreate(agent)).status).toBe(201)
})

test('F-75: who hangs up and asks again and again is stopped', async () => {
  for (let count = 0; count < 30; count++) await bench.tell(agent, (await bench.create(agent)).id, 'cancelled')
  expect(codeOf(await bench.tryCreate(agent))).toBe('tooMany')
  expect((await bench.tryCreate(await bench.agent({ name: 'db-1' }))).status).toBe(201)
})

test('F-75: a technician approves five in ten minutes, and may deny as many as there are', async () => {
  await bench.grant(agent.id, onePort, { caller: ana })
  for (let count = 0; count < 5; count++) await approved()
  const sixth = await bench.create(agent)
  const seen = await bench.look(ana, sixth.id)
  expect(seen.noApproval).toBe('tooMany')
  expect(codeOf(await bench.decide(ana, seen, 'approve', sixth.number))).toBe('tooMany')
  expect((await bench.decide(ana, seen, 'deny')).status).toBe(200)
  bench.clock.moveWall(10 * 60_000)
  await approved()
})

test('F-77: burned challenges count as well, so that numbers cannot be guessed at one machine after the other', async () => {
  const agents = [
    agent,
    await bench.agent({ name: 'b' }),
    await bench.agent({ name: 'c' }),
    await bench.agent({ name: 'd' }),
    await bench.agent({ name: 'e' }),
  ]
  for (const one of agents) {
    await bench.grant(one.id, onePort, { caller: ana })
    const created = await bench.create(one)
    const seen = await bench.look(ana, created.id)
    for (let wrong = 0; wrong < 3; wrong++) await bench.decide(ana, seen, 'approve', otherThan(created.number))
  }
  const next = await bench.create(agent)
  expect(codeOf(await bench.decide(ana, await bench.look(ana, next.id), 'approve', next.number))).toBe('tooMany')
})

test('short codes are not to be guessed: after ten that are not there nothing is answered for a while', async () => {
  const created = await bench.create(agent)
  const ask = (challengeId: string, nonce?: string) =>
    bench.ask('POST', '/v1/challenges/lookup', { challengeId, ...(nonce !== undefined && { nonce }) }, { caller: ana })
  expect((await ask(created.id, 'A'.repeat(26))).status).toBe(404)
  for (let count = 1; count < 10; count++) expect((await ask(toBase32(Buffer.alloc(10, count)))).status).toBe(404)
  expect((await ask(created.id)).status).toBe(429)
  expect((await bench.ask('GET', `/v1/challenges/${created.id}`, undefined, { caller: ana })).status).toBe(429)
  bench.clock.moveWall(10 * 60_000)
  expect((await ask(created.id)).status).toBe(200)
})

test('F-80: where requests need an approver, who has the session asks a colleague, and the colleague has to be an approver', async () => {
  const ben = await bench.person('Ben', ['approver'])
  const cleo = await bench.person('Cleo', ['requester', 'policyAdmin'])
  await bench.policy({ approval: 'oneApprover' })
  const asked = await bench.request(agent.id, onePort, { caller: ana })
  const grantId = typeof asked.body === 'object' && asked.body !== null && 'id' in asked.body ? String(asked.body.id) : ''
  await bench.ask('POST', `/v1/grants/${grantId}/decision`, { decision: 'approve' }, { caller: ben })
  const created = await bench.create(agent)
  const [byAna, byBen, byCleo] = [await bench.look(ana, created.id), await bench.look(ben, created.id), await bench.look(cleo, created.id)]
  expect(byAna).toMatchObject({ noApproval: 'fourEyes', display: { binding: { kind: 'yours' } } })
  expect(byBen.noApproval).toBeUndefined()
  expect(byBen.display.binding).toEqual({ kind: 'colleague', grantId, by: 'Ana' })
  expect(byCleo.noApproval).toBe('notAllowed')
  expect(codeOf(await bench.decide(ana, byAna, 'approve', created.number))).toBe('ownRequest')
  expect(codeOf(await bench.decide(cleo, byCleo, 'approve', created.number))).toBe('notPermitted')
  expect((await bench.decide(ben, byBen, 'approve', created.number)).status).toBe(200)
})

test('F-80: whom policy does not name approves nothing, and who may only look refuses nothing', async () => {
  const viv = await bench.person('Viv', ['viewer'])
  await bench.grant(agent.id, onePort, { caller: ana })
  const created = await bench.create(agent)
  await bench.policy({ allowed: { roles: ['gatewayAdmin'] } })
  // The policy that would not let Ana ask has ended her session too.
  expect((await bench.look(ana, created.id)).noApproval).toBe('notAllowed')
  expect(codeOf(await bench.decide(ana, await bench.look(ana, created.id), 'approve', created.number))).toBe('notPermitted')
  const seen = await bench.look(viv, created.id)
  expect([codeOf(await bench.decide(viv, seen, 'deny')), codeOf(await bench.decide(viv, seen, 'report'))]).toEqual([
    'notPermitted',
    'notPermitted',
  ])
  expect(await stateOf(created.id)).toBe('pending')
})

test('F-115: a machine sees and touches its own challenges only', async () => {
  const other = await bench.agent({ name: 'db-1' })
  const created = await bench.create(agent)
  expect((await bench.stateFor(other, created.id)).status).toBe(404)
  for (const event of ['started', 'ended', 'failed', 'cancelled']) expect((await bench.tell(other, created.id, event)).status).toBe(404)
  expect(await stateOf(created.id)).toBe('pending')
})

test('a report ends what was let in within the last hour, is loud, and works after an approval', async () => {
  const grant = await bench.grant(agent.id, onePort, { caller: ana })
  const running = await approved()
  await bench.tell(agent, running.id, 'started')
  const picked = await approved()
  const { version } = await orders()
  const waiting = orders(version, 25)
  const seen = await bench.look(ana, running.id)
  const reported = await bench.decide(ana, seen, 'report')
  expect([reported.status, reported.body]).toMatchObject([200, { state: 'started', decidedBy: 'Ana' }])
  expect((await waiting).end).toEqual([running.id])
  expect(await stateOf(picked.id)).toBe('cancelled')
  expect((await bench.ask('GET', `/v1/grants/${grant.id}`)).body).toMatchObject({ state: 'closed', closeReason: 'revoked' })
  expect(await bench.log()).toEqual(expect.arrayContaining(['challenge.reported failed', 'signIn.endOrdered ok', 'challenge.cancelled ok']))
  await bench.tell(agent, running.id, 'ended')
  expect((await orders()).end).toEqual([])
})

test('a report while it is pending denies it', async () => {
  await bench.grant(agent.id, onePort, { caller: ana })
  const created = await bench.create(agent)
  expect((await bench.decide(ana, await bench.look(ana, created.id), 'report')).body).toMatchObject({ state: 'denied' })
  expect(await bench.log()).toEqual(['challenge.created ok', 'challenge.reported failed'])
})

test('a technician who is disabled leaves nothing behind: sign-ins that they approved are ended', async () => {
  await bench.grant(agent.id, onePort, { caller: ana })
  const running = await approved()
  await bench.tell(agent, running.id, 'started')
  const picked = await approved()
  const { version } = await orders()
  const waiting = orders(version, 25)
  expect((await bench.ask('PUT', `/v1/people/${ana.person?.id ?? ''}`, { disabled: true })).status).not.toBe(200)
  await bench.person('Ada', ['gatewayAdmin'])
  expect((await bench.ask('PUT', `/v1/people/${ana.person?.id ?? ''}`, { disabled: true })).status).toBe(200)
  expect((await waiting).end).toEqual([running.id])
  expect(await stateOf(picked.id)).toBe('cancelled')
})

test('POL-4: a policy that is switched off cancels what waits and ends what runs, and asks for nothing new', async () => {
  await bench.grant(agent.id, onePort, { caller: ana })
  const running = await approved()
  await bench.tell(agent, running.id, 'started')
  const pending = await bench.create(agent)
  const { version, jitAdmin: before } = await orders()
  expect(before.enabled).toBe(true)
  const waiting = orders(version, 25)
  const screen = bench.stateFor(agent, pending.id, 25)
  await bench.policy({ jitAdmin: { ...jitAdmin, enabled: false } })
  expect(await waiting).toMatchObject({ jitAdmin: { enabled: false } })
  expect((await screen).body).toMatchObject({ state: 'cancelled' })
  expect((await orders()).end).toEqual([running.id])
  expect(codeOf(await bench.tryCreate(agent))).toBe('jitOff')
})

test('a policy of another user cancels what promised the old one', async () => {
  const pending = await bench.create(agent)
  await bench.policy({ jitAdmin: { ...jitAdmin, userName: 'helpdesk' } })
  expect(await stateOf(pending.id)).toBe('cancelled')
  expect(await bench.create(agent)).toMatchObject({ userName: 'helpdesk' })
})
