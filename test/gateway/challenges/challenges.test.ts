import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { AgentChallenge, Challenge } from '../../../gateway/contract/challenges.ts'
import { decodeChallenge } from '../../../gateway/contract/challengeCode.ts'
import { displayDigest } from '../../../gateway/contract/displayDigest.ts'
import { fromBase32, toBase32 } from '../../../gateway/contract/base32.ts'
import { codeOf } from '../gatewayFixture.ts'
import { fingerprint, jitAdmin, onePort, openSignInBench, otherThan } from './signInBench.ts'
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

async function seenByAna() {
  await bench.grant(agent.id, onePort, { caller: ana })
  const created = await bench.create(agent)
  return { created, seen: await bench.look(ana, created.id) }
}

const stateOf = async (id: string) => AgentChallenge.parse((await bench.stateFor(agent, id)).body).state

test('APR-2: a technician with an open session approves, the machine learns who and until when, and the history has it', async () => {
  const { created, seen } = await seenByAna()
  expect(decodeChallenge(created.text)).toMatchObject({
    gateway: toBase32((fromBase32(fingerprint.replaceAll('-', '')) ?? Buffer.alloc(0)).subarray(0, 8)),
    challengeId: created.id,
  })
  expect(created).toMatchObject({ userName: 'jit-admin', title: 'Contoso', afterSignOut: 'delete' })
  expect(seen).toMatchObject({
    state: 'pending',
    triesLeft: 3,
    display: { user: 'creates', from: '192.0.2.7', binding: { kind: 'yours' } },
  })
  expect(seen.noApproval).toBeUndefined()
  const waiting = bench.stateFor(agent, created.id, 25)
  const approved = await bench.decide(ana, seen, 'approve', created.number)
  expect([approved.status, approved.body]).toMatchObject([200, { state: 'approved', decidedBy: 'Ana' }])
  const { session, state } = AgentChallenge.parse((await waiting).body)
  expect([state, session]).toMatchObject(['approved', { userName: 'jit-admin', approvedBy: 'Ana' }])
  expect(Date.parse(session?.adminUntil ?? '') - bench.clock.now()).toBeGreaterThan(59 * 60_000)
  expect((await bench.tell(agent, created.id, 'started')).status).toBe(200)
  expect((await bench.tell(agent, created.id, 'ended')).status).toBe(200)
  const { body } = await bench.ask('GET', `/v1/machines/${agent.id}/sign-ins`, undefined, { caller: ana })
  expect(body).toMatchObject({ signIns: [{ id: created.id, state: 'ended', authenticatedBy: 'Ana', from: '192.0.2.7' }] })
  expect(await bench.log()).toEqual(['challenge.created ok', 'challenge.approved ok', 'signIn.started ok', 'signIn.ended ok'])
})

test('APR-5: the log keeps the signature and what was displayed', async () => {
  const { created, seen } = await seenByAna()
  await bench.decide(ana, seen, 'approve', created.number)
  const { body } = await bench.ask('GET', '/v1/audit?topics=challenge.approved')
  const { events } = z
    .object({ events: z.array(z.object({ detail: z.looseObject({ signature: z.string(), display: z.string() }) })) })
    .parse(body)
  const detail = events[0]?.detail
  const claims: unknown = JSON.parse(Buffer.from(detail?.signature.split('.')[1] ?? '', 'base64url').toString())
  expect(claims).toMatchObject({ displayed: displayDigest(seen.display), decision: 'approve', number: created.number })
  expect(JSON.parse(detail?.display ?? '')).toEqual(seen.display)
})

test('F-66: after ten minutes by the gateway’s clock it is expired for everybody, and no number helps', async () => {
  const { created, seen } = await seenByAna()
  bench.clock.moveWall(10 * 60_000)
  expect(await stateOf(created.id)).toBe('expired')
  const late = await bench.decide(ana, seen, 'approve', created.number)
  expect([codeOf(late), late.body]).toMatchObject(['challengeOver', { reason: 'expired' }])
  expect(await bench.look(ana, created.id)).toMatchObject({ state: 'expired', remainingMs: 0 })
  expect((await bench.log()).filter((action) => action === 'challenge.expired ok')).toHaveLength(1)
})

