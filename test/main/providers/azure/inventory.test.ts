import { expect, test } from 'vitest'
import { rule } from '../../../fakes/azure/world.ts'
import { azureWorld, until } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'

test('each machine says whether JIT is on, can be, or cannot, and why', async () => {
  const world = await azureWorld()
  const { fake } = world
  const on = fake.addVm({ name: 'on', publicIp: '20.1.1.1', tags: { team: 'web' } })
  fake.addVm({ name: 'off', os: 'Windows' })
  fake.addVm({ name: 'bare', resourceGroup: 'rg-bare', hasNsg: false })
  fake.addVm({ name: 'classic', isClassic: true })
  fake.addVm({ name: 'managed', resourceGroup: 'rg-managed', firewall: { publicIp: '20.9.9.9', isManaged: true } })
  fake.addVm({ name: 'walled', resourceGroup: 'rg-walled', firewall: { publicIp: '20.9.9.8' } })
  fake.addVm({ name: 'barred', notApplicable: 'OffByPolicy' })
  fake.addPolicy([on.id], { rules: [rule(22), rule(3389, { protocol: 'TCP', allowedSourceAddressPrefixes: ['10.0.0.0/8', '192.0.2.1'] })] })
  await world.signIn()
  const machines = new Map((await machinesOf(world.provider())).map((machine) => [machine.name, machine]))
  expect(machines.get('on')).toMatchObject({
    address: '20.1.1.1',
    os: 'linux',
    site: 'Subscription 1 / rg-desk',
    tags: ['team: web'],
    gate: 'networkSecurityGroup',
    rules: [
      { port: 22, protocol: 'any', sources: [], maxDuration: 'PT3H' },
      { port: 3389, protocol: 'tcp', sources: ['10.0.0.0/8', '192.0.2.1'], maxDuration: 'PT3H' },
    ],
  })
  expect(machines.get('on')?.unsupportedReason).toBeUndefined()
  expect(machines.get('off')).toMatchObject({ rules: [], os: 'windows' })
  expect(machines.get('off')?.unsupportedReason).toBeUndefined()
  expect(machines.get('bare')?.unsupportedReason).toBe('noNetworkSecurityGroup')
  expect(machines.get('classic')?.unsupportedReason).toBe('classicDeployment')
  expect(machines.get('managed')?.unsupportedReason).toBe('firewallManager')
  expect(machines.get('walled')).toMatchObject({ gate: 'firewall', rules: [] })
  expect(machines.get('walled')?.unsupportedReason).toBeUndefined()
  expect(machines.get('barred')?.unsupportedReason).toBe('disabledByPolicy')
  for (const { id } of machines.values()) expect(id).toMatch(/^[\w-]{22}$/)
  expect(fake.violations).toEqual([])
})

test('a policy is found by its machine whatever the case of the id, and under whatever name', async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'Web-1' })
  const policy = world.fake.addPolicy([vm.id], { name: 'made-by-somebody' })
  for (const machine of policy.properties.virtualMachines)
    machine.id = machine.id.toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/')
  await world.signIn()
  expect((await machinesOf(world.provider()))[0]?.rules.map(({ port }) => port)).toEqual([22, 3389])
})

test('approvals of seven days, the last access and the last user come from the policy, with seven digits of a second', async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  const dayMs = 24 * 3600_000
  const nowMs = Date.now()
  const at = (daysAgo: number) => `${new Date(nowMs - daysAgo * dayMs).toISOString().slice(0, -1)}9876Z`
  const entry = (daysAgo: number, requestor: string) => ({
    virtualMachines: [{ id: vm.id, ports: [{ number: 22, endTimeUtc: at(daysAgo - 0.1), status: 'Revoked', statusReason: 'Expired' }] }],
    startTimeUtc: at(daysAgo),
    requestor,
  })
  world.fake.addPolicy([vm.id]).properties.requests = [entry(2, 'barbara'), entry(1, 'kim'), entry(30, 'lee')]
  await world.signIn()
  const [machine] = await machinesOf(world.provider())
  expect(machine).toMatchObject({ approvalsIn7Days: 2, lastUser: 'kim', lastAccessAt: at(1).replace('9876Z', 'Z') })
})

test('a machine whose subscription has no Defender for Servers Plan 2 cannot have JIT, and says why', async () => {
  const world = await azureWorld()
  const { fake } = world
  const free = fake.addSubscription({ name: 'Free', licensed: false })
  const paid = fake.addSubscription({ name: 'Paid' })
  fake.addVm({ name: 'free', subscriptionId: free.id })
  fake.addVm({ name: 'bare', subscriptionId: free.id, resourceGroup: 'rg-bare', hasNsg: false })
  fake.addVm({ name: 'paid', subscriptionId: paid.id })
  await world.signIn()
  const reasons = Object.fromEntries((await machinesOf(world.provider())).map(({ name, unsupportedReason }) => [name, unsupportedReason]))
  expect(reasons).toEqual({ free: 'notLicensed', bare: 'noNetworkSecurityGroup', paid: undefined })
})

