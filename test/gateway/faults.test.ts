import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant } from '../../gateway/api.ts'
import { openFile } from '../../gateway/store/database.ts'
import { failWhile } from './faultyFile.ts'
import { alice, codeOf, echo, ended, openBench, startMachine, through } from './gatewayFixture.ts'
import type { Bench, Machine } from './gatewayFixture.ts'

let bench: Bench
let machine: Machine
/** The statement that the store refuses as busy, as it does when something else holds the file for longer than it waits. */
let busyAt: string | undefined

beforeEach(async () => {
  busyAt = undefined
  const busy = (sql: string) => (sql === busyAt ? Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }) : undefined)
  bench = await openBench({ openFile: (folder) => failWhile(openFile(folder), busy) })
  machine = await startMachine()
})

afterEach(async () => {
  busyAt = undefined
  await bench.close()
  await machine.close()
})

test.each(['begin immediate', 'commit'])(
  'F-118: while the store is busy at "%s" a request is told to come again, nothing of it is there, and the same key works afterwards',
  async (statement) => {
    const id = await bench.addMachine(machine.port)
    const before = await bench.actions()
    const key = randomUUID()
    busyAt = statement
    const body = JSON.stringify({ machineId: id, ports: [machine.port], duration: 'PT1H', reason: '' })
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const asked = new Request('https://gateway.internal/v1/grants', { method: 'POST', headers, body })
    const answer = await bench.gateway.fetch(asked, alice)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await bench.actions()).toEqual(before)
    expect((await bench.ask('GET', '/v1/grants')).body).toEqual({ grants: [] })
    busyAt = undefined
    const { status } = await bench.request(id, machine.port, { key, reason: '' })
    expect(status).toBe(201)
    expect(await bench.actions('&topics=grant.requested')).toHaveLength(1)
  },
)

test('F-118: a busy store keeps no grant open: the gate closes at once, and what happened is written when the store is free', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  const socket = await through(grant)
  await echo(socket, 'x')
  const cut = ended(socket)
  busyAt = 'begin immediate'
  await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' })
  expect((await cut).how).toBe('ECONNRESET')
  expect(Grant.parse((await bench.ask('GET', `/v1/grants/${grant.id}`)).body).state).toBe('closing')
  busyAt = undefined
  await expect
    .poll(async () => (await bench.ask('GET', `/v1/grants/${grant.id}`)).body, { timeout: 10_000 })
    .toMatchObject({ state: 'closed', closeReason: 'released' })
  expect(await bench.actions(`&grantId=${grant.id}&topics=grant.released`)).toHaveLength(1)
})

test('F-118: an extension that could not be written has not happened, and the window ends as before', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  busyAt = 'commit'
  const asked = await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT1H' })
  expect(codeOf(asked)).toBe('busy')
  busyAt = undefined
  const seen = Grant.parse((await bench.ask('GET', `/v1/grants/${grant.id}`)).body)
  expect(seen.endsAt).toBe(grant.endsAt)
  expect(seen.remainingMs).toBeLessThanOrEqual(3_600_000)
  expect(await bench.actions('&topics=grant.extended')).toEqual([])
})
