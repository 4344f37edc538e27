import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { AuditEvent, AuditEvents, Machine, MachinePage } from '../../gateway/api.ts'
import { canonicalJson } from '../../gateway/canonicalJson.ts'
import { leafHash } from '../../gateway/log/tree.ts'
import type { GatewayTopic } from '../../gateway/server.ts'
import { alice, bob, codeOf, openBench, startMachine, tcpRule } from './gatewayFixture.ts'
import type { Bench } from './gatewayFixture.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench()
})

afterEach(async () => {
  await bench.close()
})

async function page(cursor?: string, limit?: number): Promise<MachinePage> {
  const query = new URLSearchParams({
    ...(cursor === undefined ? {} : { cursor }),
    ...(limit === undefined ? {} : { limit: String(limit) }),
  })
  return MachinePage.parse((await bench.ask('GET', `/v1/machines?${query}`)).body)
}

function input(name: string, more: object = {}) {
  return { name, address: `${name.toLowerCase()}.example`, os: 'linux', site: 'Köln', tags: ['web'], rules: [], ...more }
}

test('machines are read in pages, and afterwards only what changed and what is gone', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `srv${index}`)
  expect((await bench.ask('POST', '/v1/machines', { machines: names.map((name) => input(name)) })).status).toBe(201)
  const read: Machine[] = []
  let at = await page(undefined, 10)
  read.push(...at.machines)
  while (at.more) {
    at = await page(at.cursor, 10)
    read.push(...at.machines)
  }
  expect(read.map((machine) => machine.name)).toEqual(names)
  expect(await page(at.cursor)).toMatchObject({ machines: [], removed: [], more: false })
  const [first, second] = read
  if (first === undefined || second === undefined) throw new Error('no machines')
  await bench.ask('PUT', `/v1/machines/${second.id}`, { name: 'renamed', address: second.address, os: 'windows', site: '', tags: [] })
  await bench.ask('POST', '/v1/machines/remove', { ids: [first.id, 'not-there'] })
  const later = await page(at.cursor)
  expect(later.machines).toMatchObject([{ id: second.id, name: 'renamed', os: 'windows', site: '' }])
  expect(later.removed).toEqual([first.id])
  expect((await page()).machines).toHaveLength(24)
})

test('a cursor of another store is told, so that the reader begins again', async () => {
  const asked = await bench.ask('GET', '/v1/machines?cursor=0123456789abcdef.7.7')
  expect(asked).toMatchObject({ status: 410, body: { code: 'notFound', field: 'cursor' } })
  expect((await bench.ask('GET', '/v1/machines?cursor=junk')).status).toBe(410)
})

test('F-43: a machine with the same name and address, in other case or Unicode form, is known and not added twice', async () => {
  const machines = [
    input('München', { address: 'a.example' }),
    input('MU\u0308NCHEN', { address: 'A.Example' }),
    input('München', { address: 'b.example' }),
  ]
  const { body } = await bench.ask('POST', '/v1/machines', { machines })
  const added = z.object({ machines: z.array(z.object({ id: z.string(), known: z.boolean() })) }).parse(body).machines
  expect(added.map((one) => one.known)).toEqual([false, true, false])
  expect(added[0]?.id).toBe(added[1]?.id)
  const other = added[2]?.id ?? ''
  const clash = await bench.ask('PUT', `/v1/machines/${other}`, { name: 'münchen', address: 'a.example', os: 'linux', site: '', tags: [] })
  expect(clash).toMatchObject({ status: 409, body: { code: 'exists' } })
})

test('F-44: machines are added all or none, and the fault names its field', async () => {
  const bad = await bench.ask('POST', '/v1/machines', { machines: [input('good'), input('bad', { address: '-oProxyCommand=x' })] })
  expect(bad).toMatchObject({ status: 400, body: { code: 'invalidInput', field: 'machines.1.address', reason: 'leadingHyphen' } })
  expect((await page()).machines).toEqual([])
  const badRules = await bench.ask('POST', '/v1/machines', { machines: [input('bad', { rules: [tcpRule(22, 'PT99999H')] })] })
  expect(badRules).toMatchObject({ status: 400, body: { field: 'machines.0.rules.0.maxDuration', reason: 'badDuration' } })
})