test('subscriptions without Defender for Servers Plan 2 are named', async () => {
  const world = await azureWorld()
  world.fake.addSubscription({ name: 'Paid' })
  world.fake.addSubscription({ name: 'Free', licensed: false })
  world.fake.settings.limitHit = true
  await world.signIn()
  await machinesOf(world.provider())
  await until(() => (world.azure.list()[0]?.subscriptions === 2 ? true : undefined))
  expect(world.azure.list()).toMatchObject([{ subscriptions: 2, notLicensed: ['Free'], tooManySubscriptions: true }])
})

test('F-45: a reading that was interrupted goes on where it ended, in a console that was started again too', async () => {
  const world = await azureWorld()
  for (let index = 0; index < 2500; index += 1) world.fake.addVm({ name: `vm-${String(index).padStart(4, '0')}` })
  await world.signIn()
  const first = await world.provider().machines()
  expect(first).toMatchObject({ more: true })
  expect(first.machines).toHaveLength(1000)
  world.fake.faults.next({ path: /ResourceGraph/ }, { kind: 'lost', hasEffect: false })
  await expect(world.provider().machines(first.cursor)).rejects.toMatchObject({ failure: { tag: 'offline' } })
  await world.restart()
  const second = await world.provider().machines(first.cursor)
  expect(second.startsAnew).toBeUndefined()
  expect(second.machines[0]?.name).toBe('vm-1000')
  const third = await world.provider().machines(second.cursor)
  expect(third.machines).toHaveLength(500)
  expect(third.more).toBe(false)
  expect(world.fake.graph.pages.machines).toBe(3)
})

test('where Azure has forgotten the place, the list begins anew', async () => {
  const world = await azureWorld()
  for (let index = 0; index < 1500; index += 1) world.fake.addVm({ name: `vm-${index}` })
  await world.signIn()
  const { cursor } = await world.provider().machines()
  world.fake.graph.forgetTokens()
  await world.restart()
  const again = await world.provider().machines(cursor)
  expect(again).toMatchObject({ startsAnew: true, more: true })
  expect(again.machines).toHaveLength(1000)
})

test('after a reading only what changed is told, without asking for all of it again', async () => {
  const world = await azureWorld()
  const one = world.fake.addVm({ name: 'one' })
  world.fake.addVm({ name: 'two' })
  world.fake.addPolicy([one.id])
  await world.signIn()
  const { cursor, machines } = await world.provider().machines()
  const pages = { ...world.fake.graph.pages }
  const off = machines.find(({ name }) => name === 'two')
  await world.provider().setPolicy([off?.id ?? ''], 'defaults')
  const next = await world.provider().machines(cursor)
  expect(next.machines).toMatchObject([{ name: 'one' }, { name: 'two', rules: [{ port: 22, maxDuration: 'PT3H' }] }])
  expect((await world.provider().machines(next.cursor)).machines).toEqual([])
  expect(world.fake.graph.pages).toEqual(pages)
})

test('a policy list in pages is read to its end, and never from another host', async () => {
  const world = await azureWorld()
  for (const name of ['a', 'b', 'c']) world.fake.addPolicy([world.fake.addVm({ name, resourceGroup: `rg-${name}` }).id])
  world.fake.settings.pageSize = 1
  await world.signIn()
  expect((await machinesOf(world.provider())).map(({ rules }) => rules.length)).toEqual([2, 2, 2])
  const other = await azureWorld()
  other.fake.addPolicy([other.fake.addVm({ name: 'a' }).id])
  await other.signIn()
  other.fake.faults.next({ path: /jitNetworkAccessPolicies/ }, { kind: 'foreignNextLink' })
  await expect(machinesOf(other.provider())).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
})

test('F-102: who is throttled waits as long as Azure asks, and then goes on', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'one' })
  await world.signIn()
  world.fake.faults.next({ path: /ResourceGraph/ }, { kind: 'throttle', retryAfterS: 1 })
  const startedAt = performance.now()
  expect(await machinesOf(world.provider())).toHaveLength(1)
  expect(performance.now() - startedAt).toBeGreaterThan(990)
})

test.each([{ kind: 'cut' } as const, { kind: 'lost', hasEffect: false } as const, { kind: 'broken', hasEffect: false } as const])(
  'an inventory page with the fault %o is told as such, or tried again',
  async (fault) => {
    const world = await azureWorld()
    world.fake.addVm({ name: 'one' })
    await world.signIn()
    world.fake.faults.next({ path: /ResourceGraph/ }, fault)
    const outcome = await machinesOf(world.provider()).catch((error: unknown) => error)
    if (fault.kind === 'broken') expect(outcome).toHaveLength(1)
    else expect(outcome).toMatchObject({ failure: { tag: fault.kind === 'cut' ? 'badAnswer' : 'offline' } })
    expect(await machinesOf(world.provider())).toHaveLength(1)
  },
)
