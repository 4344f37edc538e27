import { afterEach, beforeEach, expect, test } from 'vitest'
import { AuditEvents, Grant, Machine, MachinePage } from '../../../gateway/api.ts'
import type { Caller } from '../../../gateway/api.ts'
import { LogoAdded, PolicyDetail, PolicyImpact, PolicyTree } from '../../../gateway/contract/policies.ts'
import type { PolicyPatch } from '../../../gateway/contract/policies.ts'
import { codeOf, ended, openBench, startMachine, tcpRule, through } from '../gatewayFixture.ts'
import type { Asked, Bench, Machine as EchoMachine } from '../gatewayFixture.ts'

let bench: Bench
let echo: EchoMachine

beforeEach(async () => {
  bench = await openBench()
  echo = await startMachine()
})

afterEach(async () => {
  await bench.close()
  await echo.close()
})

const at = (level: string) => `/v1/policies/${encodeURIComponent(level)}`
const get = async (level: string) => PolicyDetail.parse((await bench.ask('GET', at(level))).body)

async function set(level: string, patch: PolicyPatch, more: object = {}): Promise<Asked> {
  const { version } = await get(level)
  return await bench.ask('PATCH', '/v1/policies', { levels: [{ level, version }], patch, ...more })
}

const machineAt = async (id: string) => Machine.parse((await bench.ask('GET', `/v1/machines/${id}`)).body)
const addAt = async (port: number, site: string, rules?: 'defaults' | []) => {
  const id = await bench.addMachine(port, [], { site, ...(rules && { rules }) })
  if (rules === undefined) await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: 'inherited' })
  return id
}

test('POL-3: a site’s rules hold for the machines below it, the nearest level wins, and each answer says where a value is from', async () => {
  const bern = await addAt(1, 'Contoso / Bern')
  const zug = await addAt(2, 'contoso/Zug')
  const other = await addAt(3, 'Fabrikam')
  expect(await machineAt(bern)).toMatchObject({ rules: [], rulesFrom: { kind: 'default', name: '' } })
  await set('company', { approval: 'oneApprover' })
  await set('site:Contoso', { rules: { linux: [tcpRule(22)] } })
  await set('site:Contoso / Bern', { rules: { default: [tcpRule(2222)] }, maxDuration: 'PT1H' })
  expect(await machineAt(bern)).toMatchObject({
    rules: [tcpRule(2222, 'PT1H')],
    rulesFrom: { kind: 'site', name: 'Contoso / Bern' },
    approval: { value: 'oneApprover', from: { kind: 'company' } },
  })
  expect(await machineAt(zug)).toMatchObject({ rules: [tcpRule(22)], rulesFrom: { kind: 'site', name: 'Contoso' } })
  expect((await machineAt(other)).rules).toEqual([])
  expect((await get(`machine:${bern}`)).effective).toMatchObject({
    rules: [{ os: 'linux', value: [tcpRule(2222)], from: { kind: 'site', name: 'Contoso / Bern' } }],
    maxDuration: { value: 'PT1H', from: { kind: 'site', name: 'Contoso / Bern' } },
    approval: { value: 'oneApprover', from: { kind: 'company', name: '' } },
    jitAdmin: { from: { kind: 'default' } },
  })
  await bench.ask('PUT', '/v1/policies', { machineIds: [bern], rules: [] })
  expect(await machineAt(bern)).toMatchObject({ rules: [], rulesFrom: { kind: 'machine', name: 'm1' } })
  await bench.ask('PUT', '/v1/policies', { machineIds: [bern], rules: 'inherited' })
  expect((await machineAt(bern)).rules).toEqual([tcpRule(2222, 'PT1H')])
})

test('the levels are a tree with counts, parents before children, and sites without machines that have settings', async () => {
  await addAt(1, 'Contoso / Bern', 'defaults')
  await addAt(2, 'CONTOSO / Bern')
  await set('site:Fabrikam / Lab', { approval: 'twoApprovers' })
  const { levels } = PolicyTree.parse((await bench.ask('GET', '/v1/policies')).body)
  expect(
    levels.map(({ level, machines, configured, machinesWithOwn, own }) => [level, machines, configured, machinesWithOwn, own]),
  ).toEqual([
    ['company', 2, 1, 1, []],
    ['site:Contoso', 2, 1, 1, []],
    ['site:Contoso / Bern', 2, 1, 1, []],
    ['site:Fabrikam', 0, 0, 0, []],
    ['site:Fabrikam / Lab', 0, 0, 0, ['approval']],
  ])
})

test('a change of a site tells readers with a cursor of every machine for which something changes', async () => {
  const id = await addAt(1, 'Contoso')
  await addAt(2, 'Fabrikam')
  const { cursor } = MachinePage.parse((await bench.ask('GET', '/v1/machines')).body)
  await set('site:Contoso', { rules: { default: [tcpRule(22)] } })
  expect((await bench.ask('GET', `/v1/machines?cursor=${cursor}`)).body).toMatchObject({ machines: [{ id, rules: [tcpRule(22)] }] })
})

