/** A whole gateway on the nftables gate: killed, restarted, and with an nft that hangs. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AuditEvents, Grant, GrantList } from '../../gateway/api.ts'
import { createGateway } from '../../gateway/server.ts'
import type { Gateway } from '../../gateway/server.ts'
import { alice, codeOf, movableClock, openBench } from '../gateway/gatewayFixture.ts'
import type { Bench } from '../gateway/gatewayFixture.ts'
import { startNetwork } from './parts/netns.ts'
import type { Network } from './parts/netns.ts'

const networks = ['10.77.2.0/24']
const ssh = 22
const rdp = 3389

let network: Network
let folder: string
let bench: Bench | undefined

beforeAll(async () => {
  network = await startNetwork([ssh, rdp])
  folder = mkdtempSync(join(tmpdir(), 'nftables-'))
})

afterEach(async () => {
  await bench?.close()
  bench = undefined
  await network.nft('flush', 'ruleset')
})

afterAll(async () => {
  await network.stop()
  rmSync(folder, { recursive: true, force: true })
})

const technician = () => ({ ...alice, address: network.client })
const nftables = () => ({ networks, command: [...network.inGateway, 'nft'] })

async function eventsOf(gateway: Gateway, topic: string): Promise<AuditEvents['events']> {
  const answer = await gateway.fetch(new Request(`https://gateway.internal/v1/audit?limit=1000&topics=${topic}`), technician())
  return AuditEvents.parse(await answer.json()).events
}

test('F-61, GTW: the kernel ends a live connection within a second of its time after the gateway was killed, and a new one takes over the rest', async () => {
  const dataFolder = join(folder, 'killed')
  const place = JSON.stringify({ address: network.machine, from: network.client, nftables: nftables() })
  const holder = fork(join(import.meta.dirname, '../gateway/holder.ts'), [dataFolder, String(ssh), '["PT4S"]', place])
  const grants = [Grant.parse((await once(holder, 'message'))[0])]
  expect(grants[0]?.endpoints).toEqual([{ port: ssh, address: network.machine, connectPort: ssh }])
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  // Opened and not written in the store, as by a gateway that was killed in between.
  const orphan = `${network.otherClient} . ${network.machine} . ${ssh}`
  await network.nft(`add element inet gatehouse from4_32 { ${orphan} timeout 1h comment "grants 3b241101-e2bb-4255-8caf-4136c566a962" }`)
  holder.kill('SIGKILL')
  await once(holder, 'exit')

  expect(await connection.echo()).toBe('echoed')
  expect((await network.dial(network.machine, ssh)).how).toBe('connected')
  const { how, atMs } = await connection.ended
  const endsAt = Date.parse(grants[0]?.endsAt ?? '')
  expect(how).toBe('ECONNRESET')
  console.log(`cut by the kernel alone ${(atMs - endsAt).toFixed(0)} ms after the end of the window`)
  expect(Math.abs(atMs - endsAt)).toBeLessThan(1000)

  const gateway = await createGateway({ dataFolder, clock: movableClock(), nftables: nftables() })
  expect((await network.dial(network.machine, ssh, { from: network.otherClient })).how).toBe('ECONNREFUSED')
  expect(await network.nft('list', 'set', 'inet', 'gatehouse', 'from4_32')).not.toContain(orphan)
  const answer = await gateway.fetch(new Request(`https://gateway.internal/v1/grants/${grants[0]?.id}`), technician())
  expect(Grant.parse(await answer.json())).toMatchObject({ state: 'closed', closeReason: 'expired' })
  await gateway.close()
})

test('a gateway that is killed and started again goes on with its grants, and not a connection is lost', async () => {
  const dataFolder = join(folder, 'again')
  const place = JSON.stringify({ address: network.machine, from: network.client, nftables: nftables() })
  const holder = fork(join(import.meta.dirname, '../gateway/holder.ts'), [dataFolder, String(ssh), '["PT1H"]', place])
  const grant = Grant.parse((await once(holder, 'message'))[0])
  const connection = await network.dial(network.machine, ssh, { chatty: true })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const gateway = await createGateway({ dataFolder, clock: movableClock(), nftables: nftables() })
  expect(await connection.echo()).toBe('echoed')
  const release = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"why":"released"}' }
  await gateway.fetch(new Request(`https://gateway.internal/v1/grants/${grant.id}/release`, release), technician())
  expect((await connection.ended).how).toBe('ECONNRESET')
  expect(await eventsOf(gateway, 'gate.drift')).toEqual([])
  await gateway.close()
})

test('machines outside of the guarded networks are behind the relay', async () => {
  bench = await openBench({ nftables: nftables() })
  const grant = await bench.grant(await bench.addMachine(ssh), ssh)
  expect(grant.endpoints[0]?.connectPort).not.toBe(ssh)
})

test('F-58, F-60: an nft that hangs leaves a grant unknown and never open; after three failures there is an alarm, and the machine waits until it is closed', async () => {
  const pids = join(folder, 'pids')
  const hanging = join(folder, 'hanging')
  // Tells who it is and becomes nft, as long as it does not hang.
  const script = `echo $$ >> ${pids}; while [ -e ${hanging} ]; do sleep 0.1; done; exec ${network.inGateway.join(' ')} nft "$@"`
  bench = await openBench({ nftables: { networks, command: ['sh', '-c', script, 'nft'], timeoutMs: 1000 } })
  const { gateway } = bench
  const machineId = await bench.addMachine(ssh, undefined, { address: network.machine })
  const otherId = await bench.addMachine(rdp, undefined, { address: network.machine })
  const grant = await bench.grant(machineId, ssh, { caller: technician() })
  const connection = await network.dial(network.machine, ssh, { chatty: true })

  writeFileSync(hanging, '')
  for (const pid of readFileSync(pids, 'utf8').trim().split('\n')) stop(Number(pid))
  const path = `/v1/grants/${grant.id}/release`
  await bench.ask('POST', path, { why: 'released' }, { caller: technician() })
  expect(Grant.parse((await bench.ask('GET', `/v1/grants/${grant.id}`)).body)).toMatchObject({ state: 'closing', endpoints: [] })
  await expect.poll(() => eventsOf(gateway, 'gate.alarm'), { timeout: 30_000, interval: 200 }).toHaveLength(1)
  const refused = await bench.request(machineId, ssh, { caller: technician() })
  expect(codeOf(refused)).toBe('gateFailed')
  expect(refused.body).toMatchObject({ reason: 'stillOpen' })
  const unknown = await bench.request(otherId, rdp, { caller: technician() })
  expect(unknown.body).toMatchObject({ code: 'gateFailed', reason: 'noAnswer' })
  expect(await eventsOf(gateway, 'grant.unknown')).toHaveLength(1)
  const states = async () => GrantList.parse((await bench?.ask('GET', '/v1/grants'))?.body).grants.map(({ state }) => state)
  expect(await states()).toEqual(['closing', 'closing'])
  // It is still open indeed, and says so.
  expect(await connection.echo()).toBe('echoed')

  rmSync(hanging)
  expect((await connection.ended).how).toBe('ECONNRESET')
  await expect.poll(async () => (await bench?.request(machineId, ssh, { caller: technician() }))?.status, { timeout: 15_000 }).toBe(201)
  await expect.poll(states, { timeout: 15_000 }).toEqual(['open', 'closed', 'closed'])
  expect((await network.dial(network.machine, rdp)).how).toBe('ECONNREFUSED')
}, 90_000)

/** Stops a process where it is, so that it answers nothing any more. */
function stop(pid: number): void {
  try {
    process.kill(pid, 'SIGSTOP')
  } catch {
    // Ended by itself.
  }
}
