import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Machine } from '../../../gateway/api.ts'
import { AgentChallenge, Enrolment } from '../../../gateway/contract/challenges.ts'
import { decodeEnrolment } from '../../../gateway/contract/invitationCode.ts'
import { writeAway } from '../../../gateway/enrolments/reports.ts'
import { codeOf } from '../gatewayFixture.ts'
import { freshKey, openSignInBench, report } from '../challenges/signInBench.ts'
import type { SignInBench } from '../challenges/signInBench.ts'

let bench: SignInBench
beforeEach(async () => void (bench = await openSignInBench()))
afterEach(() => bench.close())

async function codeFor(machineId: string) {
  const { body } = await bench.ask('POST', `/v1/machines/${machineId}/enrolment`)
  const { code, expiresAt } = Enrolment.parse(body)
  return { secret: decodeEnrolment(code)?.secret ?? Buffer.alloc(0), expiresAt }
}
const machine = async (id: string) => Machine.parse((await bench.ask('GET', `/v1/machines/${id}`)).body)

test('GTW-3: a code enrols one key, and answers the same key again', async () => {
  const id = await bench.addMachine(22)
  const { secret, expiresAt } = await codeFor(id)
  expect(Date.parse(expiresAt) - bench.clock.now()).toBeGreaterThan(86_300_000)
  const { jwk } = freshKey()
  const { enrolments } = bench.gateway
  const first = await enrolments.enrol(secret, jwk, report)
  expect(first).toMatchObject({ machineId: id, name: 'm22' })
  expect(await enrolments.enrol(secret, jwk, report)).toEqual(first)
  expect(await enrolments.enrol(secret, freshKey().jwk, report)).toBeUndefined()
  expect(await enrolments.enrol(randomBytes(16), freshKey().jwk, report)).toBeUndefined()
  expect(await enrolments.find(first?.thumbprint ?? '')).toEqual(first)
  expect((await bench.actions()).filter((action) => action.startsWith('machine.enrol'))).toEqual([
    'machine.enrolmentMade ok',
    'machine.enrolled ok',
  ])
})

test('a code is good for a day, and only the last one is', async () => {
  const id = await bench.addMachine(22)
  const { enrolments } = bench.gateway
  const first = await codeFor(id)
  const second = await codeFor(id)
  expect(await enrolments.enrol(first.secret, freshKey().jwk, report)).toBeUndefined()
  bench.clock.moveWall(24 * 3600 * 1000)
  expect(await enrolments.enrol(second.secret, freshKey().jwk, report)).toBeUndefined()
})

test('F-69: a machine that is enrolled again has one key, and the one before is nobody’s', async () => {
  const agent = await bench.agent()
  const again = await bench.enrol(agent.id)
  expect(await bench.gateway.enrolments.find(agent.caller.machine?.thumbprint ?? '')).toBeUndefined()
  expect(await bench.gateway.enrolments.find(again?.machine?.thumbprint ?? '')).toMatchObject({ machineId: agent.id })
})

test('F-69: a revoked key asks for nothing, and what it waited for is over', async () => {
  const agent = await bench.agent()
  const { id } = await bench.create(agent)
  const waiting = bench.stateFor(agent, id, 25)
  expect((await bench.ask('DELETE', `/v1/machines/${agent.id}/agent`)).status).toBe(200)
  expect(AgentChallenge.parse((await waiting).body).state).toBe('cancelled')
  expect(await bench.gateway.enrolments.find(agent.caller.machine?.thumbprint ?? '')).toBeUndefined()
  // One that was on its way when the key was revoked.
  expect(codeOf(await bench.tryCreate(agent))).toBe('unknownCaller')
  expect((await bench.ask('DELETE', `/v1/machines/${agent.id}/agent`)).status).toBe(404)
  expect(await machine(agent.id)).toMatchObject({ facts: { osVersion: 'Debian 13' } })
  expect(await machine(agent.id)).not.toHaveProperty('agent')
})

test('a machine that is removed takes its key and its codes with it', async () => {
  const agent = await bench.agent()
  const { secret } = await codeFor(agent.id)
  await bench.ask('POST', '/v1/machines/remove', { ids: [agent.id] })
  expect(await bench.gateway.enrolments.find(agent.caller.machine?.thumbprint ?? '')).toBeUndefined()
  expect(await bench.gateway.enrolments.enrol(secret, freshKey().jwk, report)).toBeUndefined()
})