test('F-67: two who approve at once: one does, and the other is told who', async () => {
  const { created, seen } = await seenByAna()
  const ben = await bench.person('Ben', ['requester'])
  await bench.grant(agent.id, onePort, { caller: ben })
  const seenByBen = await bench.look(ben, created.id)
  const both = await Promise.all([
    bench.decide(ana, seen, 'approve', created.number),
    bench.decide(ben, seenByBen, 'approve', created.number),
  ])
  const won = both.findIndex(({ status }) => status === 200)
  expect(both.map(({ status }) => status).filter((status) => status !== 200)).toEqual([409])
  expect(both[1 - won]?.body).toMatchObject({ code: 'challengeOver', reason: 'approved', by: ['Ana', 'Ben'][won] })
})

test('F-67: the very same decision again is answered as the first time, and counts once', async () => {
  const { created, seen } = await seenByAna()
  const iat = Math.floor(bench.clock.now() / 1000)
  const first = await bench.decide(ana, seen, 'approve', created.number, { iat })
  const again = await bench.decide(ana, seen, 'approve', created.number, { iat })
  const another = await bench.decide(ana, seen, 'approve', created.number, { iat: iat + 1 })
  expect([first.status, again.status, codeOf(another)]).toEqual([200, 200, 'challengeOver'])
  expect((await bench.log()).filter((action) => action.startsWith('challenge.approved'))).toHaveLength(1)
})

test('F-68: a code of a machine to which one has no session is refused, and is a mismatch in the log', async () => {
  const other = await bench.agent({ name: 'db-1' })
  await bench.grant(other.id, onePort, { caller: ana })
  const created = await bench.create(agent)
  const seen = await bench.look(ana, created.id)
  expect(seen).toMatchObject({ noApproval: 'noSession', display: { binding: { kind: 'none' } } })
  expect(codeOf(await bench.decide(ana, seen, 'approve', created.number))).toBe('noSession')
  expect(await stateOf(created.id)).toBe('pending')
  expect((await bench.log()).filter((action) => action === 'challenge.mismatch refused')).toHaveLength(2)
})

test('where policy allows it, no session is needed', async () => {
  await bench.policy({ jitAdmin: { ...jitAdmin, withoutSession: 'allow', longest: 'PT10M' } })
  const created = await bench.create(agent)
  const seen = await bench.look(ana, created.id)
  expect(seen.noApproval).toBeUndefined()
  expect((await bench.decide(ana, seen, 'approve', created.number)).status).toBe(200)
  const { session } = AgentChallenge.parse((await bench.stateFor(agent, created.id)).body)
  expect(Date.parse(session?.adminUntil ?? '') - bench.clock.now()).toBeLessThanOrEqual(600_000)
})

test('F-74: what changed since it was displayed is not approved', async () => {
  const { created, seen } = await seenByAna()
  const input = { name: 'web-1', address: '192.0.2.99', os: 'linux', site: 'Berlin', tags: [] }
  expect((await bench.ask('PUT', `/v1/machines/${agent.id}`, input)).status).toBe(200)
  await bench.grant(agent.id, onePort, { caller: ana })
  expect(codeOf(await bench.decide(ana, seen, 'approve', created.number))).toBe('challengeChanged')
  const again = await bench.look(ana, created.id)
  expect(again.display.machine.address).toBe('192.0.2.99')
  expect((await bench.decide(ana, again, 'approve', created.number)).status).toBe(200)
})

test('F-74: a session that ended between looking and approving is none any more', async () => {
  const grant = await bench.grant(agent.id, onePort, { caller: ana })
  const created = await bench.create(agent)
  const seen = await bench.look(ana, created.id)
  await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' }, { caller: ana })
  expect(codeOf(await bench.decide(ana, seen, 'approve', created.number))).toBe('challengeChanged')
  expect(codeOf(await bench.decide(ana, await bench.look(ana, created.id), 'approve', created.number))).toBe('noSession')
})

test('F-77: three wrong numbers burn it, and the right one comes too late', async () => {
  const { created, seen } = await seenByAna()
  for (const left of [2, 1, 0]) {
    const wrong = await bench.decide(ana, seen, 'approve', otherThan(created.number))
    expect([codeOf(wrong), wrong.body]).toMatchObject(['wrongNumber', { triesLeft: left }])
  }
  const right = await bench.decide(ana, seen, 'approve', created.number)
  expect([codeOf(right), right.body]).toMatchObject(['challengeOver', { reason: 'burned', by: 'Ana' }])
  expect(await stateOf(created.id)).toBe('burned')
  expect((await bench.log()).slice(-2)).toEqual(['challenge.burned refused', 'challenge.decisionRefused refused'])
})

