/** The nftables gate between namespaces: a client, a gateway that forwards, a machine. Every packet is a real one, every rule the kernel's. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Drift } from '../../gateway/gates/drift.ts'
import { createNftables } from '../../gateway/gates/nftables.ts'
import type { NftablesGate } from '../../gateway/gates/nftables.ts'
import { createNftSession } from '../../gateway/gates/nftProcess.ts'
import { noLog } from '../../gateway/log.ts'
import { run } from './parts/keeper.ts'
import { latePort, silentMs, startNetwork } from './parts/netns.ts'
import type { Network } from './parts/netns.ts'

const networks = ['10.77.2.0/24', 'fd77:2::/64']
const ssh = 22
const rdp = 3389
const hourMs = 3_600_000

let network: Network
let gate: NftablesGate
let drifts: Drift[]

beforeAll(async () => {
  network = await startNetwork([ssh, rdp])
})

afterEach(async () => {
  for (const id of await gate.list()) await gate.close(id)
  await gate.stop()
  await network.nft('flush', 'ruleset')
})

afterAll(async () => {
  await network.stop()
})

async function start(options: { gatewayId?: string; guarded?: string[]; checkEveryMs?: number } = {}): Promise<NftablesGate> {
  drifts = []
  const found = drifts
  gate = await createNftables({
    nft: (flags) => createNftSession({ command: [...network.inGateway, 'nft'], flags, timeoutMs: 5000 }),
    gatewayId: options.gatewayId ?? 'g1',
    networks: options.guarded ?? networks,
    monotonicMs: () => performance.now(),
    onDrift: (drift) => found.push(drift),
    log: noLog,
    // Tests look when they want to.
    checkEveryMs: options.checkEveryMs ?? hourMs,
  })
  return gate
}

interface Wish {
  id?: string
  source?: string
  address?: string
  ports?: number[]
  endsInMs?: number
}

function order({ id = randomUUID(), source = network.client, address = network.machine, ports = [ssh], endsInMs = hourMs }: Wish = {}) {
  return { grantId: id, source, address, ports, endsInMs }
}

async function open(wish: Wish = {}): Promise<string> {
  const one = order(wish)
  await gate.open(one)
  return one.grantId
}

test('a closed port refuses at once, and a grant lets in within milliseconds after it is open, its source and its port only', async () => {
  await start()
  const before = performance.timeOrigin + performance.now()
  const refused = await network.dial(network.machine, ssh)
  expect(refused.how).toBe('ECONNREFUSED')
  expect(refused.atMs - before).toBeLessThan(500)

  const took: number[] = []
  for (let round = 0; round < 21; round += 1) {
    const id = randomUUID()
    const [endpoint] = await gate.open(order({ id }))
    const openedAt = performance.timeOrigin + performance.now()
    const { how, atMs } = await network.dial(endpoint?.address ?? '', endpoint?.connectPort ?? 0)
    expect(how).toBe('connected')
    took.push(atMs - openedAt)
    await gate.close(id)
    expect((await network.dial(network.machine, ssh)).how).toBe('ECONNREFUSED')
  }
  const median = took.toSorted((one, other) => one - other)[10] ?? 0
  console.log(`from open to connected: median ${median.toFixed(1)} ms`)
  expect(median).toBeLessThan(50)

  await open()
  expect((await network.dial(network.machine, ssh, { from: network.otherClient })).how).toBe('ECONNREFUSED')
  expect((await network.dial(network.machine, rdp)).how).toBe('ECONNREFUSED')
})

test('closing cuts a live connection', async () => {
  await start()
  const id = await open()
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  expect(await connection.echo()).toBe('echoed')
  const closedAt = performance.timeOrigin + performance.now()
  await gate.close(id)
  const { how, atMs } = await connection.ended
  expect(how).toBe('ECONNRESET')
  expect(atMs - closedAt).toBeLessThan(500)
  expect(await gate.list()).toEqual([])
})

test('the kernel ends a live connection at its time without being told, and an extended one later', async () => {
  await start()
  const shortEndsAt = performance.timeOrigin + performance.now() + 1000
  await open({ endsInMs: 1000 })
  const extended = await open({ ports: [rdp], endsInMs: 1000 })
  const [short, long] = await Promise.all([ssh, rdp].map((port) => network.dial(network.machine, port, { chatty: true })))
  await gate.extend?.(extended, 2500)
  const shortEnd = await short?.ended
  expect(shortEnd?.how).toBe('ECONNRESET')
  expect(Math.abs((shortEnd?.atMs ?? 0) - shortEndsAt)).toBeLessThan(500)
  expect(await long?.echo()).toBe('echoed')
  const longEnd = await long?.ended
  expect((longEnd?.atMs ?? 0) - shortEndsAt).toBeGreaterThan(1000)
  expect((longEnd?.atMs ?? 0) - shortEndsAt).toBeLessThan(2500)
})

test('F-51: grants of one source share the way, and it closes with the last of them', async () => {
  await start()
  const first = await open({ endsInMs: 1000 })
  const second = await open()
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  await gate.close(first)
  await sleep(1200)
  expect(await connection.echo()).toBe('echoed')
  await gate.close(second)
  expect((await connection.ended).how).toBe('ECONNRESET')
})

test('ranges that contain each other are open side by side, and each ends by itself', async () => {
  await start()
  const wide = await open({ source: '10.77.0.0/16' })
  const narrow = await open({ source: '10.77.1.0/24' })
  const any = await open({ source: '0.0.0.0/0' })
  for (const id of [wide, narrow, any]) {
    expect((await network.dial(network.machine, ssh, { from: network.otherClient })).how).toBe('connected')
    await gate.close(id)
  }
  expect((await network.dial(network.machine, ssh)).how).toBe('ECONNREFUSED')
  const elsewhere = await open({ source: '10.78.0.0/16' })
  expect((await network.dial(network.machine, ssh)).how).toBe('ECONNREFUSED')
  await gate.close(elsewhere)
})

test('IPv6 is opened, cut and refused in the same way', async () => {
  await start()
  expect((await network.dial(network.machine6, ssh)).how).toBe('ECONNREFUSED')
  const id = await open({ source: network.client6, address: network.machine6 })
  const connection = await network.dial(network.machine6, ssh, { chatty: true })
  expect(await connection.echo()).toBe('echoed')
  await gate.close(id)
  expect((await connection.ended).how).toBe('ECONNRESET')
  const ranged = await open({ source: 'fd77:1::/64', address: network.machine6 })
  expect((await network.dial(network.machine6, ssh)).how).toBe('connected')
  await gate.close(ranged)
  await expect(gate.open(order({ address: network.machine6 }))).rejects.toMatchObject({ code: 'otherFamily' })
})

/** A wait that does not end says which one it was: it was seen once, in a whole run. */
function soon<Value>(what: string, coming: Promise<Value>): Promise<Value> {
  const late = sleep(8000, undefined, { ref: false }).then(() => {
    throw new Error(`${what} did not come in 8 seconds`)
  })
  return Promise.race([coming, late])
}

