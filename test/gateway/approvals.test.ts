import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import type { ApprovalRule, Caller } from '../../gateway/api.ts'
import { PolicyDetail } from '../../gateway/contract/policies.ts'
import { codeOf, echo, openBench, startMachine, tcpRule, through } from './gatewayFixture.ts'
import type { Asked, Bench, Machine } from './gatewayFixture.ts'

const person = (technician: string, ...roles: Caller['roles']): Caller => ({ technician, roles, address: '127.0.0.1' })
const rita = person('rita', 'requester')
const anna = person('anna', 'approver')
const otto = person('otto', 'approver')
const admin = person('admin', 'gatewayAdmin')

let bench: Bench
let machine: Machine
let machineId: string

beforeEach(async () => {
  bench = await openBench()
  machine = await startMachine()
  machineId = await bench.addMachine(machine.port)
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

async function rule(approval: ApprovalRule, more: object = {}): Promise<void> {
  const { version } = PolicyDetail.parse((await bench.ask('GET', '/v1/policies/company')).body)
  const { status } = await bench.ask('PUT', '/v1/policies/company', { settings: { approval, ...more }, version })
  expect(status).toBe(200)
}

const request = async (caller = rita) => await bench.grant(machineId, machine.port, { caller })
const read = async (id: string, caller = rita) => Grant.parse((await bench.ask('GET', `/v1/grants/${id}`, undefined, { caller })).body)
const decide = (caller: Caller, id: string, decision: 'approve' | 'deny', reason?: string): Promise<Asked> =>
  bench.ask('POST', `/v1/grants/${id}/decision`, { decision, ...(reason !== undefined && { reason }) }, { caller })
const log = async () => (await bench.actions('&topics=grant')).filter((action) => !action.startsWith('grant.opened'))

test('a request that needs an approver waits; nothing is open until somebody else approves, and the window begins then', async () => {
  await rule('oneApprover')
  const asked = await request()
  expect(asked).toMatchObject({ state: 'requested', endpoints: [], approvals: { needed: 1, given: [] }, decidableByMe: false })
  expect(asked.endsAt).toBeUndefined()
  await sleep(50)
  const approvedAtMs = Date.now()
  const open = Grant.parse((await decide(anna, asked.id, 'approve')).body)
  expect(open).toMatchObject({ state: 'open', approvals: { needed: 1, given: [{ by: 'anna' }] } })
  expect(Date.parse(open.endsAt ?? '')).toBeGreaterThanOrEqual(approvedAtMs + 3600_000)
  expect(await echo(await through(open), 'inside')).toBe('inside')
  expect(await log()).toEqual(['grant.requested ok', 'grant.approved ok'])
})

test('two approvers are two people: the same one twice counts once, and each sees what is theirs to decide', async () => {
  await rule('twoApprovers')
  const { id } = await request()
  expect([(await read(id, anna)).decidableByMe, (await read(id, admin)).decidableByMe, (await read(id)).decidableByMe]).toEqual([
    true,
    true,
    false,
  ])
  expect(Grant.parse((await decide(anna, id, 'approve')).body)).toMatchObject({
    state: 'requested',
    approvals: { needed: 2 },
    decidableByMe: false,
  })
  expect(Grant.parse((await decide(anna, id, 'approve')).body)).toMatchObject({
    state: 'requested',
    approvals: { given: [{ by: 'anna' }] },
  })
  const inbox = await bench.ask('GET', '/v1/grants?state=requested', undefined, { caller: otto })
  expect(GrantList.parse(inbox.body).grants).toMatchObject([{ id, decidableByMe: true }])
  expect(Grant.parse((await decide(otto, id, 'approve')).body)).toMatchObject({
    state: 'open',
    approvals: { given: [{ by: 'anna' }, { by: 'otto' }] },
  })
  expect(GrantList.parse((await bench.ask('GET', '/v1/grants?state=requested')).body).grants).toEqual([])
  expect(await log()).toEqual(['grant.requested ok', 'grant.approvalGiven ok', 'grant.approved ok'])
})

test('F-80: nobody decides on a request of their own, nor without the permission; both are refused and written down', async () => {
  await rule('oneApprover')
  const { id } = await request(admin)
  const own = await decide(admin, id, 'approve')
  expect([own.status, codeOf(own)]).toEqual([403, 'ownRequest'])
  for (const caller of [rita, person('vera', 'viewer'), person('paul', 'policyAdmin')]) {
    const refused = await decide(caller, id, 'approve')
    expect([refused.status, codeOf(refused)], caller.technician).toEqual([403, 'notPermitted'])
  }
  expect((await read(id)).state).toBe('requested')
  expect((await log()).filter((action) => action === 'grant.decisionRefused refused')).toHaveLength(4)
})

test('a denial ends the request with who and why, whatever was approved before', async () => {
  await rule('twoApprovers')
  const { id } = await request()
  await decide(anna, id, 'approve')
  expect(Grant.parse((await decide(otto, id, 'deny', 'not during the night')).body)).toMatchObject({
    state: 'denied',
    denied: { by: 'otto', reason: 'not during the night' },
  })
  const late = await decide(person('lena', 'approver'), id, 'approve')
  expect([late.status, codeOf(late)]).toEqual([409, 'decided'])
  expect((await read(id)).state).toBe('denied')
})

test('who approved first may take it back while it waits', async () => {
  await rule('twoApprovers')
  const { id } = await request()
  await decide(anna, id, 'approve')
  expect(Grant.parse((await decide(anna, id, 'deny')).body)).toMatchObject({ state: 'denied', approvals: { given: [] } })
})

test('of many approvals at once exactly one opens the gate', async () => {
  await rule('oneApprover')
  const { id } = await request()
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => decide(person(`p${index}`, 'approver'), id, 'approve')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect((await bench.actions()).filter((action) => action === 'gate.opened ok')).toHaveLength(1)
})

test('a request that nobody decides on lapses by itself, and cannot be approved any more', async () => {
  await rule('oneApprover', { requestsLapseAfter: 'PT1S' })
  const { id, lapsesAt } = await request()
  expect(Date.parse(lapsesAt ?? '')).toBeLessThanOrEqual(Date.now() + 1000)
  await expect.poll(async () => (await read(id)).state, { timeout: 5000 }).toBe('lapsed')
  expect(codeOf(await decide(anna, id, 'approve'))).toBe('decided')
  expect(await log()).toEqual(['grant.requested ok', 'grant.lapsed ok', 'grant.decisionRefused refused'])
})

test('who asked may cancel; nobody else but an administrator', async () => {
  await rule('oneApprover')
  const { id } = await request()
  const cancel = (caller: Caller) => bench.ask('POST', `/v1/grants/${id}/release`, { why: 'cancelled' }, { caller })
  expect((await cancel(person('rolf', 'requester'))).status).toBe(403)
  expect((await cancel(rita)).body).toMatchObject({ state: 'cancelled' })
  expect(codeOf(await decide(anna, id, 'approve'))).toBe('decided')
})

test('a waiting request outlives a restart of the gateway, and one whose time ran out meanwhile has lapsed', async () => {
  await rule('oneApprover')
  const waiting = await request()
  await rule('oneApprover', { requestsLapseAfter: 'PT1S' })
  const late = await request()
  bench.clock.moveWall(2000)
  await bench.restart()
  expect((await read(late.id)).state).toBe('lapsed')
  expect((await read(waiting.id)).state).toBe('requested')
  expect(Grant.parse((await decide(anna, waiting.id, 'approve')).body).state).toBe('open')
})

test('F-56: a request that policy does not allow any more lapses at once, and says that policy changed', async () => {
  await rule('oneApprover')
  const { id } = await request()
  await bench.ask('PUT', '/v1/policies', { machineIds: [machineId], rules: [tcpRule(80)] })
  expect(await read(id)).toMatchObject({ state: 'lapsed', closeReason: 'policyChanged' })
})

test('a rule that asks for more approvers holds for requests that already wait', async () => {
  await rule('oneApprover')
  const { id } = await request()
  await rule('twoApprovers')
  expect(Grant.parse((await decide(anna, id, 'approve')).body)).toMatchObject({ state: 'requested', approvals: { needed: 2 } })
  expect(Grant.parse((await decide(otto, id, 'approve')).body)).toMatchObject({ state: 'open' })
})

test('a rule that asks for fewer does not open what was asked for under a stricter one', async () => {
  await rule('twoApprovers')
  const { id } = await request()
  await rule('oneApprover')
  expect(Grant.parse((await decide(anna, id, 'approve')).body)).toMatchObject({ state: 'requested' })
})

test('a gate that fails when the last approval is given ends the grant, and the approver is told', async () => {
  await rule('oneApprover')
  const { id } = await request()
  await bench.restart({ relayAddress: '192.0.2.1' })
  expect(codeOf(await decide(anna, id, 'approve'))).toBe('gateFailed')
  expect(await read(id)).toMatchObject({ state: 'closed', closeReason: 'gateFailed' })
})

test('the same request again, with its key, is the one that waits', async () => {
  await rule('oneApprover')
  const key = randomUUID()
  const first = await bench.request(machineId, machine.port, { key, caller: rita })
  const again = await bench.request(machineId, machine.port, { key, caller: rita })
  expect(again.status).toBe(200)
  expect(Grant.parse(again.body).id).toBe(Grant.parse(first.body).id)
})
