import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import { echo, ended, openBench, startMachine, tcpRule, through } from './gatewayFixture.ts'
import type { Bench, Machine } from './gatewayFixture.ts'

let bench: Bench
let machine: Machine

beforeEach(async () => {
  bench = await openBench()
  machine = await startMachine()
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

test('a granted port leads to the machine, and the window ends it', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port, { duration: 'PT1.5S' })
  expect(grant).toMatchObject({ state: 'open', requestedBy: 'alice', source: '127.0.0.1', ports: [machine.port] })
  const socket = await through(grant)
  expect(await echo(socket, 'hello')).toBe('hello')
  const cut = await ended(socket)
  expect(cut.how).toBe('ECONNRESET')
  await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
  const after = Grant.parse((await bench.ask('GET', `/v1/grants/${grant.id}`)).body)
  expect(after).toMatchObject({ state: 'closed', closeReason: 'expired', endpoints: [] })
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

test("the defaults lead to the machine's own SSH port", async () => {
  const id = await bench.addMachine(machine.port, 'defaults', { sshPort: machine.port })
  const grant = await bench.grant(id, machine.port)
  expect(await echo(await through(grant), 'x')).toBe('x')
  expect(GrantList.parse((await bench.ask('GET', '/v1/grants')).body).grants).toHaveLength(1)
  expect(tcpRule(22).maxDuration).toBe('PT3H')
})