test('a decision that another key signed, or that is for another gateway, challenge or time, is none', async () => {
  const { created, seen } = await seenByAna()
  const ben = await bench.person('Ben', ['requester'])
  const iat = Math.floor(bench.clock.now() / 1000)
  const bad = await Promise.all([
    bench.decide({ ...ana, device: ben.device }, seen, 'approve', created.number),
    bench.decide(ana, seen, 'approve', created.number, { gateway: 'ABCD' }),
    bench.decide(ana, seen, 'approve', created.number, { challenge: 'ABCDEFGHIJKLMNOP' }),
    bench.decide(ana, seen, 'approve', created.number, { iat: iat - 62 }),
    bench.decide(ana, seen, 'approve', created.number, { iat: iat + 63 }),
    bench.decide(ana, seen, 'approve'),
    bench.decide(ana, seen, 'deny', created.number),
  ])
  for (const { body } of bad) expect(body).toMatchObject({ code: 'invalidInput', reason: 'badSignature' })
  expect(await stateOf(created.id)).toBe('pending')
})

test('a refusal is always possible: denied, whatever changed meanwhile', async () => {
  const { created, seen } = await seenByAna()
  await bench.policy({ allowed: { people: [] } })
  expect((await bench.decide(ana, seen, 'deny')).status).toBe(200)
  expect(await stateOf(created.id)).toBe('denied')
  const after = Challenge.parse((await bench.ask('GET', `/v1/challenges/${created.id}`, undefined, { caller: ana })).body)
  expect(after).toMatchObject({ state: 'denied', decidedBy: 'Ana' })
})

test('an approval that nobody picks up within two minutes lets nobody in', async () => {
  const { created, seen } = await seenByAna()
  await bench.decide(ana, seen, 'approve', created.number)
  bench.clock.moveWall(2 * 60_000)
  const late = await bench.tell(agent, created.id, 'started')
  expect([codeOf(late), late.body]).toMatchObject(['challengeOver', { reason: 'expired' }])
  expect(await bench.stateFor(agent, created.id)).toMatchObject({ body: { state: 'expired' } })
  expect((await bench.stateFor(agent, created.id)).body).not.toHaveProperty('session')
})

test('what came of it is told once: again is no fault, out of order is refused', async () => {
  const { created, seen } = await seenByAna()
  expect(codeOf(await bench.tell(agent, created.id, 'started'))).toBe('challengeOver')
  await bench.decide(ana, seen, 'approve', created.number)
  expect([(await bench.tell(agent, created.id, 'started')).status, (await bench.tell(agent, created.id, 'started')).status]).toEqual([
    200, 200,
  ])
  expect(codeOf(await bench.tell(agent, created.id, 'cancelled'))).toBe('challengeOver')
  expect((await bench.tell(agent, created.id, 'ended')).status).toBe(200)
  expect(codeOf(await bench.tell(agent, created.id, 'started'))).toBe('challengeOver')
  expect((await bench.log()).filter((action) => action.startsWith('signIn.'))).toEqual(['signIn.started ok', 'signIn.ended ok'])
})

test('after a restart of the gateway a challenge is where it was', async () => {
  const { created, seen } = await seenByAna()
  await bench.decide(ana, seen, 'approve', otherThan(created.number))
  await bench.restart()
  const again = await bench.look(ana, created.id)
  expect(again).toMatchObject({ state: 'pending', triesLeft: 2 })
  expect((await bench.decide(ana, again, 'approve', created.number)).status).toBe(200)
})

test('nobody waits longer than the gateway runs', async () => {
  const { created } = await seenByAna()
  const waiting = bench.stateFor(agent, created.id, 30)
  const orders = bench.ask('PUT', '/v1/agent/report?after=x&waitS=0', {}, { caller: agent.caller })
  expect((await orders).status).toBe(400)
  await bench.gateway.close()
  expect((await waiting).body).toMatchObject({ state: 'pending' })
  await bench.restart()
})
