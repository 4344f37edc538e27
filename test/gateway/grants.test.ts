import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import { openFile } from '../../gateway/store/database.ts'
import type { SqliteFile } from '../../gateway/store/database.ts'
import { alice, bob, codeOf, echo, ended, openBench, startMachine, tcpRule, through } from './gatewayFixture.ts'
import type { Bench, Machine } from './gatewayFixture.ts'
import { testOnFile } from './onFile.ts'

let bench: Bench
let machine: Machine
let file: SqliteFile

beforeEach(async () => {
  bench = await openBench({ openFile: (folder) => (file = openFile(folder)) })
  machine = await startMachine()
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

async function read(id: string): Promise<Grant> {
  return Grant.parse((await bench.ask('GET', `/v1/grants/${id}`)).body)
}

async function open(): Promise<Grant[]> {
  return GrantList.parse((await bench.ask('GET', '/v1/grants')).body).grants.filter((grant) => grant.state === 'open')
}

/** Lets the store grow no further, as a full disk does. */
function fillDisk(): void {
  const pages = Number(file.pragma('page_count', { simple: true }))
  file.pragma(`max_page_count = ${pages}`)
}

function freeDisk(): void {
  file.pragma('max_page_count = 1073741823')
}

test('a granted port leads to the machine, and the window ends it', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port, { duration: 'PT3S' })
  expect(grant).toMatchObject({ state: 'open', requestedBy: 'alice', source: '127.0.0.1', ports: [machine.port], reason: 'ticket 7' })
  expect(grant.remainingMs).toBeGreaterThan(1000)
  expect(Date.parse(grant.endsAt ?? '') - Date.parse(grant.requestedAt)).toBe(3000)
  const socket = await through(grant)
  expect(await echo(socket, 'hello')).toBe('hello')
  const cut = await ended(socket)
  expect(cut.how).toBe('ECONNRESET')
  await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
  await expect.poll(() => read(grant.id)).toMatchObject({ state: 'closed', closeReason: 'expired', endpoints: [] })
  expect(await bench.actions()).toEqual([
    'gateway.started ok',
    'machine.added ok',
    'grant.requested ok',
    'grant.approved ok',
    'gate.opened ok',
    'grant.opened ok',
    'grant.expired ok',
    'gate.closed ok',
  ])
})

test('a live connection is cut within some milliseconds of the end', async () => {
  const id = await bench.addMachine(machine.port)
  const lateMs: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const grant = await bench.grant(id, machine.port, { duration: 'PT1S' })
    const socket = await through(grant)
    socket.resume()
    socket.on('error', () => {})
    await new Promise((resolve) => void socket.on('close', resolve))
    lateMs.push(Date.now() - Date.parse(grant.endsAt ?? ''))
  }
  // The best of five: other work on this computer makes one late, never early.
  expect(Math.min(...lateMs)).toBeLessThan(30)
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1)
})

test('a release closes at once and cuts; a second one changes nothing', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  const socket = await through(grant)
  await echo(socket, 'x')
  const cut = ended(socket)
  const released = await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'lastSessionEnded' })
  expect(released).toMatchObject({ status: 200, body: { state: 'closed', closeReason: 'lastSessionEnded', endpoints: [] } })
  expect((await cut).how).toBe('ECONNRESET')
  const again = await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })
  expect(again).toMatchObject({ status: 200, body: { state: 'closed', closeReason: 'lastSessionEnded' } })
  expect(await bench.actions('&topics=grant.released')).toHaveLength(1)
})

test('F-47: a double click is one grant: the second is told to wait, or gets the first', async () => {
  const id = await bench.addMachine(machine.port)
  const key = randomUUID()
  const answers = await Promise.all([1, 2, 3].map(() => bench.request(id, machine.port, { key })))
  expect(answers.map((answer) => answer.status).filter((status) => status === 201)).toHaveLength(1)
  const [first] = await open()
  for (const answer of answers) {
    if (answer.status === 409) expect(codeOf(answer)).toBe('inProgress')
    else expect(answer.body).toMatchObject({ id: first?.id })
  }
  expect(await open()).toHaveLength(1)
})

test('F-48: the same key again answers the first grant, also after a restart', async () => {
  const id = await bench.addMachine(machine.port)
  const key = randomUUID()
  const first = await bench.grant(id, machine.port, { key })
  const again = await bench.request(id, machine.port, { key })
  expect(again.status).toBe(200)
  expect(again.body).toMatchObject({ id: first.id, endpoints: first.endpoints, endsAt: first.endsAt })
  await bench.restart()
  expect(await bench.request(id, machine.port, { key: key.toUpperCase() })).toMatchObject({ status: 200, body: { id: first.id } })
  expect(await open()).toHaveLength(1)
})

test('F-48: a key belongs to its technician', async () => {
  const id = await bench.addMachine(machine.port)
  const key = randomUUID()
  const one = await bench.grant(id, machine.port, { key, caller: alice })
  const other = await bench.grant(id, machine.port, { key, caller: bob })
  expect(other.id).not.toBe(one.id)
})

