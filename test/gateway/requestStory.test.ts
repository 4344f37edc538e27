/** What the log tells of a request that waits for approvers: each word once, with who, where and why. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AuditEvents, Grant } from '../../gateway/api.ts'
import type { ApprovalRule, AuditEvent, Caller } from '../../gateway/api.ts'
import { PolicyDetail } from '../../gateway/contract/policies.ts'
import { codeOf, openBench, startMachine, tcpRule } from './gatewayFixture.ts'
import type { Asked, Bench, Machine } from './gatewayFixture.ts'

const person = (technician: string, ...roles: Caller['roles']): Caller => ({ technician, roles, address: '127.0.0.1' })
const rita = person('rita', 'requester')
const anna = person('anna', 'approver')
const otto = person('otto', 'approver')

let bench: Bench
let machine: Machine
let machineId: string

beforeEach(async () => {
  bench = await openBench()
  machine = await startMachine()
  machineId = await bench.addMachine(machine.port, undefined, { name: 'web-1', site: 'Contoso' })
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

async function rule(approval: ApprovalRule, more: object = {}): Promise<void> {
  const { version } = PolicyDetail.parse((await bench.ask('GET', '/v1/policies/company')).body)
  expect((await bench.ask('PUT', '/v1/policies/company', { settings: { approval, ...more }, version })).status).toBe(200)
}

const request = async () => (await bench.grant(machineId, machine.port, { caller: rita })).id
const decide = (caller: Caller, id: string, decision: 'approve' | 'deny', reason?: string): Promise<Asked> =>
  bench.ask('POST', `/v1/grants/${id}/decision`, { decision, ...(reason !== undefined && { reason }) }, { caller })

/** The events of one request after it was made, oldest first. */
async function story(id: string): Promise<Pick<AuditEvent, 'action' | 'actor' | 'outcome' | 'detail'>[]> {
  const { events } = AuditEvents.parse((await bench.ask('GET', `/v1/audit?limit=100&grantId=${id}`)).body)
  const told = events.filter(({ action }) => action.startsWith('grant.') && action !== 'grant.requested').toReversed()
  for (const event of told) expect(event).toMatchObject({ machineId, machineName: 'web-1', site: 'Contoso', grantId: id })
  return told.map(({ action, actor, outcome, detail }) => ({ action, actor, outcome, detail }))
}

test('approvals say how many there are and how many it takes, and the last one that it was the last', async () => {
  await rule('twoApprovers')
  const id = await request()
  await decide(anna, id, 'approve')
  await decide(otto, id, 'approve')
  expect((await story(id)).slice(0, 2)).toEqual([
    { action: 'grant.approvalGiven', actor: 'anna', outcome: 'ok', detail: { given: 1, needed: 2 } },
    { action: 'grant.approved', actor: 'otto', outcome: 'ok', detail: { given: 2, needed: 2 } },
  ])
})

test('a denial says why, and what is decided later is refused with what it was', async () => {
  await rule('oneApprover')
  const id = await request()
  await decide(anna, id, 'deny', 'not during the night')
  await decide(otto, id, 'approve')
  expect(await story(id)).toEqual([
    { action: 'grant.denied', actor: 'anna', outcome: 'ok', detail: { reason: 'not during the night' } },
    { action: 'grant.decisionRefused', actor: 'otto', outcome: 'refused', detail: { decision: 'approve', code: 'decided' } },
  ])
})

test('the same word again is answered and not written twice, even when the request is over', async () => {
  await rule('oneApprover')
  const id = await request()
  const first = await decide(anna, id, 'deny', 'no')
  const again = await decide(anna, id, 'deny', 'still no')
  expect(again.status).toBe(200)
  expect(Grant.parse(again.body)).toEqual(Grant.parse(first.body))
  expect(await story(id)).toHaveLength(1)
})

test('F-80: a refusal names its reason: one’s own request, no permission', async () => {
  await rule('oneApprover')
  const id = await request()
  await decide(rita, id, 'approve')
  await decide(person('vera', 'viewer'), id, 'deny')
  expect(await story(id)).toEqual([
    { action: 'grant.decisionRefused', actor: 'rita', outcome: 'refused', detail: { decision: 'approve', code: 'ownRequest' } },
    { action: 'grant.decisionRefused', actor: 'vera', outcome: 'refused', detail: { decision: 'deny', code: 'notPermitted' } },
  ])
})

test('a request that is not there cannot be decided on', async () => {
  const asked = await decide(anna, 'nobody', 'approve')
  expect([asked.status, codeOf(asked)]).toEqual([404, 'notFound'])
  expect(asked.body).toMatchObject({ field: 'grantId' })
})

test('what is over says what it was to who decides too late: denied, cancelled, lapsed', async () => {
  await rule('oneApprover')
  const denied = await request()
  await decide(anna, denied, 'deny')
  expect((await decide(otto, denied, 'approve')).body).toMatchObject({ code: 'decided', reason: 'denied' })
  const cancelled = await request()
  await bench.ask('POST', `/v1/grants/${cancelled}/release`, { why: 'cancelled' }, { caller: rita })
  expect((await decide(otto, cancelled, 'approve')).body).toMatchObject({ code: 'decided', reason: 'cancelled' })
  expect(await story(cancelled)).toEqual([
    { action: 'grant.cancelled', actor: 'rita', outcome: 'ok', detail: {} },
    { action: 'grant.decisionRefused', actor: 'otto', outcome: 'refused', detail: { decision: 'approve', code: 'decided' } },
  ])
  await rule('oneApprover', { requestsLapseAfter: 'PT1H' })
  const late = await request()
  bench.clock.moveWall(3_600_000)
  expect((await decide(otto, late, 'approve')).body).toMatchObject({ code: 'decided', reason: 'lapsed' })
})

test('a request that lapses is the gateway’s doing, with the reason where it is not time', async () => {
  await rule('oneApprover')
  const id = await request()
  await bench.ask('PUT', '/v1/policies', { machineIds: [machineId], rules: [tcpRule(80)] })
  expect(await story(id)).toEqual([{ action: 'grant.lapsed', actor: 'gateway', outcome: 'ok', detail: { reason: 'policyChanged' } }])
})

test('a request whose machine is removed lapses and says so', async () => {
  await rule('oneApprover')
  const id = await request()
  await bench.ask('POST', '/v1/machines/remove', { ids: [machineId] })
  expect((await bench.ask('GET', `/v1/grants/${id}`)).body).toMatchObject({ state: 'lapsed', closeReason: 'machineRemoved' })
})

test('an approval that a stricter rule made too few is counted by that rule from then on', async () => {
  await rule('oneApprover')
  const id = await request()
  await rule('twoApprovers')
  await decide(anna, id, 'approve')
  await rule('automatic')
  // Two were asked for while it waited, and so it stays.
  const read = Grant.parse((await bench.ask('GET', `/v1/grants/${id}`)).body)
  expect(read).toMatchObject({ state: 'requested', approvals: { needed: 2, given: [{ by: 'anna' }] } })
})

test('the window begins with the last approval and is as long as it was asked for', async () => {
  await rule('oneApprover')
  const id = await request()
  bench.clock.moveWall(600_000)
  const beforeMs = bench.clock.now()
  const open = Grant.parse((await decide(anna, id, 'approve')).body)
  const endsAtMs = Date.parse(open.endsAt ?? '')
  expect(endsAtMs).toBeGreaterThanOrEqual(beforeMs + 3_600_000)
  expect(endsAtMs).toBeLessThanOrEqual(bench.clock.now() + 3_600_000)
})
