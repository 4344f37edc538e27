import { randomUUID } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { CallError } from '../../../../main/callError.ts'
import type { GrantRequest, Provider, ProviderGrant } from '../../../../main/providers/provider.ts'
import { portOf } from '../../../gateway/gatewayFixture.ts'
import { rule } from '../../../fakes/azure/world.ts'
import { azureWorld, until, type AzureWorld } from './azureWorld.ts'
import { machinesOf } from './machinesOf.ts'

const hourMs = 3600_000

async function server(): Promise<{ host: string; port: number }> {
  const listening = createServer((socket) => void socket.end('hello')).listen(0, '127.0.0.1')
  await new Promise((resolve) => void listening.once('listening', resolve))
  onTestFinished(() => void listening.close())
  return { host: '127.0.0.1', port: portOf(listening) }
}

/** Machines with JIT, and their ids in the console. */
async function signedIn(world: AzureWorld): Promise<{ provider: Provider; ids: Record<string, string> }> {
  await world.signIn()
  const machines = await machinesOf(world.provider())
  return { provider: world.provider(), ids: Object.fromEntries(machines.map(({ name, id }) => [name, id])) }
}

function wanted(machineId: string | undefined, parts: Partial<GrantRequest> = {}): GrantRequest {
  return { idempotencyKey: randomUUID(), machineId: machineId ?? '', ports: [22], durationMs: hourMs, reason: 'ticket 7', ...parts }
}

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => (error instanceof CallError ? error.failure : error),
  )
}

const stateOf = async (provider: Provider, id: string) => (await provider.grant(id)).state

test('a request is answered as opening, and is open as soon as a connection gets through', async () => {
  const world = await azureWorld({ openAfterMs: 700 })
  const target = await server()
  const vm = world.fake.addVm({ name: 'web-1', publicIp: '127.0.0.1', targets: { 22: target } })
  const port = target.port + 1 < 65000 ? target.port + 1 : target.port - 1
  vm.targets = { [port]: target }
  world.fake.addPolicy([vm.id], { rules: [rule(port)] })
  const { provider, ids } = await signedIn(world)
  const grant = await provider.request(wanted(ids['web-1'], { ports: [port] }))
  expect(grant).toMatchObject({
    state: 'opening',
    requestedBy: 'kim@contoso.example',
    ports: [port],
    source: '127.0.0.1',
    reason: 'ticket 7',
    duration: 'PT1H',
    endpoints: [{ port, address: '127.0.0.1', connectPort: port }],
  })
  expect(grant.id).toMatch(/^[\w-]{22}$/)
  let openedAt = 0
  provider.onChange(() => (openedAt ||= performance.now()))
  const reachedAt = await until(async () => ((await reaches(port)) ? performance.now() : undefined))
  await until(async () => ((await stateOf(provider, grant.id)) === 'open' ? true : undefined))
  expect(openedAt - reachedAt).toBeLessThan(300)
  expect(await provider.source()).toEqual({ myAddress: '127.0.0.1', servesOtherSources: true })
  expect(world.fake.initiations).toMatchObject([{ justification: 'ticket 7', requestor: 'kim@contoso.example' }])
  expect(world.fake.violations).toEqual([])
})

