/** What a change of policy does, told before it is made. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, MachinesAdded } from '../../../gateway/api.ts'
import type { Caller } from '../../../gateway/api.ts'
import { PolicyDetail, PolicyImpact } from '../../../gateway/contract/policies.ts'
import type { PolicyPatch } from '../../../gateway/contract/policies.ts'
import { openBench, startMachine, tcpRule } from '../gatewayFixture.ts'
import type { Bench, Machine } from '../gatewayFixture.ts'

const person = (technician: string, ...roles: Caller['roles']): Caller => ({ technician, roles, address: '127.0.0.1' })

let bench: Bench
let echo: Machine

beforeEach(async () => {
  bench = await openBench()
  echo = await startMachine()
})

afterEach(async () => {
  await bench.close()
  await echo.close()
})

const at = (level: string) => `/v1/policies/${encodeURIComponent(level)}`

async function preview(levels: string | string[], patch: PolicyPatch): Promise<PolicyImpact> {
  return PolicyImpact.parse((await bench.ask('POST', '/v1/policies/preview', { levels: [levels].flat(), patch })).body)
}

async function set(level: string, patch: PolicyPatch): Promise<PolicyImpact> {
  const { version } = PolicyDetail.parse((await bench.ask('GET', at(level))).body)
  const { status, body } = await bench.ask('PATCH', '/v1/policies', { levels: [{ level, version }], patch })
  expect(status, JSON.stringify(body)).toBe(200)
  return PolicyImpact.parse(body)
}

/** A machine that inherits all. */
async function add(name: string, site: string, more: object = {}): Promise<string> {
  const id = await bench.addMachine(22, [], { name, site, ...more })
  await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: 'inherited' })
  return id
}

test('machines that are turned on and off are counted, those that cannot have JIT are not, and each is told before and after', async () => {
  const web = await add('web', 'Contoso')
  await add('dc', 'Contoso', { facts: { domainController: true } })
  await add('far', 'Fabrikam')
  const on = await preview('site:Contoso', { rules: { default: [tcpRule(22)] } })
  expect(on).toMatchObject({ machines: 2, turnedOn: 1, turnedOff: 0, grantsEnded: 0, grants: [] })
  expect(on.first.map(({ name }) => name).toSorted()).toEqual(['dc', 'web'])
  expect(on.first.find(({ machineId }) => machineId === web)).toEqual({
    machineId: web,
    name: 'web',
    site: 'Contoso',
    changes: ['rules'],
    before: { rules: [], approval: 'automatic' },
    after: { rules: [tcpRule(22)], approval: 'automatic' },
  })
  await set('site:Contoso', { rules: { default: [tcpRule(22)] } })
  expect(await preview('site:Contoso', { rules: null })).toMatchObject({ machines: 2, turnedOn: 0, turnedOff: 1 })
  expect(await preview('site:Contoso', { rules: { default: [tcpRule(23)] } })).toMatchObject({ machines: 2, turnedOn: 0, turnedOff: 0 })
})

test('what stays the same for a machine is no change for it, though its policy says it anew', async () => {
  await add('web', 'Contoso')
  await set('company', { approval: 'oneApprover', maxDuration: 'PT2H', rules: { default: [tcpRule(22, 'PT2H')] } })
  expect(await preview('site:Contoso', { approval: 'oneApprover' })).toMatchObject({ machines: 0, first: [] })
  expect(await preview('site:Contoso', { rules: { default: [tcpRule(22, 'PT3H')] } })).toMatchObject({ machines: 0 })
  const shorter = await preview('site:Contoso', { maxDuration: 'PT1H' })
  expect(shorter.first).toMatchObject([{ changes: ['rules', 'maxDuration'], after: { rules: [tcpRule(22, 'PT1H')] } }])
  const more = await preview('company', {
    approval: 'twoApprovers',
    allowed: { people: ['bob'] },
    requestsLapseAfter: 'PT2H',
    jitAdmin: { enabled: false, userName: 'other', afterSignOut: 'delete', title: '' },
  })
  expect(more.first).toMatchObject([{ changes: ['jitAdmin', 'allowed', 'approval', 'requestsLapseAfter'] }])
})

test('a change of several levels at once is told for each machine once, by all of them together', async () => {
  const web = await add('web', 'Contoso / Bern')
  await add('own', 'Contoso')
  const both = await preview(['site:Contoso', 'site:Contoso / Bern', `machine:${web}`], { rules: { default: [tcpRule(22)] } })
  expect(both).toMatchObject({ machines: 2, turnedOn: 2 })
  const one = await preview([`machine:${web}`], { approval: 'twoApprovers' })
  expect(one).toMatchObject({ machines: 1, first: [{ machineId: web, changes: ['approval'] }] })
})