test('what a machine begins itself passes, connections from before the gate do not, and machines elsewhere are not its business', async () => {
  const before = await network.dial(network.machine, ssh, { chatty: true })
  expect(await before.echo()).toBe('echoed')
  await start()
  expect((await soon('the end of the connection from before', before.ended)).how).toBe('ECONNRESET')
  const back = await soon('a connection from the machine', network.dialBack(ssh))
  expect(await soon('its answer', back.echo())).toBe('echoed')
  await expect(gate.open(order({ address: '192.0.2.1' }))).rejects.toMatchObject({ code: 'notGuarded' })
})

test('a client that is guarded itself is let in and cut like others', async () => {
  await start({ guarded: ['10.77.0.0/16'] })
  expect((await network.dial(network.machine, ssh)).how).toBe('ECONNREFUSED')
  const id = await open()
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  expect(await connection.echo()).toBe('echoed')
  expect((await network.dialBack(ssh)).how).toBe('ECONNREFUSED')
  await gate.close(id)
  expect((await connection.ended).how).toBe('ECONNRESET')
})

test('a connection that was silent when its grant ended, and that the kernel has forgotten, does not come back when the machine talks', async () => {
  await start()
  const forgetful = 'echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established'
  const [command = '', ...args] = network.inGateway
  await run(command, [...args, 'sh', '-c', forgetful])
  const id = await open({ ports: [latePort] })
  const connection = await network.dial(network.machine, latePort)
  expect(connection.how).toBe('connected')
  await gate.close(id)
  expect(await connection.hear(silentMs + 1000)).toBe('nothing')
  await run(command, [...args, 'sh', '-c', forgetful.replace('echo 1', 'echo 432000')])
})

test('a thousand grants are opened and closed in a moment', async () => {
  await start()
  const sources = Array.from({ length: 1000 }, (_, index) => `10.99.${Math.floor(index / 250)}.${index % 250}`)
  const startedAt = performance.now()
  const ids = await Promise.all(sources.map((source) => open({ source })))
  const openedAt = performance.now()
  expect(await network.nft('list', 'table', 'inet', 'gatehouse')).toContain('10.99.3.249 . 10.77.2.2 . 22')
  const countedAt = performance.now()
  await Promise.all(ids.map((id) => gate.close(id)))
  const closedAt = performance.now()
  console.log(`1,000 grants: opened in ${(openedAt - startedAt).toFixed(0)} ms, closed in ${(closedAt - countedAt).toFixed(0)} ms`)
  expect(openedAt - startedAt).toBeLessThan(3000)
  expect(closedAt - countedAt).toBeLessThan(3000)
  expect(await network.nft('list', 'table', 'inet', 'gatehouse')).not.toContain('timeout 1h')
})