test('JIT is turned on for many machines at once, with the defaults of each, and off again', async () => {
  const machines = [
    input('win', { os: 'windows' }),
    input('lin', { sshPort: 2222 }),
    input('dc', { os: 'windows', facts: { domainController: true } }),
  ]
  await bench.ask('POST', '/v1/machines', { machines })
  const [win, lin, dc] = (await page()).machines
  expect(dc).toMatchObject({ unsupportedReason: 'domainController', rules: [] })
  const all = await bench.ask('PUT', '/v1/policies', { machineIds: [win?.id, lin?.id, dc?.id], rules: 'defaults' })
  expect(all).toMatchObject({ status: 422, body: { code: 'unsupported', field: dc?.id, reason: 'domainController' } })
  expect((await page()).machines.every((machine) => machine.rules.length === 0)).toBe(true)
  expect(await bench.ask('PUT', '/v1/policies', { machineIds: [win?.id, lin?.id], rules: 'defaults' })).toMatchObject({
    status: 200,
    body: { changed: 2 },
  })
  const ports = (await page()).machines.map((machine) => [machine.name, machine.rules[0]?.port])
  expect(Object.fromEntries(ports)).toEqual({ dc: undefined, win: 3389, lin: 2222 })
  await bench.ask('PUT', '/v1/policies', { machineIds: [win?.id], rules: [] })
  expect((await page()).machines.find((machine) => machine.id === win?.id)?.rules).toEqual([])
  expect(await bench.ask('PUT', '/v1/policies', { machineIds: ['nobody'], rules: [] })).toMatchObject({ status: 404 })
})