function reaches(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

test('behind a firewall the endpoint is its address and the mapped port', async () => {
  const world = await azureWorld({ openAfterMs: 50 })
  const vm = world.fake.addVm({ name: 'walled', firewall: { publicIp: '127.0.0.1' }, targets: { 22: await server() } })
  world.fake.addPolicy([vm.id])
  const { provider, ids } = await signedIn(world)
  const { id, endpoints } = await provider.request(wanted(ids['walled']))
  expect(endpoints).toEqual([])
  await until(async () => ((await stateOf(provider, id)) === 'open' ? true : undefined))
  const [endpoint] = (await provider.grant(id)).endpoints
  expect(endpoint).toMatchObject({ port: 22, address: '127.0.0.1' })
  expect(endpoint?.connectPort).not.toBe(22)
  expect(await reaches(endpoint?.connectPort ?? 0)).toBe(true)
})

test('machines of one click are one request of each policy, with one reason, and each has its own answer', async () => {
  const world = await azureWorld()
  const { fake } = world
  const one = fake.addVm({ name: 'a1' })
  const two = fake.addVm({ name: 'a2' })
  const three = fake.addVm({ name: 'b1', resourceGroup: 'rg-b' })
  fake.addVm({ name: 'off', resourceGroup: 'rg-c' })
  fake.addPolicy([one.id, two.id])
  fake.addPolicy([three.id])
  const { provider, ids } = await signedIn(world)
  const answers = await provider.requestTogether?.(['a1', 'off', 'b1', 'a2'].map((name) => wanted(ids[name])))
  expect(answers?.map((answer) => (answer instanceof CallError ? answer.failure.tag : answer.machineId))).toEqual([
    ids['a1'],
    'jitOff',
    ids['b1'],
    ids['a2'],
  ])
  expect(
    fake.initiations.map(({ vmIds, justification }) => `${vmIds.length} ${justification}`).toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(['1 ticket 7', '2 ticket 7'])
})

test('what Azure would refuse is told before it is asked', async () => {
  const world = await azureWorld()
  const { fake } = world
  const free = fake.addSubscription({ name: 'Free', licensed: false })
  const vm = fake.addVm({ name: 'web-1', subscriptionId: fake.addSubscription().id })
  const unpaid = fake.addVm({ name: 'unpaid', subscriptionId: free.id })
  const long = fake.addVm({ name: 'a-machine-with-a-very-long-name', subscriptionId: vm.subscriptionId, resourceGroup: 'rg-long' })
  fake.addPolicy([vm.id], { rules: [rule(22, { allowedSourceAddressPrefix: '10.0.0.0/8' })] })
  fake.addPolicy([unpaid.id])
  fake.addPolicy([long.id], { name: 'a-policy-with-a-long-name-too' })
  const { provider, ids } = await signedIn(world)
  const ask = (name: string, parts?: Partial<GrantRequest>) => failureOf(provider.request(wanted(ids[name], parts)))
  expect(await ask('web-1', { ports: [22, 443] })).toEqual({ tag: 'notAllowed', part: 'port', allowed: '22' })
  expect(await ask('web-1', { durationMs: 4 * hourMs })).toEqual({ tag: 'notAllowed', part: 'duration', allowed: 'PT3H' })
  expect(await ask('web-1', { source: '192.0.2.1' })).toEqual({ tag: 'notAllowed', part: 'source', allowed: '10.0.0.0/8' })
  expect(await ask('web-1', { source: '10.0.0.0/7' })).toMatchObject({ part: 'source' })
  expect(await ask('unpaid')).toMatchObject({ tag: 'unsupported', reason: 'notLicensed' })
  expect(await ask('a-machine-with-a-very-long-name')).toMatchObject({ tag: 'unsupported', reason: 'nameTooLong' })
  fake.settings.permissions = [{ actions: ['*/read'], notActions: [] }]
  expect(await failureOf(provider.request(wanted(ids['web-1'], { source: '10.1.2.3' })))).toBeUndefined()
  await until(async () => ((await ask('web-1', { source: '10.1.2.3' })) ? true : undefined))
  expect(await ask('web-1', { source: '10.1.2.3' })).toEqual({
    tag: 'notAllowed',
    part: 'permission',
    allowed: 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action',
  })
  expect(fake.requests.filter(({ path, status }) => path.endsWith('/initiate') && status !== 202)).toEqual([])
})

test('an address that Azure takes only as part of its whole range is refused with that range', async () => {
  const world = await azureWorld({ isStrict: true })
  const vm = world.fake.addVm({ name: 'web-1' })
  world.fake.addPolicy([vm.id], { rules: [rule(22, { allowedSourceAddressPrefix: '10.0.0.0/24' })] })
  const { provider, ids } = await signedIn(world)
  expect(await failureOf(provider.request(wanted(ids['web-1'], { source: '10.0.0.85' })))).toEqual({
    tag: 'notAllowed',
    part: 'source',
    allowed: '10.0.0.0/24',
  })
  expect(await provider.request(wanted(ids['web-1'], { source: '10.0.0.0/24' }))).toMatchObject({ source: '10.0.0.0/24' })
})

test('F-48: a click whose answer was lost is the same request in a console that was started again', async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  world.fake.addPolicy([vm.id])
  const { provider, ids } = await signedIn(world)
  world.fake.faults.next({ path: /\/initiate$/ }, { kind: 'lost', hasEffect: true })
  for (let times = 0; times < 3; times += 1)
    world.fake.faults.next({ method: 'GET', path: /\/default$/ }, { kind: 'lost', hasEffect: false })
  const request = wanted(ids['web-1'])
  expect(await failureOf(provider.request(request))).toMatchObject({ tag: 'offline' })
  await world.restart()
  const again = await world.provider().request(request)
  expect(again).toMatchObject({ machineId: ids['web-1'], reason: 'ticket 7' })
  expect(world.fake.initiations).toHaveLength(1)
})

test("somebody else's window is shown, and a newer request takes a window's place", async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  const policy = world.fake.addPolicy([vm.id])
  const endTimeUtc = new Date(Date.now() + hourMs).toISOString()
  policy.properties.requests = [
    {
      virtualMachines: [
        {
          id: vm.id,
          ports: [
            { number: 3389, endTimeUtc, status: 'Initiated', statusReason: 'UserRequested', allowedSourceAddressPrefix: '192.0.2.9' },
          ],
        },
      ],
      startTimeUtc: new Date(Date.now() - 60_000).toISOString(),
      requestor: 'barbara@contoso.example',
      justification: 'patch day',
    },
  ]
  const { provider, ids } = await signedIn(world)
  const others = await provider.grants()
  expect(others).toMatchObject([
    {
      requestedBy: 'barbara@contoso.example',
      state: 'open',
      ports: [3389],
      source: '192.0.2.9',
      reason: 'patch day',
      machineId: ids['web-1'],
    },
  ])
  await provider.request(wanted(ids['web-1'], { ports: [3389] }))
  const now = await until(async () => {
    const all = await provider.grants()
    return all.find(({ id }) => id === others[0]?.id)?.state === 'closed' ? all : undefined
  })
  expect(now.find(({ id }) => id === others[0]?.id)).toMatchObject({ closeReason: 'revoked' })
})

