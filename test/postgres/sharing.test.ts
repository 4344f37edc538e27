import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import { bob, codeOf, echo, ended, openBench, startMachine, tcpRule, through } from '../gateway/gatewayFixture.ts'
import type { Bench, Machine } from '../gateway/gatewayFixture.ts'

let one: Bench
let other: Bench
let machine: Machine

beforeEach(async () => {
  machine = await startMachine()
  one = await openBench()
  other = await openBench({}, one.place)
})

afterEach(async () => {
  await one.close()
  await other.close()
  await machine.close()
})

const read = async (at: Bench, id: string): Promise<Grant> => Grant.parse((await at.ask('GET', `/v1/grants/${id}`)).body)

/** Every gateway has the log; whoever reads it checks it too. */
async function eventsOf(at: Bench, grantId: string): Promise<string[]> {
  const store = await at.openStore()
  expect(await findBreak(store)).toBeUndefined()
  await store.destroy()
  return await at.actions(`&grantId=${grantId}`)
}

test('a grant that one gateway opened is seen at the other, with its endpoint and the time that it has left', async () => {
  const grant = await one.grant(await one.addMachine(machine.port), machine.port)
  const seen = await read(other, grant.id)
  expect(seen).toMatchObject({ state: 'open', endpoints: grant.endpoints, endsAt: grant.endsAt })
  expect(seen.remainingMs).toBeGreaterThan(3_500_000)
  expect(seen.remainingMs).toBeLessThanOrEqual(3_600_000)
  expect(seen.bytes).toBeUndefined()
})

test('what is released at the other gateway is closed, and its connection cut, before that answers', async () => {
  const grant = await one.grant(await one.addMachine(machine.port), machine.port)
  const socket = await through(grant)
  expect(await echo(socket, 'hello')).toBe('hello')
  const cut = ended(socket)
  const { status, body } = await other.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ state: 'closed', closeReason: 'released' })
  expect((await cut).how).toBe('ECONNRESET')
  await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
  expect((await eventsOf(one, grant.id)).filter((event) => event === 'grant.released ok')).toHaveLength(1)
})

test('a window is extended at the other gateway, by the rules of policy, and the gate keeps the new one', async () => {
  const id = await one.addMachine(machine.port, [tcpRule(machine.port, 'PT1H')])
  const grant = await one.grant(id, machine.port, { duration: 'PT3S' })
  expect(codeOf(await other.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT2H' }))).toBe('durationNotAllowed')
  const { status, body } = await other.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT30M' })
  expect(status).toBe(200)
  expect(Date.parse(Grant.parse(body).endsAt ?? '') - Date.parse(grant.endsAt ?? '')).toBe(1_800_000)
  await sleep(3200)
  expect(await echo(await through(grant), 'still')).toBe('still')
  expect(await read(one, grant.id)).toMatchObject({ state: 'open' })
})

test('F-56: a policy that is tightened at one gateway ends what the other one keeps', async () => {
  const id = await one.addMachine(machine.port)
  const grants = [await one.grant(id, machine.port), await other.grant(id, machine.port), await one.grant(id, machine.port)]
  const sockets = await Promise.all(grants.map((grant) => through(grant)))
  const cuts = sockets.map(ended)
  expect((await other.ask('PUT', '/v1/policies', { machineIds: [id], rules: [] })).status).toBe(200)
  for (const grant of grants) expect(await read(one, grant.id)).toMatchObject({ state: 'closed', closeReason: 'policyChanged' })
  await Promise.all(cuts)
})

test('a request that is approved at the other gateway opens there', async () => {
  const id = await one.addMachine(machine.port)
  await one.ask('PUT', '/v1/policies/company', { settings: { approval: 'oneApprover' }, version: 0 })
  const asked = await one.grant(id, machine.port)
  expect(asked.state).toBe('requested')
  const decided = await other.ask('POST', `/v1/grants/${asked.id}/decision`, { decision: 'approve', reason: '' }, { caller: bob })
  expect(decided.body).toMatchObject({ state: 'open' })
  expect(await echo(await through(Grant.parse(decided.body)), 'hello')).toBe('hello')
  await one.ask('POST', `/v1/grants/${asked.id}/release`, { why: 'released' })
  await expect(through(Grant.parse(decided.body))).rejects.toThrow('ECONNREFUSED')
})

test('F-47: one key sent to both gateways at once, a hundred times, is one grant', async () => {
  const id = await one.addMachine(machine.port)
  const key = randomUUID()
  const asked = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : other).request(id, machine.port, { key })),
  )
  const answered = asked.filter(({ status }) => status === 201 || status === 200).map(({ body }) => Grant.parse(body).id)
  expect(answered.length).toBeGreaterThan(0)
  expect(new Set(answered).size).toBe(1)
  for (const { status } of asked) expect([200, 201, 409]).toContain(status)
  expect(asked.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(GrantList.parse((await other.ask('GET', '/v1/grants')).body).grants).toHaveLength(1)
  expect(await one.actions('&topics=grant.opened')).toHaveLength(1)
})

test('a change at one gateway rings at the other', async () => {
  const rung: string[] = []
  other.gateway.onChange((topic) => rung.push(topic))
  await one.addMachine(machine.port)
  await expect.poll(() => rung).toContain('machines')
})

test('a gateway that stops in order leaves its grants to the other at once, at the same endpoints', async () => {
  const grant = await one.grant(await one.addMachine(machine.port), machine.port)
  const socket = await through(grant)
  const cut = ended(socket)
  await one.gateway.close()
  await cut
  await expect.poll(() => through(grant).then((again) => echo(again, 'hello')), { timeout: 5000 }).toBe('hello')
  const after = await read(other, grant.id)
  expect(after).toMatchObject({ state: 'open', endpoints: grant.endpoints, endsAt: grant.endsAt })
  expect(after.connections).toBe(1)
  await other.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })
  await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
})

test('a gateway that others took for dead closes all that it has open, and what it was asked meanwhile changes nothing', async () => {
  const id = await one.addMachine(machine.port)
  const grants = await Promise.all([one.grant(id, machine.port), one.grant(id, machine.port)])
  const sockets = await Promise.all(grants.map((grant) => through(grant)))
  const cuts = Promise.all(sockets.map(ended))
  const store = await one.openStore()
  const [kept] = await store.selectFrom('grants').select('keeper').distinct().execute()
  await sql`delete from gateways where id = ${kept?.keeper}`.execute(store)
  // Whichever of the two is faster: it finds itself out, or is told by the store that it writes for nobody.
  const answer = await one.request(id, machine.port)
  expect([201, 503]).toContain(answer.status)
  await cuts
  await expect.poll(() => other.gateway.isServing() && one.gateway.isServing(), { timeout: 10_000 }).toBe(true)
  for (const grant of grants) {
    await expect.poll(() => through(grant).then((again) => echo(again, 'back')), { timeout: 10_000 }).toBe('back')
    expect(await read(one, grant.id)).toMatchObject({ state: 'open', endpoints: grant.endpoints })
  }
  const keepers = await store.selectFrom('grants').select('keeper').where('closedAt', 'is', null).distinct().execute()
  expect(keepers.map(({ keeper }) => keeper)).not.toContain(kept?.keeper)
  await store.destroy()
  for (const grant of grants) await eventsOf(other, grant.id)
})
