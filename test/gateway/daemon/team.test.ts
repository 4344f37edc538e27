/** People at a gateway on the network, each with a console of their own: real TLS, real proofs, real connections. */
import { randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ended, dial, echo, startMachine } from '../gatewayFixture.ts'
import { inviteAndJoin, joinAs, joinAsAda, startTeam } from './daemonFixture.ts'

const machineFor = (port: number) => ({
  machines: [
    {
      name: 'web-1',
      address: '127.0.0.1',
      os: 'linux' as const,
      site: 'Berlin',
      tags: [],
      rules: [{ port, protocol: 'tcp' as const, sources: [], maxDuration: 'PT1H' }],
    },
  ],
})

async function machineAt(port: number, daemon: Awaited<ReturnType<typeof startTeam>>['daemon']): Promise<void> {
  const caller = { technician: 'Ada', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }
  const response = await daemon.gateway.fetch(
    new Request('https://gateway.internal/v1/machines', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(machineFor(port)),
    }),
    caller,
  )
  expect(response.status).toBe(201)
}

async function seesMachine(console: Awaited<ReturnType<typeof joinAs>>): Promise<string> {
  return vi.waitFor(
    async () => {
      const list = await console.call('machines.list', {
        tab: 'configured',
        search: 'web-1',
        sort: 'name',
        descending: false,
        offset: 0,
        limit: 10,
      })
      const row = list.rows.find(({ provider }) => provider.id === console.gatewayId)
      if (!row) throw new Error('not yet')
      return row.id
    },
    { timeout: 5000 },
  )
}

async function openGrant(console: Awaited<ReturnType<typeof joinAs>>, port: number) {
  const machineId = await seesMachine(console)
  const { results } = await console.call('grants.request', {
    idempotencyKey: randomUUID(),
    machines: [{ machineId, ports: [port] }],
    durationMs: 600_000,
    reason: 'ticket 7',
  })
  const [first] = results
  if (first?.result.ok !== true) throw new Error(JSON.stringify(first))
  return first.result.grant
}

describe('a team at a gateway', () => {
  test('the first administrator joins, invites somebody, and both work at the same machine', async () => {
    const team = await startTeam()
    const machine = await startMachine()
    onTestFinished(() => machine.close())
    await machineAt(machine.port, team.daemon)
    const ada = await joinAsAda(team)
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    const { people } = await ada.call('account.people', { gatewayId: ada.gatewayId })
    expect(people.map(({ name, roles, isMe }) => ({ name, roles, isMe }))).toEqual([
      { name: 'Ada', roles: ['gatewayAdmin'], isMe: true },
      { name: 'Bea', roles: ['requester'], isMe: false },
    ])
    const grant = await openGrant(bea, machine.port)
    expect(grant.requestedBy).toBe('Bea')
    const [endpoint] = grant.endpoints
    const socket = await dial('127.0.0.1', endpoint?.connectPort ?? 0)
    expect(await echo(socket, 'hello')).toBe('hello')
    socket.destroy()
  })
})
