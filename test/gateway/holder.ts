/** A gateway in a process of its own, to be ended without warning: opens as many grants as asked and tells of them. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Grant, MachinesAdded } from '../../gateway/api.ts'
import { createGateway } from '../../gateway/server.ts'
import { alice, movableClock, tcpRule } from './gatewayFixture.ts'

// Without the test that watches it, it has no reason to be.
process.on('disconnect', () => process.exit())
const [, , dataFolder = '', port = '0', durations = '[]', place = '{}'] = process.argv
const Place = z.object({
  address: z.string().default('127.0.0.1'),
  from: z.string().default('127.0.0.1'),
  nftables: z.object({ networks: z.array(z.string()), command: z.array(z.string()) }).optional(),
})
const { address, from, nftables } = Place.parse(JSON.parse(place))
const caller = { ...alice, address: from }
const gateway = await createGateway({ dataFolder, clock: movableClock(), ...(nftables && { nftables }) })
const rules = [tcpRule(Number(port))]
const machine = { name: 'held', address, os: 'linux', site: '', tags: [], rules }
const { machines } = MachinesAdded.parse(await post('/v1/machines', { machines: [machine] }))
for (const duration of z.array(z.string()).parse(JSON.parse(durations))) {
  const grant = Grant.parse(await post('/v1/grants', { machineId: machines[0]?.id, ports: [Number(port)], duration, reason: 'held' }))
  process.send?.(grant)
}
// Changes that are always under way when the end comes.
for (;;) await post('/v1/audit', { action: 'session.started', outcome: 'ok', detail: { some: randomUUID() } })

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  const request = new Request(`https://gateway.internal${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return await (await gateway.fetch(request, caller)).json()
}