test('F-49: the same key for another request is refused', async () => {
  const id = await bench.addMachine(machine.port, [tcpRule(machine.port), tcpRule(22)])
  const key = randomUUID()
  await bench.grant(id, machine.port, { key })
  expect(await bench.request(id, 22, { key })).toMatchObject({ status: 422, body: { code: 'keyReused' } })
  expect(await bench.request(id, machine.port, { key, duration: 'PT2H' })).toMatchObject({ status: 422 })
  const [, second] = await Promise.all([
    bench.request(id, machine.port, { key: key.replace(/^./, '0') }),
    bench.request(id, 22, { key: key.replace(/^./, '0') }),
  ])
  expect(codeOf(second)).toBe('keyReused')
})

test('F-51: two technicians on one machine have two ways in, and each ends by itself', async () => {
  const id = await bench.addMachine(machine.port)
  const ofAlice = await bench.grant(id, machine.port, { duration: 'PT4S' })
  const ofBob = await bench.grant(id, machine.port, { caller: bob })
  expect(ofAlice.endpoints[0]?.connectPort).not.toBe(ofBob.endpoints[0]?.connectPort)
  const [alices, bobs] = [await through(ofAlice), await through(ofBob)]
  await echo(alices, 'a')
  await echo(bobs, 'b')
  expect((await ended(alices)).how).toBe('ECONNRESET')
  expect(await echo(bobs, 'still')).toBe('still')
  expect(await echo(await through(ofBob), 'new')).toBe('new')
  // The gate is closed first; the store is written when no deadline is near.
  await expect.poll(open).toMatchObject([{ id: ofBob.id, connections: 2 }])
  const cut = ended(bobs)
  await bench.ask('POST', `/v1/grants/${ofBob.id}/release`, { why: 'released' }, { caller: bob })
  expect((await cut).how).toBe('ECONNRESET')
})

test.each(['PT0S', '-PT1H', 'PTNaNS', 'PT9007199254740992S', 'PT3H1S', 'P1M', '', '1'])(
  'F-52: the duration %j is refused by the gateway',
  async (duration) => {
    const id = await bench.addMachine(machine.port)
    expect(await bench.request(id, machine.port, { duration })).toMatchObject({
      status: 403,
      body: { code: 'durationNotAllowed', allowed: 'PT3H' },
    })
    expect(await open()).toEqual([])
    expect((await bench.actions()).at(-1)).toBe('grant.refused refused')
  },
)

test('F-53: an open grant is extended up to the maximum, and an ended one is not', async () => {
  const id = await bench.addMachine(machine.port, [tcpRule(machine.port, 'PT8S')])
  const grant = await bench.grant(id, machine.port, { duration: 'PT3S' })
  const latest = Date.parse(grant.extendableUntil ?? '')
  expect(latest - Date.parse(grant.openedAt ?? '')).toBe(8000)
  const longer = await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT2S' })
  expect(longer.status).toBe(200)
  expect(Date.parse(Grant.parse(longer.body).endsAt ?? '') - Date.parse(grant.endsAt ?? '')).toBe(2000)
  const tooLong = await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT4S' })
  expect(tooLong).toMatchObject({ status: 403, body: { code: 'durationNotAllowed', allowed: 'PT8S' } })
  const socket = await through(grant)
  await sleep(Date.parse(grant.endsAt ?? '') - Date.now() + 100)
  expect(await echo(socket, 'past the first end')).toBe('past the first end')
  await ended(socket)
  const late = await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT1S' })
  expect(late).toMatchObject({ status: 409, body: { code: 'grantEnded', reason: 'expired' } })
  expect(await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'never' })).toMatchObject({ status: 400 })
  expect(await open()).toEqual([])
})

test('what policy does not allow is refused with what it does allow, and is in the log', async () => {
  const id = await bench.addMachine(machine.port, [tcpRule(machine.port, 'PT1H', ['10.0.0.0/8'])])
  expect(await bench.request(id, 22)).toMatchObject({ status: 403, body: { code: 'portNotAllowed', allowed: String(machine.port) } })
  expect(await bench.request(id, machine.port)).toMatchObject({ status: 403, body: { code: 'sourceNotAllowed', allowed: '10.0.0.0/8' } })
  expect(await bench.request(id, machine.port, { source: '10.1.1.1' })).toMatchObject({
    status: 403,
    body: { code: 'sourceNotAllowed', allowed: '127.0.0.1' },
  })
  expect(await bench.request(id, machine.port, { source: 'somewhere' })).toMatchObject({ status: 400, body: { field: 'source' } })
  const off = await bench.addMachine(1, [])
  expect(codeOf(await bench.request(off, 1))).toBe('jitOff')
  const old = await bench.addMachine(2, 'defaults', { os: 'windows', facts: { osVersion: '6.1' } })
  expect(await bench.request(old, 3389)).toMatchObject({ status: 422, body: { code: 'unsupported', reason: 'tooOld' } })
  expect(codeOf(await bench.request(randomUUID(), 22))).toBe('notFound')
  expect(await bench.actions('&outcomes=refused')).toHaveLength(6)
})