test('a machine’s own setting shields it from a change above, and is gone when the level is', async () => {
  const web = await add('web', 'Contoso')
  await set(`machine:${web}`, { approval: 'twoApprovers' })
  expect(await preview('company', { approval: 'oneApprover' })).toMatchObject({ machines: 0 })
  expect(await preview(`machine:${web}`, { approval: null })).toMatchObject({
    machines: 1,
    first: [{ before: { approval: 'twoApprovers' }, after: { approval: 'automatic' } }],
  })
})

test('what is open or waits and would end is named with its machine, who asked, its ports and its end', async () => {
  const id = await add('web', 'Contoso')
  const rules = { default: [tcpRule(echo.port), tcpRule(22)] }
  await set('site:Contoso', { rules })
  const open = await bench.grant(id, echo.port, { caller: person('rita', 'requester') })
  const released = await bench.grant(id, echo.port)
  expect((await bench.ask('POST', `/v1/grants/${released.id}/release`, { why: 'released' })).body).toMatchObject({ state: 'closed' })
  await set('company', { approval: 'automatic' })
  const ending = await preview('site:Contoso', { rules: { default: [tcpRule(22)] } })
  expect(ending).toMatchObject({ machines: 1, grantsEnded: 1 })
  expect(ending.grants).toEqual([
    { grantId: open.id, machineId: id, machineName: 'web', requestedBy: 'rita', ports: [echo.port], endsAt: open.endsAt },
  ])
  // The other port’s rule may go.
  expect(await preview('site:Contoso', { rules: { default: [tcpRule(echo.port)] } })).toMatchObject({ machines: 1, grantsEnded: 0 })
})

test('a request that waits has no end yet, and one that two approved stays where two are asked for', async () => {
  const id = await add('web', 'Contoso')
  await set('site:Contoso', { rules: { default: [tcpRule(echo.port)] }, approval: 'twoApprovers' })
  const ask = async () => await bench.grant(id, echo.port, { caller: person('rita', 'requester') })
  const { id: approved } = await ask()
  for (const name of ['anna', 'otto']) {
    const decision = { decision: 'approve' }
    await bench.ask('POST', `/v1/grants/${approved}/decision`, decision, { caller: person(name, 'approver') })
  }
  expect(Grant.parse((await bench.ask('GET', `/v1/grants/${approved}`)).body).state).toBe('open')
  const waiting = await ask()
  expect(await preview('site:Contoso', { requestsLapseAfter: 'PT2H' })).toMatchObject({ machines: 1, grantsEnded: 0 })
  const off = await preview('site:Contoso', { rules: { default: [] } })
  expect(off.grantsEnded).toBe(2)
  expect(off.grants.find(({ grantId }) => grantId === waiting.id)).not.toHaveProperty('endsAt')
})

test('of many machines and many grants the first fifty are named, and all are counted', async () => {
  const machines = Array.from({ length: 60 }, (_, index) => ({
    name: `m${index}`,
    address: '127.0.0.1',
    os: 'linux',
    site: 'Contoso',
    tags: [],
    rules: [],
  }))
  const { body } = await bench.ask('POST', '/v1/machines', { machines })
  const ids = MachinesAdded.parse(body).machines.map(({ id }) => id)
  await bench.ask('PUT', '/v1/policies', { machineIds: ids, rules: 'inherited' })
  const on = await set('site:Contoso', { rules: { default: [tcpRule(echo.port)] } })
  expect([on.machines, on.turnedOn, on.first.length]).toEqual([60, 60, 50])
  await Promise.all(ids.slice(0, 55).map((id) => bench.grant(id, echo.port)))
  const off = await preview('site:Contoso', { rules: null })
  expect([off.grantsEnded, off.grants.length, off.turnedOff]).toEqual([55, 50, 60])
})

const inBig = (index: number) => ({ name: `x${index}`, address: '127.0.0.1', os: 'linux', site: 'Big', tags: [], rules: 'defaults' })

test('a change for more machines than are read at once tells of all of them', async () => {
  for (const [from, count] of [
    [0, 1000],
    [1000, 2],
  ] as const) {
    const machines = Array.from({ length: count }, (_, index) => inBig(from + index))
    expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBeLessThan(300)
  }
  expect(await preview('site:Big', { approval: 'oneApprover' })).toMatchObject({ machines: 1002 })
})
