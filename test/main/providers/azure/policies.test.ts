import { expect, test } from 'vitest'
import { z } from 'zod'
import { mayDo } from '../../../../main/providers/azure/permissions.ts'
import { rule } from '../../../fakes/azure/world.ts'
import { azureWorld, type AzureWorld } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'
import { tryPolicies } from './policyTrials.ts'

async function signedIn(world: AzureWorld) {
  await world.signIn()
  const machines = await machinesOf(world.provider())
  return { provider: world.provider(), ids: Object.fromEntries(machines.map(({ name, id }) => [name, id])) }
}

const idsOf = (ids: Record<string, string>, ...names: string[]) => names.map((name) => ids[name] ?? '')

test('a change loses no machine, no request and no member of a policy, whatever the policy is', () => {
  expect(tryPolicies(500, 7).faults).toEqual([])
})

test('JIT is turned on with the default of the operating system, in a policy of each region and group', async () => {
  const world = await azureWorld()
  const { fake } = world
  fake.addVm({ name: 'lin' })
  fake.addVm({ name: 'win', os: 'Windows' })
  fake.addVm({ name: 'far', location: 'eastus' })
  const { provider, ids } = await signedIn(world)
  await provider.setPolicy(idsOf(ids, 'lin', 'win', 'far'), 'defaults')
  const made = [...fake.world.policies.values()]
  expect(made.map(({ location, name, kind }) => `${location} ${name} ${kind}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'eastus default Basic',
    'westeurope default Basic',
  ])
  const west = made.find(({ location }) => location === 'westeurope')
  expect(west?.properties.virtualMachines.map(({ id, ports }) => [id.split('/').at(-1), ports])).toEqual([
    ['lin', [rule(22)]],
    ['win', [rule(3389)]],
  ])
  expect(fake.violations).toEqual([])
})

test('the change is shown before it is sent, and sends just that', async () => {
  const world = await azureWorld()
  const { fake } = world
  const one = fake.addVm({ name: 'one' })
  const two = fake.addVm({ name: 'two' })
  fake.addVm({ name: 'bare', resourceGroup: 'rg-bare', hasNsg: false })
  const policy = fake.addPolicy([one.id, two.id], { more: { 'x-unknown': { kept: true } } })
  const { provider, ids } = await signedIn(world)
  const rules = [{ port: 2222, protocol: 'tcp' as const, sources: ['10.0.0.0/8'], maxDuration: 'PT1H' }]
  const id = provider.id
  const { policies, refused } = await world.azure.previewPolicies(id, idsOf(ids, 'one', 'bare'), rules)
  expect(refused).toMatchObject([{ machineId: `${id}:${ids['bare']}`, failure: { tag: 'unsupported', reason: 'noNetworkSecurityGroup' } }])
  expect(policies).toMatchObject([
    { name: 'default', isNew: false, isRemoved: false, others: 1, machines: [{ machineId: `${id}:${ids['one']}`, name: 'one' }] },
  ])
  expect(fake.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  await provider.setPolicy(idsOf(ids, 'one'), rules)
  const { id: _, name: _name, type: _type, location: _location, ...now } = fake.world.policies.get(policy.id.toLowerCase()) ?? policy
  delete now.properties.provisioningState
  expect(JSON.parse(policies[0]?.after ?? '')).toEqual(now)
  expect(now['x-unknown']).toEqual({ kept: true })
  expect(now.properties.virtualMachines[1]?.ports).toHaveLength(2)
})

test('turning JIT off takes the machine out, and the policy away with the last one', async () => {
  const world = await azureWorld()
  const { fake } = world
  const one = fake.addVm({ name: 'one' })
  const two = fake.addVm({ name: 'two' })
  fake.addPolicy([one.id, two.id])
  const { provider, ids } = await signedIn(world)
  await provider.setPolicy(idsOf(ids, 'one'), [])
  expect([...fake.world.policies.values()][0]?.properties.virtualMachines.map(({ id }) => id)).toEqual([two.id])
  expect((await world.azure.previewPolicies(provider.id, idsOf(ids, 'two'), [])).policies).toMatchObject([{ isRemoved: true, after: '' }])
  await provider.setPolicy(idsOf(ids, 'two'), [])
  expect(fake.world.policies.size).toBe(0)
})

test('many changes of one policy at once are all in it', async () => {
  const world = await azureWorld({ delayMs: 5 })
  const { fake } = world
  const names = Array.from({ length: 8 }, (_, index) => `vm-${index}`)
  for (const name of names) fake.addVm({ name })
  const { provider, ids } = await signedIn(world)
  await Promise.all(names.map((name) => provider.setPolicy(idsOf(ids, name), 'defaults')))
  expect([...fake.world.policies.values()].map(({ properties }) => properties.virtualMachines.length)).toEqual([8])
})

test.each([
  { kind: 'conflict' } as const,
  { kind: 'broken', hasEffect: true } as const,
  { kind: 'broken', hasEffect: false } as const,
  { kind: 'lost', hasEffect: true } as const,
  { kind: 'cut' } as const,
  { kind: 'throttle', retryAfterS: 1 } as const,
])('a policy whose write meets %o is written in the end, and once', async (fault) => {
  const world = await azureWorld()
  const { fake } = world
  const one = fake.addVm({ name: 'one' })
  fake.addVm({ name: 'two' })
  fake.addPolicy([one.id])
  const { provider, ids } = await signedIn(world)
  fake.faults.next({ method: 'PUT' }, fault)
  await provider.setPolicy(idsOf(ids, 'two'), 'defaults')
  const [policy] = fake.world.policies.values()
  expect(policy?.properties.virtualMachines).toHaveLength(2)
  const written = fake.requests.filter(({ method }) => method === 'PUT').length
  expect(written).toBe(fault.kind === 'cut' || ('hasEffect' in fault && fault.hasEffect) ? 1 : 2)
})

test('a missing role is told by the name of the action', async () => {
  const world = await azureWorld()
  world.fake.addVm({ name: 'one' })
  const { provider, ids } = await signedIn(world)
  world.fake.faults.next({ method: 'PUT' }, { kind: 'forbidden', action: 'Microsoft.Compute/virtualMachines/write' })
  await expect(provider.setPolicy(idsOf(ids, 'one'), 'defaults')).rejects.toMatchObject({
    failure: { tag: 'notAllowed', part: 'permission', allowed: 'Microsoft.Compute/virtualMachines/write' },
  })
})

test('the doctor names what is missing, and a role with no more than that needs', async () => {
  const world = await azureWorld()
  const { fake } = world
  const contoso = fake.addSubscription({ name: 'Contoso' })
  fake.addSubscription({ name: 'Free', licensed: false })
  fake.settings.permissions = [{ actions: ['*/read'], notActions: ['Microsoft.Security/*'] }]
  await world.signIn()
  const [tenant] = world.azure.list()
  const { subscriptions, role } = await world.azure.diagnose(tenant?.id ?? '')
  expect(subscriptions.find(({ name }) => name === 'Free')?.licensed).toBe(false)
  const missing = subscriptions.find(({ subscriptionId }) => subscriptionId === contoso.id)?.missing ?? []
  expect(missing.map(({ purpose }) => purpose)).toEqual(['seePolicies', 'request', 'changePolicies', 'removePolicies'])
  expect(missing.find(({ purpose }) => purpose === 'request')?.actions).toEqual([
    'Microsoft.Security/locations/jitNetworkAccessPolicies/read',
    'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action',
  ])
  const definition = z.object({ Actions: z.array(z.string()), AssignableScopes: z.array(z.string()) }).parse(JSON.parse(role))
  expect(definition.Actions).toContain('Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action')
  expect(definition.Actions.some((action) => action.includes('*') || /write|delete/.test(action))).toBe(false)
  expect(definition.AssignableScopes).toContain(`/subscriptions/${contoso.id}`)
  fake.settings.permissions = [{ actions: ['*'], notActions: [] }]
  expect((await world.azure.diagnose(tenant?.id ?? '')).subscriptions.flatMap((one) => one.missing)).toEqual([])
})

test('a role that is given in one resource group counts there, and the doctor says where it is missing', async () => {
  const world = await azureWorld()
  const { fake } = world
  for (const name of ['a', 'b']) fake.addVm({ name, resourceGroup: `rg-${name}` })
  fake.settings.permissions = [{ actions: ['*/read'], notActions: [] }]
  fake.settings.groupPermissions.set('rg-a', [{ actions: ['Microsoft.Security/locations/jitNetworkAccessPolicies/*'], notActions: [] }])
  const { provider } = await signedIn(world)
  const { subscriptions, role } = await world.azure.diagnose(provider.id)
  const missingIn = (name: string) => subscriptions.find((one) => one.name === name)?.missing.map(({ purpose }) => purpose)
  expect(missingIn('Subscription 1 / rg-a')).toEqual(['changePolicies'])
  expect(missingIn('Subscription 1 / rg-b')).toEqual(['request', 'changePolicies', 'removePolicies'])
  expect(role).toContain('/resourceGroups/rg-b')
})

test.each([
  ['*', [], true],
  ['*/read', [], false],
  ['Microsoft.Security/*', [], true],
  ['microsoft.security/LOCATIONS/*/initiate/action', [], true],
  ['*', ['Microsoft.Security/locations/*'], false],
  ['Microsoft.Security/locations/jitNetworkAccessPolicies/initiate', [], false],
])('a role with %s less %s lets a request through: %s', (action, notActions, is) => {
  expect(mayDo([{ actions: [action], notActions }], 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action')).toBe(is)
})