test('a preview says what the change then does, and changes nothing', async () => {
  const id = await addAt(echo.port, 'Contoso', 'defaults')
  await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: 'inherited' })
  await set('site:Contoso', { rules: { default: [tcpRule(echo.port)] } })
  await addAt(2, 'Contoso')
  const grant = await bench.grant(id, echo.port)
  const patch = { rules: { default: [tcpRule(443)] } }
  const asked = await bench.ask('POST', '/v1/policies/preview', { levels: ['site:Contoso'], patch })
  const preview = PolicyImpact.parse(asked.body)
  expect(preview).toMatchObject({
    machines: 2,
    turnedOn: 0,
    turnedOff: 0,
    grantsEnded: 1,
    grants: [{ grantId: grant.id, machineName: `m${echo.port}` }],
  })
  expect(preview.first[0]).toMatchObject({ changes: ['rules'], after: { rules: [tcpRule(443)] } })
  expect((await machineAt(id)).rules).toEqual([tcpRule(echo.port)])
  const done = PolicyImpact.parse((await set('site:Contoso', patch)).body)
  const { versions: _, ...counted } = preview
  expect(done).toMatchObject(counted)
})

test('F-56: a tightened policy ends what it no longer allows at once, connections included, at whatever level it was changed', async () => {
  const id = await addAt(echo.port, 'Contoso / Bern')
  const ways: [string, PolicyPatch][] = [
    ['company', { maxDuration: 'PT30M' }],
    ['company', { allowed: { people: ['bob'] } }],
    ['company', { approval: 'oneApprover' }],
    ['site:Contoso', { rules: { default: [] } }],
    ['site:Contoso / Bern', { rules: { linux: [tcpRule(echo.port, 'PT3H', ['10.0.0.0/8'])] } }],
    [`machine:${id}`, { rules: { default: [tcpRule(80)] } }],
  ]
  for (const [level, patch] of ways) {
    await set('company', { rules: { default: [tcpRule(echo.port)] }, maxDuration: null, allowed: null, approval: null })
    await set('site:Contoso', { rules: null })
    await set('site:Contoso / Bern', { rules: null })
    await set(`machine:${id}`, { rules: null })
    const grant = await bench.grant(id, echo.port)
    const socket = await through(grant)
    const cut = ended(socket)
    expect((await set(level, patch)).status, level).toBe(200)
    await cut
    expect(Grant.parse((await bench.ask('GET', `/v1/grants/${grant.id}`)).body), JSON.stringify(patch)).toMatchObject({
      state: 'closed',
      closeReason: 'policyChanged',
    })
  }
})

test('a machine that moves to another site has that site’s policy, and what that does not allow ends', async () => {
  const id = await addAt(echo.port, 'Contoso / Bern')
  await set('site:Contoso / Bern', { rules: { default: [tcpRule(echo.port)] } })
  const grant = await bench.grant(id, echo.port)
  const input = { name: 'moved', address: '127.0.0.1', os: 'linux', site: 'Contoso / Basel', tags: [] }
  expect((await bench.ask('PUT', `/v1/machines/${id}`, input)).body).toMatchObject({ rules: [], rulesFrom: { kind: 'default' } })
  expect((await bench.ask('GET', `/v1/grants/${grant.id}`)).body).toMatchObject({ state: 'closed', closeReason: 'policyChanged' })
})

test('of two people who change the same level only the first one succeeds; the other is told (412)', async () => {
  const { version } = await get('company')
  const put = (approval: string) => bench.ask('PUT', at('company'), { settings: { approval }, version })
  expect((await put('oneApprover')).status).toBe(200)
  const late = await put('twoApprovers')
  expect([late.status, codeOf(late)]).toEqual([412, 'policyChanged'])
  expect((await get('company')).settings).toEqual({ approval: 'oneApprover' })
})

test('many levels change all or none', async () => {
  const id = await addAt(1, 'Contoso')
  const levels = [
    { level: 'site:Contoso', version: 0 },
    { level: `machine:${id}`, version: 7 },
  ]
  expect((await bench.ask('PATCH', '/v1/policies', { levels, patch: { approval: 'oneApprover' } })).status).toBe(412)
  expect((await get('site:Contoso')).settings).toEqual({})
})

test('a change is in the log with what was set before and after, and by whom', async () => {
  await set('site:Contoso', { approval: 'oneApprover' })
  await set('site:Contoso', { approval: 'twoApprovers', maxDuration: 'PT1H' })
  const { events } = AuditEvents.parse((await bench.ask('GET', '/v1/audit?topics=policy')).body)
  expect(events[0]).toMatchObject({
    actor: 'alice',
    action: 'policy.changed',
    detail: {
      level: 'site:Contoso',
      approval: '"twoApprovers"',
      approvalBefore: '"oneApprover"',
      maxDuration: '"PT1H"',
      maxDurationBefore: 'inherited',
    },
  })
})