test('after JIT was turned on, the same click goes through', async () => {
  const id = await bench.addMachine(machine.port, [])
  const key = randomUUID()
  expect(codeOf(await bench.request(id, machine.port, { key }))).toBe('jitOff')
  await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: [tcpRule(machine.port)] })
  expect((await bench.request(id, machine.port, { key })).status).toBe(201)
})

test('F-56: a policy that is tightened, a machine that moves or goes, ends what is open at once, with the reason', async () => {
  const id = await bench.addMachine(machine.port)
  const kept = await bench.grant(id, machine.port, { duration: 'PT10M' })
  const tooLong = await bench.grant(id, machine.port, { duration: 'PT2H' })
  const socket = await through(tooLong)
  await echo(socket, 'x')
  const cut = ended(socket)
  await bench.ask('PUT', '/v1/policies', { machineIds: [id], rules: [tcpRule(machine.port, 'PT1H')] })
  expect((await cut).how).toBe('ECONNRESET')
  expect(await read(tooLong.id)).toMatchObject({ state: 'closed', closeReason: 'policyChanged' })
  expect(await read(kept.id)).toMatchObject({ state: 'open' })
  const moved = { name: 'moved', address: 'localhost', os: 'linux', site: '', tags: [] }
  await bench.ask('PUT', `/v1/machines/${id}`, moved)
  expect(await read(kept.id)).toMatchObject({ state: 'closed', closeReason: 'revoked' })
  const last = await bench.grant(id, machine.port)
  await bench.ask('PUT', `/v1/machines/${id}`, { ...moved, name: 'only renamed' })
  expect(await read(last.id)).toMatchObject({ state: 'open' })
  await bench.ask('POST', '/v1/machines/remove', { ids: [id] })
  expect(await read(last.id)).toMatchObject({ state: 'closed', closeReason: 'machineRemoved' })
})

testOnFile('F-63: on a full disk the request is refused before the gate is touched, and works once there is room', async () => {
  const id = await bench.addMachine(machine.port)
  await bench.grant(id, machine.port)
  fillDisk()
  let refused = 0
  // Some rows still find room in pages that are not full.
  for (let tries = 0; tries < 200 && refused < 3; tries += 1) {
    const before = (await open()).length
    const asked = await bench.request(id, machine.port, { reason: 'x'.repeat(500) })
    if (asked.status === 201) continue
    expect(asked).toMatchObject({ status: 507, body: { code: 'diskFull' } })
    refused += 1
    expect(await open()).toHaveLength(before)
  }
  expect(refused).toBe(3)
  freeDisk()
  expect((await bench.request(id, machine.port)).status).toBe(201)
})

testOnFile('F-64: a full disk does not keep a grant open: the gate closes, and the log is written once there is room', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  const socket = await through(grant)
  await echo(socket, 'x')
  fillDisk()
  while ((await bench.request(id, machine.port, { reason: 'x'.repeat(500) })).status === 201) continue
  const cut = ended(socket)
  const released = await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })
  expect((await cut).how).toBe('ECONNRESET')
  expect(released.body).toMatchObject({ endpoints: [] })
  await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
  freeDisk()
  await expect.poll(() => read(grant.id), { timeout: 8000 }).toMatchObject({ state: 'closed', closeReason: 'released' })
})

test('a machine behind an open port that does not answer is told, with the cause', async () => {
  const port = machine.port
  const id = await bench.addMachine(port)
  await machine.close()
  const grant = await bench.grant(id, port)
  const socket = await through(grant)
  expect((await ended(socket)).how).toBe('ECONNRESET')
  expect(await read(grant.id)).toMatchObject({ state: 'open', unreachable: { port, cause: 'refused' } })
  await expect.poll(() => bench.actions('&topics=gate')).toEqual(['gate.opened ok', 'gate.failed failed'])
  machine = await startMachine()
})

test('F-105: a gateway clock that goes back an hour lengthens no grant, and raises an alarm', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port, { duration: 'PT2S' })
  bench.clock.moveWall(-3_600_000)
  const moved = await read(grant.id)
  expect(moved.remainingMs).toBeLessThanOrEqual(2000)
  const socket = await through(grant)
  expect((await ended(socket)).how).toBe('ECONNRESET')
  await expect.poll(() => read(grant.id)).toMatchObject({ state: 'closed', closeReason: 'expired' })
  expect(await bench.actions('&topics=gateway')).toContain('gateway.clockChanged failed')
  const late = await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT1M' })
  expect(codeOf(late)).toBe('grantEnded')
})

test('F-106: a gateway clock that jumps forward closes early', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  const socket = await through(grant)
  bench.clock.moveWall(2 * 3_600_000)
  expect((await ended(socket)).how).toBe('ECONNRESET')
  await expect.poll(() => read(grant.id)).toMatchObject({ state: 'closed', closeReason: 'expired' })
})
