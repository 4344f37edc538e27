/** The levels as the policy screen lists them. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PolicyDetail, PolicyTree } from '../../../gateway/contract/policies.ts'
import type { PolicyPatch } from '../../../gateway/contract/policies.ts'
import { openBench, tcpRule } from '../gatewayFixture.ts'
import type { Bench } from '../gatewayFixture.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench()
})

afterEach(async () => {
  await bench.close()
})

const levels = async () => PolicyTree.parse((await bench.ask('GET', '/v1/policies')).body).levels

async function set(level: string, patch: PolicyPatch): Promise<void> {
  const { version } = PolicyDetail.parse((await bench.ask('GET', `/v1/policies/${encodeURIComponent(level)}`)).body)
  expect((await bench.ask('PATCH', '/v1/policies', { levels: [{ level, version }], patch })).status).toBe(200)
}

let added = 0
async function add(site: string, more: object = {}): Promise<string> {
  added += 1
  const id = await bench.addMachine(22, [], { name: `m${added}`, site, ...more })
  await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: 'inherited' })
  return id
}

test('a gateway without machines has its company', async () => {
  expect(await levels()).toEqual([
    { level: 'company', kind: 'company', name: '', path: [], machines: 0, configured: 0, machinesWithOwn: 0, own: [] },
  ])
})

test('each level counts the machines below it: those with JIT on, and those with settings of their own', async () => {
  const own = await add('Contoso / Bern')
  await add('Contoso / Bern', { facts: { domainController: true } })
  await add('Contoso / Bern')
  await add('Contoso')
  await add('')
  await set('site:Contoso / Bern', { rules: { default: [tcpRule(22)] }, approval: 'oneApprover' })
  await set(`machine:${own}`, { approval: 'automatic' })
  expect(await levels()).toEqual([
    { level: 'company', kind: 'company', name: '', path: [], machines: 5, configured: 2, machinesWithOwn: 1, own: [] },
    { level: 'site:Contoso', kind: 'site', name: 'Contoso', path: ['Contoso'], machines: 4, configured: 2, machinesWithOwn: 1, own: [] },
    {
      level: 'site:Contoso / Bern',
      kind: 'site',
      name: 'Bern',
      path: ['Contoso', 'Bern'],
      machines: 3,
      configured: 2,
      machinesWithOwn: 1,
      own: ['rules', 'approval'],
    },
  ])
})

const machine = (index: number) => ({ name: `x${index}`, address: '127.0.0.1', os: 'linux', site: 'Big', tags: [], rules: [tcpRule(22)] })

test('more machines than are read at once are all counted', async () => {
  for (const [from, count] of [
    [0, 1000],
    [1000, 1],
  ] as const) {
    const machines = Array.from({ length: count }, (_, index) => machine(from + index))
    expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBeLessThan(300)
  }
  expect((await levels()).map(({ machines, configured, machinesWithOwn }) => [machines, configured, machinesWithOwn])).toEqual([
    [1001, 1001, 1001],
    [1001, 1001, 1001],
  ])
})

test('parents come before their children and sisters by name, as people count', async () => {
  for (const site of ['Site 10', 'Site 9 / B', 'Site 9 / a', 'Site 9', 'Älmhult', 'Zug', 'Site 9 / a / 1']) await add(site)
  expect((await levels()).map(({ level }) => level)).toEqual([
    'company',
    'site:Älmhult',
    'site:Site 9',
    'site:Site 9 / a',
    'site:Site 9 / a / 1',
    'site:Site 9 / B',
    'site:Site 10',
    'site:Zug',
  ])
})

test.each([
  ['CONTOSO / bern', 'Contoso / Bern'],
  ['Contoso / Bern', 'CONTOSO / bern'],
])('of the spellings %s and %s the one with small letters is shown, whichever came first', async (first, second) => {
  await add(first)
  await add(second)
  expect((await levels()).slice(1)).toMatchObject([
    { level: 'site:Contoso', name: 'Contoso', path: ['Contoso'], machines: 2 },
    { level: 'site:Contoso / Bern', name: 'Bern', path: ['Contoso', 'Bern'], machines: 2 },
  ])
})

test('a machine’s own level is no site, and a site that only a setting names is there without machines', async () => {
  const id = await add('')
  await set(`machine:${id}`, { approval: 'oneApprover' })
  await set('site:Fabrikam / Lab', { maxDuration: 'PT1H' })
  expect((await levels()).map(({ level, machines, own }) => [level, machines, own])).toEqual([
    ['company', 1, []],
    ['site:Fabrikam', 0, []],
    ['site:Fabrikam / Lab', 0, ['maxDuration']],
  ])
})