test('a policy as large as it may be can be set, and its event can be read', async () => {
  const sources = Array.from({ length: 50 }, (_, index) => `10.${index}.0.0/16`)
  const rules = Array.from({ length: 50 }, (_, index) => tcpRule(1000 + index, 'PT3H', sources))
  expect((await set('company', { rules: { default: rules, windows: rules, linux: rules, macos: rules, other: rules } })).status).toBe(200)
  expect((await bench.ask('GET', '/v1/audit?topics=policy')).status).toBe(200)
})

test('what cannot be is refused with its field, and nothing is changed', async () => {
  const dc = await bench.addMachine(1, [], { facts: { domainController: true } })
  const cases: [string, PolicyPatch | object, number, object][] = [
    ['company', { rules: { windows: [tcpRule(1, 'P1Y')] } }, 400, { field: 'rules.windows.0.maxDuration', reason: 'badDuration' }],
    ['company', { maxDuration: 'soon' }, 400, { field: 'maxDuration', reason: 'badDuration' }],
    ['company', { approval: 'nobody' }, 400, { field: 'patch.approval' }],
    ['company', { jit: true }, 400, { code: 'invalidInput' }],
    [`machine:${dc}`, { rules: { windows: [] } }, 400, { field: 'rules.windows', reason: 'onlyOneSystem' }],
    [`machine:${dc}`, { rules: { default: [tcpRule(22)] } }, 422, { code: 'unsupported', reason: 'domainController' }],
    [`machine:${dc}`, { rules: { default: [tcpRule(22), tcpRule(22)] } }, 400, { field: 'rules.1.port', reason: 'portTwice' }],
  ]
  for (const [level, patch, status, body] of cases) {
    const asked = await bench.ask('PATCH', '/v1/policies', { levels: [{ level, version: 0 }], patch })
    expect(asked, JSON.stringify(patch)).toMatchObject({ status, body })
  }
  expect((await bench.ask('GET', at('machine:nobody'))).status).toBe(404)
  expect((await bench.ask('GET', at('site: / '))).status).toBe(400)
  expect((await get('company')).version).toBe(0)
})

const jitAdmin = { enabled: true, userName: 'jitadmin', afterSignOut: 'delete', title: 'Contoso IT' } as const

test('POL-4: a new JIT admin may be on machines already: the change says so, and is made only when that was confirmed', async () => {
  const unconfirmed = await set('company', { jitAdmin })
  expect(unconfirmed).toMatchObject({ status: 400, body: { field: 'confirmOverwrite', reason: 'overwriteNotConfirmed' } })
  expect((await set('company', { jitAdmin }, { confirmOverwrite: true })).body).toMatchObject({ willOverwrite: 'unknown' })
  const retitled = await set('company', { jitAdmin: { ...jitAdmin, title: 'Other' } })
  expect(retitled).toMatchObject({ status: 200, body: { willOverwrite: 'no' } })
  expect(await set('company', { jitAdmin: { ...jitAdmin, userName: 'ROOT' } })).toMatchObject({
    status: 400,
    body: { field: 'jitAdmin.userName', reason: 'nameReserved' },
  })
})

test('POL-4: a logo is added, named by a policy, and read back; one that was never added cannot be named', async () => {
  const data = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex').toString('base64')
  const { id } = LogoAdded.parse((await bench.ask('POST', '/v1/logos', { data })).body)
  expect((await bench.ask('GET', `/v1/logos/${id}`)).body).toEqual({ mediaType: 'image/jpeg', data })
  expect((await set('company', { jitAdmin: { ...jitAdmin, logo: id } }, { confirmOverwrite: true })).status).toBe(200)
  expect(await set('company', { jitAdmin: { ...jitAdmin, logo: 'f'.repeat(64) } })).toMatchObject({ body: { reason: 'logoMissing' } })
  const webp = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1').toString('base64')
  expect(await bench.ask('POST', '/v1/logos', { data: webp })).toMatchObject({ status: 400, body: { reason: 'logoWebp' } })
})

test('POL-5: who may configure reads and changes policy; who may only request or approve does not change it', async () => {
  const body = { levels: [{ level: 'company', version: 0 }], patch: { approval: 'oneApprover' } }
  const as = (role: Caller['roles'][number]) => {
    const caller = { technician: 'carl', roles: [role], address: '127.0.0.1' }
    return bench.gateway.fetch(
      new Request('https://gateway.internal/v1/policies', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
      caller,
    )
  }
  for (const role of ['viewer', 'requester', 'approver'] as const) expect((await as(role)).status, role).toBe(403)
  expect((await as('policyAdmin')).status).toBe(200)
})