test('F-59: tables of others stay as they are, to the byte', async () => {
  await network.nft('add table inet firewall; add set inet firewall s { type ipv4_addr; elements = { 192.0.2.9 }; }')
  await network.nft('add chain inet firewall c { type filter hook forward priority 10; }; add rule inet firewall c ip saddr @s drop')
  const before = await network.nft('list', 'table', 'inet', 'firewall')
  await start()
  const id = await open()
  await gate.check()
  await gate.close(id)
  await gate.stop()
  expect(await network.nft('list', 'table', 'inet', 'firewall')).toBe(before)
  expect(drifts).toEqual([])
})

test('F-59: a table of this name that another gateway made is not touched, and this one does not start', async () => {
  await network.nft('add table inet gatehouse { comment "gatehouse gateway other"; }')
  const before = await network.nft('list', 'ruleset')
  await expect(start()).rejects.toMatchObject({ code: 'foreign' })
  expect(await network.nft('list', 'ruleset')).toBe(before)
})

test('F-59: an element that is not ours raises an alarm and is never deleted, not even where a grant wanted the same', async () => {
  await start()
  const foreign = `${network.client} . ${network.machine} . ${ssh}`
  await network.nft(`add element inet gatehouse from4_32 { ${foreign} }`)
  await expect(gate.open(order({ ports: [rdp, ssh] }))).rejects.toMatchObject({ code: 'foreign' })
  // Nothing of a grant that was refused stays open.
  expect((await network.dial(network.machine, rdp)).how).toBe('ECONNREFUSED')
  const other = await open({ source: network.otherClient })
  await gate.check()
  await gate.check()
  expect(drifts).toEqual([{ what: 'foreign', element: foreign }])
  await gate.close(other)
  expect(await network.nft('list', 'set', 'inet', 'gatehouse', 'from4_32')).toContain(foreign)
})

test('F-59: an element of ours that somebody made their own is told with its grant, and is left when the grant ends', async () => {
  await start()
  const id = await open()
  const element = `${network.client} . ${network.machine} . ${ssh}`
  await network.nft(`delete element inet gatehouse from4_32 { ${element} }; add element inet gatehouse from4_32 { ${element} }`)
  await gate.check()
  expect(drifts).toEqual([{ what: 'foreign', element, grantId: id }])
  await gate.close(id)
  expect(await network.nft('list', 'set', 'inet', 'gatehouse', 'from4_32')).toContain(element)
  await network.nft(`delete element inet gatehouse from4_32 { ${element} }`)
  await gate.check()
  await open()
  expect((await network.dial(network.machine, ssh)).how).toBe('connected')
})

test("F-59: a table that became somebody else's is told once, and not touched", async () => {
  await start({ checkEveryMs: 50 })
  await network.nft('delete table inet gatehouse; add table inet gatehouse { comment "mine"; }')
  const before = await network.nft('list', 'ruleset')
  await expect.poll(() => drifts).toEqual([{ what: 'foreignTable' }])
  await sleep(500)
  expect(drifts).toHaveLength(1)
  await expect(gate.open(order())).rejects.toMatchObject({ code: 'foreign' })
  expect(await network.nft('list', 'ruleset')).toBe(before)
})

test('F-59: what somebody changed of ours raises an alarm and is put right, live connections through it going on', async () => {
  await start()
  const kept = await open()
  const key = (port: number) => `${network.client} . ${network.machine} . ${port}`
  const lost = await open({ ports: [rdp] })
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  await network.nft(
    `delete element inet gatehouse from4_32 { ${key(ssh)}, ${key(rdp)} }; add element inet gatehouse from4_32 { ${key(ssh)} timeout 9h comment "grants ${kept}" }`,
  )
  await gate.check()
  expect(drifts).toEqual([
    { what: 'edited', element: key(ssh), grantId: kept },
    { what: 'missing', element: key(rdp), grantId: lost },
  ])
  expect(await connection.echo()).toBe('echoed')
  expect((await network.dial(network.machine, rdp)).how).toBe('connected')
  expect(await network.nft('list', 'set', 'inet', 'gatehouse', 'from4_32')).not.toContain('9h')
  await gate.check()
  expect(drifts).toHaveLength(2)
})

test('F-59: rules that were added are left with an alarm, and rules that were removed are back within a look', async () => {
  await start({ checkEveryMs: 100 })
  const id = await open()
  const element = `${network.client} . ${network.machine} . ${ssh}`
  await network.nft('insert rule inet gatehouse inbound tcp dport 80 accept')
  await expect.poll(() => drifts).toEqual([{ what: 'rulesAdded' }])
  expect(await network.nft('list', 'chain', 'inet', 'gatehouse', 'inbound')).toContain('tcp dport 80 accept')
  await network.nft('flush', 'chain', 'inet', 'gatehouse', 'forward')
  await expect.poll(() => drifts.at(-1)).toEqual({ what: 'rulesGone' })
  await network.nft('delete', 'table', 'inet', 'gatehouse')
  await expect.poll(async () => (await network.dial(network.machine, rdp)).how).toBe('ECONNREFUSED')
  await expect.poll(() => drifts.slice(2)).toEqual([{ what: 'tableGone' }, { what: 'missing', element, grantId: id }])
  await expect.poll(async () => (await network.dial(network.machine, ssh)).how).toBe('connected')
})