test('a window is extended by asking again with the same reason, and stays the same grant', async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  world.fake.addPolicy([vm.id])
  const { provider, ids } = await signedIn(world)
  const grant = await provider.request(wanted(ids['web-1']))
  const longer = await provider.extend?.(grant.id, hourMs)
  expect(longer?.id).toBe(grant.id)
  expect(Date.parse(longer?.endsAt ?? '') - Date.parse(grant.endsAt ?? '')).toBe(hourMs)
  expect(world.fake.initiations.map(({ justification }) => justification)).toEqual(['ticket 7', 'ticket 7'])
  await pause(1500)
  expect((await provider.grants()).map(({ id }) => id)).toEqual([grant.id])
  expect(await failureOf(provider.extend?.(grant.id, 5 * hourMs) ?? Promise.resolve())).toMatchObject({ part: 'duration', allowed: 'PT3H' })
  expect('release' in provider).toBe(false)
  expect(provider.leavesSessions).toBe(true)
})

test('own windows are known again after a restart, and can be had longer', async () => {
  const world = await azureWorld()
  const vm = world.fake.addVm({ name: 'web-1' })
  world.fake.addPolicy([vm.id])
  const { provider, ids } = await signedIn(world)
  const { id } = await provider.request(wanted(ids['web-1']))
  await world.restart()
  await machinesOf(world.provider())
  expect(await world.provider().grants()).toMatchObject([
    { id, requestedBy: 'kim@contoso.example', state: 'open', machineId: ids['web-1'] },
  ])
  expect(await world.provider().extend?.(id, hourMs)).toMatchObject({ id })
})

test('the end closes the port and leaves what is connected', async () => {
  const world = await azureWorld()
  const target = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => void target.once('listening', resolve))
  onTestFinished(() => void target.close())
  const vm = world.fake.addVm({
    name: 'walled',
    firewall: { publicIp: '127.0.0.1' },
    targets: { 22: { host: '127.0.0.1', port: portOf(target) } },
  })
  world.fake.addPolicy([vm.id])
  const { provider, ids } = await signedIn(world)
  const { id } = await provider.request(wanted(ids['walled'], { durationMs: 6000 }))
  const open = await until(async () => {
    const grant: ProviderGrant = await provider.grant(id)
    return grant.state === 'open' ? grant : undefined
  })
  const port = open.endpoints[0]?.connectPort ?? 0
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve) => void socket.once('connect', resolve))
  const closed = await until(async () => {
    const grant = await provider.grant(id)
    return grant.state === 'closed' ? grant : undefined
  })
  expect(closed).toMatchObject({ closeReason: 'expired', endpoints: [] })
  await until(async () => ((await reaches(port)) ? undefined : true))
  expect(socket.readyState).toBe('open')
  socket.destroy()
})