test('a machine shows what its agent reports, and keeps it when somebody changes the machine', async () => {
  const agent = await bench.agent()
  expect(await machine(agent.id)).toMatchObject({
    agent: { version: '3.0.0', state: 'reporting' },
    hostKeys: ['ssh-ed25519 AAAA'],
    facts: { agentVersion: '3.0.0', osVersion: 'Debian 13' },
  })
  const input = { name: 'web-2', address: '127.0.0.1', os: 'linux', site: 'Berlin', tags: [], facts: { osVersion: 'old' } }
  expect((await bench.ask('PUT', `/v1/machines/${agent.id}`, input)).body).toMatchObject({ facts: { osVersion: 'Debian 13' } })
  const { body } = await bench.ask('GET', '/v1/machines')
  expect(body).toMatchObject({ machines: [{ agent: { version: '3.0.0' }, hostKeys: ['ssh-ed25519 AAAA'] }] })
})

test('INV-2: what an agent finds out makes a machine unsupported, and it asks for no sign-in', async () => {
  const agent = await bench.agent()
  const tell = (more: object) => bench.ask('PUT', '/v1/agent/report', { ...report, ...more }, { caller: agent.caller })
  expect((await tell({ facts: { domainController: true } })).body).toMatchObject({ jitAdmin: { enabled: false } })
  expect(await machine(agent.id)).toMatchObject({ unsupportedReason: 'domainController' })
  expect([codeOf(await bench.tryCreate(agent)), (await tell({ facts: { domainController: false } })).status]).toEqual(['unsupported', 200])
  expect((await bench.tryCreate(agent)).status).toBe(201)
  await tell({ agentVersion: '2.7.9' })
  expect(await machine(agent.id)).toMatchObject({ unsupportedReason: 'agentTooOld' })
})

test('an agent that is too old, or on a machine that cannot have it, is not enrolled', async () => {
  const id = await bench.addMachine(22)
  const { secret } = await codeFor(id)
  const { enrolments } = bench.gateway
  const old = enrolments.enrol(secret, freshKey().jwk, { ...report, agentVersion: '2.7' })
  await expect(old).rejects.toMatchObject({ problem: { code: 'unsupported', reason: 'agentTooOld' } })
  const multi = enrolments.enrol(secret, freshKey().jwk, { ...report, facts: { multiSession: true } })
  await expect(multi).rejects.toMatchObject({ problem: { code: 'unsupported', reason: 'multiSession' } })
  expect(await enrolments.enrol(secret, freshKey().jwk, report)).toBeDefined()
})

test('APR-8: an agent that switched itself off is seen, and is an event once', async () => {
  const agent = await bench.agent()
  for (const selfDisabled of [true, true, false])
    await bench.ask('PUT', '/v1/agent/report', { ...report, selfDisabled }, { caller: agent.caller })
  expect((await bench.actions()).filter((action) => action === 'machine.agentDisabled failed')).toHaveLength(1)
  expect(await machine(agent.id)).toMatchObject({ agent: { state: 'reporting' } })
})

test('an agent that is not heard of for minutes is away, for who reads on from a cursor too', async () => {
  const agent = await bench.agent()
  const { body } = await bench.ask('GET', '/v1/machines')
  const cursor = typeof body === 'object' && body !== null && 'cursor' in body ? String(body.cursor) : ''
  bench.clock.moveWall(150_001)
  expect(await machine(agent.id)).toMatchObject({ agent: { state: 'away' } })
  await bench.gateway.close()
  const store = await bench.openStore()
  expect(await writeAway(store, bench.clock.now())).toBe(1)
  expect(await writeAway(store, bench.clock.now())).toBe(0)
  await store.destroy()
  await bench.restart()
  expect((await bench.ask('GET', `/v1/machines?cursor=${cursor}`)).body).toMatchObject({
    machines: [{ id: agent.id, agent: { state: 'away' } }],
  })
})

test('nobody enrols at a gateway that nobody can reach', async () => {
  const { openBench } = await import('../gatewayFixture.ts')
  const desk = await openBench()
  const id = await desk.addMachine(22)
  expect(codeOf(await desk.ask('POST', `/v1/machines/${id}/enrolment`))).toBe('unsupported')
  await desk.close()
})