test('INV-3: a machine tells of its approvals in the last 7 days and of its last access, and of time that makes them fewer', async () => {
  const machine = await startMachine()
  const id = await bench.addMachine(machine.port)
  const before = await page()
  expect(before.machines[0]).toMatchObject({ approvalsIn7Days: 0 })
  expect(before.machines[0]?.lastUser).toBeUndefined()
  await bench.grant(id, machine.port)
  await bench.grant(id, machine.port, { caller: bob })
  const after = await page(before.cursor)
  expect(after.machines[0]).toMatchObject({ approvalsIn7Days: 2, lastUser: 'bob' })
  expect(Date.parse(after.machines[0]?.lastAccessAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
  bench.clock.moveWall(8 * 24 * 3600_000)
  const aWeekLater = await page(after.cursor)
  expect(aWeekLater.machines[0]).toMatchObject({ approvalsIn7Days: 0, lastUser: 'bob' })
  await machine.close()
})

test('the log is read newest first, by page and by filter', async () => {
  const machine = await startMachine()
  const id = await bench.addMachine(machine.port, undefined, { name: 'Mail_1%' })
  const grant = await bench.grant(id, machine.port, { reason: 'ticket 4711' })
  await bench.ask('POST', '/v1/audit', {
    action: 'session.started',
    outcome: 'ok',
    machineId: id,
    grantId: grant.id,
    port: machine.port,
    detail: { way: 'ssh' },
  })
  await bench.ask('POST', '/v1/audit', { action: 'hostKey.changed', outcome: 'refused', machineId: id, detail: {} }, { caller: bob })
  const ask = async (query: string) => AuditEvents.parse((await bench.ask('GET', `/v1/audit?${query}`)).body)
  const first = await ask('limit=3')
  expect(first.events.map((event) => event.action)).toEqual(['hostKey.changed', 'session.started', 'grant.opened'])
  const second = await ask(`limit=100&before=${first.next}`)
  expect(second.events.map((event) => event.seq)).toEqual([5, 4, 3, 2, 1])
  expect(second.next).toBeUndefined()
  expect((await ask('topics=session&topics=hostKey')).events).toHaveLength(2)
  expect((await ask('topics=grant.opened')).events).toHaveLength(1)
  expect((await ask('outcomes=refused')).events).toMatchObject([{ actor: 'bob', machineName: 'Mail_1%', site: 'Berlin' }])
  expect((await ask(`grantId=${grant.id}`)).events).toHaveLength(5)
  expect((await ask(`machineId=${id}`)).events).toHaveLength(7)
  expect((await ask('text=4711')).events).toMatchObject([{ action: 'grant.requested' }])
  expect((await ask(`text=${encodeURIComponent('mail_1% bob')}`)).events).toHaveLength(1)
  expect((await ask(`text=${encodeURIComponent('%')}`)).events).toHaveLength(7)
  expect((await ask(`text=${encodeURIComponent("x' or 1=1 --")}`)).events).toEqual([])
  expect((await ask(`to=${encodeURIComponent('2020-01-01T00:00:00Z')}`)).events).toEqual([])
  expect((await ask(`from=${encodeURIComponent('2020-01-01T00:00:00Z')}`)).events).toHaveLength(8)
  await machine.close()
})

test('a console can write only its own actions, and only as the technician that the transport knows', async () => {
  expect(codeOf(await bench.ask('POST', '/v1/audit', { action: 'grant.opened', outcome: 'ok', detail: {} }))).toBe('invalidInput')
  expect(codeOf(await bench.ask('POST', '/v1/audit', { action: 'session.ended', outcome: 'ok', detail: {}, actor: 'bob' }))).toBe(
    'invalidInput',
  )
  expect(await bench.ask('POST', '/v1/audit', { action: 'session.ended', outcome: 'ok', detail: {} }, { caller: bob })).toMatchObject({
    status: 201,
    body: { actor: 'bob' },
  })
})

/** A gateway that shares its store rings for what it heard when it came to the others. */
async function untilItIsStill(): Promise<void> {
  let lastMs = performance.now()
  const stop = bench.gateway.onChange(() => (lastMs = performance.now()))
  await expect.poll(() => performance.now() - lastMs, { timeout: 10_000 }).toBeGreaterThan(400)
  stop()
}

test('the bell rings once for many changes, after they are written', async () => {
  await untilItIsStill()
  const rung: GatewayTopic[] = []
  const stop = bench.gateway.onChange((topic) => rung.push(topic))
  await bench.ask('POST', '/v1/machines', { machines: [input('a'), input('b'), input('c')] })
  await expect.poll(() => [...rung].sort()).toEqual(['audit', 'machines'])
  stop()
  await bench.ask('POST', '/v1/machines', { machines: [input('d')] })
  await new Promise((resolve) => void setImmediate(resolve))
  expect(rung).toHaveLength(2)
})

test('F-33: what an event calls __proto__ is left out before it is written, so its leaf is what everybody reads', async () => {
  const body = '{"action":"session.ended","outcome":"ok","detail":{"__proto__":false,"a":1}}'
  const headers = { 'content-type': 'application/json' }
  const sent = await bench.gateway.fetch(new Request('https://gateway.internal/v1/audit', { method: 'POST', headers, body }), alice)
  expect(sent.status).toBe(201)
  const event = AuditEvent.parse(await sent.json())
  expect(event.detail).toEqual({ a: 1 })
  const { body: proof } = await bench.ask('GET', `/v1/log/proof/inclusion?index=${event.seq - 1}&size=${event.seq}`)
  expect(proof).toMatchObject({ leaf: leafHash(canonicalJson(event)).toString('base64') })
})

test('the source is the address that the gateway sees', async () => {
  expect(await bench.ask('GET', '/v1/source', undefined, { caller: alice })).toMatchObject({
    status: 200,
    body: { myAddress: '127.0.0.1', servesOtherSources: false },
  })
})

test('the API describes itself (OpenAPI 3.1), with every path', async () => {
  const { body } = await bench.ask('GET', '/v1/openapi.json')
  const document = z.object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(body)
  expect(document.openapi).toBe('3.1.0')
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
  expect(routes.sort()).toEqual([
    'delete /v1/invitations/{id}',
    'delete /v1/machines/{id}/agent',
    'delete /v1/people/{id}/keys/{thumbprint}',
    'get /healthz',
    'get /v1/agent/challenges/{id}',
    'get /v1/agent/me',
    'get /v1/audit',
    'get /v1/challenges/{id}',
    'get /v1/events',
    'get /v1/grants',
    'get /v1/grants/{id}',
    'get /v1/log/bundle',
    'get /v1/log/checkpoint',
    'get /v1/log/entries',
    'get /v1/log/proof/consistency',
    'get /v1/log/proof/inclusion',
    'get /v1/logos/{id}',
    'get /v1/machines',
    'get /v1/machines/{id}',
    'get /v1/machines/{id}/sign-ins',
    'get /v1/me',
    'get /v1/openapi.json',
    'get /v1/people',
    'get /v1/policies',
    'get /v1/policies/{level}',
    'get /v1/source',
    'patch /v1/policies',
    'post /v1/agent/challenges',
    'post /v1/agent/challenges/{id}/events',
    'post /v1/agent/enrol',
    'post /v1/audit',
    'post /v1/challenges/lookup',
    'post /v1/challenges/{id}/decision',
    'post /v1/grants',
    'post /v1/grants/{id}/decision',
    'post /v1/grants/{id}/extend',
    'post /v1/grants/{id}/release',
    'post /v1/invitations',
    'post /v1/logos',
    'post /v1/machines',
    'post /v1/machines/remove',
    'post /v1/machines/{id}/enrolment',
    'post /v1/me/key',
    'post /v1/people/join',
    'post /v1/people/{id}/invitations',
    'post /v1/policies/preview',
    'put /v1/agent/report',
    'put /v1/machines/{id}',
    'put /v1/people/{id}',
    'put /v1/policies',
    'put /v1/policies/{level}',
  ])
})

const machineId = randomUUID()
const request = { machineId, ports: [22], duration: 'PT1H', reason: '' }
const hostile: [string, string | object, number][] = [
  ['no JSON', '{"a":', 400],
  ['an empty body', '', 400],
  ['a depth of 10,000', '['.repeat(10_000) + ']'.repeat(10_000), 400],
  ['an unknown member', { ...request, admin: true }, 400],
  ['a __proto__ member', `{"__proto__":{"admin":true},${JSON.stringify(request).slice(1)}`, 400],
  ['a number beyond all numbers', JSON.stringify(request).replace('[22]', '[1e400]'), 400],
  ['half of a surrogate pair', JSON.stringify(request).replace('"reason":""', String.raw`"reason":"\ud800"`), 400],
  ['a port in words', { ...request, ports: ['22'] }, 400],
  ['port 0', { ...request, ports: [0] }, 400],
  ['port 65536', { ...request, ports: [65536] }, 400],
  ['a fraction of a port', { ...request, ports: [22.5] }, 400],
  ['no ports', { ...request, ports: [] }, 400],
  ['a body of 65 KB', { ...request, reason: 'x'.repeat(65 * 1024) }, 413],
]
test.each(hostile)('F-116: %s is refused and nothing happens', async (_, body, status) => {
  const asked = await bench.ask('POST', '/v1/grants', body, { headers: { 'idempotency-key': randomUUID() } })
  expect(asked).toMatchObject({ status, body: { code: 'invalidInput', status } })
  expect(await bench.actions()).toEqual(['gateway.started ok'])
})

test('F-116: a body of another type, a key that is no UUID and a place that is not there are refused', async () => {
  const plain = await bench.ask('POST', '/v1/grants', JSON.stringify(request), {
    headers: { 'idempotency-key': randomUUID(), 'content-type': 'text/plain' },
  })
  expect(codeOf(plain)).toBe('invalidInput')
  expect(codeOf(await bench.ask('POST', '/v1/grants', request))).toBe('invalidInput')
  expect(codeOf(await bench.ask('POST', '/v1/grants', request, { headers: { 'idempotency-key': '1' } }))).toBe('invalidInput')
  expect(codeOf(await bench.ask('GET', '/v1/nothing'))).toBe('notFound')
  expect(codeOf(await bench.ask('GET', `/v1/grants/${randomUUID()}`))).toBe('notFound')
  expect(codeOf(await bench.ask('GET', '/v1/audit?limit=1000000'))).toBe('invalidInput')
  expect(codeOf(await bench.ask('GET', '/v1/audit?order=asc'))).toBe('invalidInput')
})

test('F-116: an import may be larger than other bodies, and has its own limit', async () => {
  const long = 'x'.repeat(190)
  const machines = Array.from({ length: 3000 }, (_, index) => input(`${long}${index}`, { address: `m${index}.example` }))
  expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBe(201)
  expect((await bench.ask('POST', '/v1/machines', { machines: [input('x'.repeat(25 * 1024 * 1024))] })).status).toBe(413)
})

test('a gateway that is closed refuses instead of failing', async () => {
  await bench.gateway.close()
  expect(await bench.ask('GET', '/v1/machines')).toMatchObject({ status: 503, body: { code: 'busy' } })
  await bench.gateway.close()
})
