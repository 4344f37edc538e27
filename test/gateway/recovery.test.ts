import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import { createGateway } from '../../gateway/server.ts'
import { openFile, openStore, StoreError } from '../../gateway/store/database.ts'
import type { Store } from '../../gateway/store/database.ts'
import type { GrantRow } from '../../gateway/store/tables.ts'
import { dropGuards } from './guards.ts'
import { testOnFile } from './onFile.ts'
import { alice, echo, ended, movableClock, openBench, startMachine, through } from './gatewayFixture.ts'
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

async function read(id: string): Promise<Grant> {
  return Grant.parse((await bench.ask('GET', `/v1/grants/${id}`)).body)
}

/** Does something to the store while no gateway has it. */
async function meanwhile(change: (store: Store) => Promise<unknown>): Promise<void> {
  await bench.gateway.close()
  const store = await bench.openStore()
  await change(store)
  await store.destroy()
  await bench.restart()
}

test('REQ-7: after a restart a grant goes on for the rest of its window, through another way in', async () => {
  const id = await bench.addMachine(machine.port)
  const before = await bench.grant(id, machine.port, { duration: 'PT3S' })
  const socket = await through(before)
  await echo(socket, 'x')
  const cut = ended(socket)
  await bench.restart()
  expect((await cut).how).toBe('ECONNRESET')
  const after = await read(before.id)
  expect(after).toMatchObject({ state: 'open', endsAt: before.endsAt, openedAt: before.openedAt })
  expect(await echo(await through(after), 'back')).toBe('back')
  expect(after.remainingMs).toBeLessThan(3000)
  const last = await through(after)
  await ended(last)
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(before.endsAt ?? '') - 1)
  await expect.poll(() => read(before.id)).toMatchObject({ state: 'closed', closeReason: 'expired' })
})

test('F-62: what ran out while the gateway was down is closed before it answers, and never opened again', async () => {
  const id = await bench.addMachine(machine.port)
  const short = await bench.grant(id, machine.port, { duration: 'PT1S' })
  const long = await bench.grant(id, machine.port)
  await bench.gateway.close()
  await sleep(1100)
  await bench.restart()
  expect(await read(short.id)).toMatchObject({ state: 'closed', closeReason: 'expired', endpoints: [] })
  expect(await read(long.id)).toMatchObject({ state: 'open' })
  const events = await bench.actions(`&grantId=${short.id}`)
  expect(events.at(-2)).toBe('grant.expired ok')
})

test('F-61: a grant whose gate was opened but never written is closed at the start, and its key says so', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  await meanwhile((store) => store.updateTable('grants').set({ state: 'opening', openedAt: null, endpoints: '[]' }).execute())
  expect(await read(grant.id)).toMatchObject({ state: 'closed', closeReason: 'gatewayRestarted' })
})

test('grants that were half way in any state end at the start, each with its reason', async () => {
  const id = await bench.addMachine(machine.port)
  const [unknown, closing, requested, gone, tightened] = [
    await bench.grant(id, machine.port),
    await bench.grant(id, machine.port),
    await bench.grant(id, machine.port),
    await bench.grant(await bench.addMachine(1), 1),
    await bench.grant(await bench.addMachine(2), 2),
  ]
  await meanwhile(async (store) => {
    const set = async (grantId: string, columns: Partial<GrantRow>) =>
      await store.updateTable('grants').set(columns).where('id', '=', grantId).execute()
    await set(unknown.id, { state: 'unknown' })
    await set(closing.id, { state: 'closing', closeReason: 'released' })
    await set(requested.id, { state: 'requested', openedAt: null, endsAt: null })
    await store.deleteFrom('machines').where('id', '=', gone.machineId).execute()
    await store.deleteFrom('policies').where('level', '=', `machine:${tightened.machineId}`).execute()
  })
  expect(await read(unknown.id)).toMatchObject({ state: 'closed', closeReason: 'gatewayRestarted' })
  expect(await read(closing.id)).toMatchObject({ state: 'closed', closeReason: 'released' })
  expect(await read(requested.id)).toMatchObject({ state: 'lapsed' })
  expect(await read(gone.id)).toMatchObject({ state: 'closed', closeReason: 'machineRemoved' })
  expect(await read(tightened.id)).toMatchObject({ state: 'closed', closeReason: 'policyChanged' })
})

test('a gate that cannot be opened again ends the grant as gatewayRestarted', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port)
  await bench.restart({ relayAddress: '192.0.2.1' })
  expect(await read(grant.id)).toMatchObject({ state: 'closed', closeReason: 'gatewayRestarted' })
})

test('F-105: a clock that went back while the gateway was down gives no time back', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port, { duration: 'PT10M' })
  await bench.gateway.close()
  bench.clock.moveWall(-3_600_000)
  await bench.restart()
  expect((await read(grant.id)).remainingMs).toBeLessThanOrEqual(600_000)
})

test('F-62: a start that takes long gives a grant none of the time that it took', async () => {
  const id = await bench.addMachine(machine.port)
  const grant = await bench.grant(id, machine.port, { duration: 'PT3S' })
  await bench.restart({
    throughGate: (gate) => ({
      ...gate,
      async list() {
        await sleep(800)
        return await gate.list()
      },
    }),
  })
  expect((await read(grant.id)).remainingMs).toBeLessThanOrEqual(Date.parse(grant.endsAt ?? '') - Date.now() + 50)
  await ended(await through(await read(grant.id)))
  expect(Date.now() - Date.parse(grant.endsAt ?? '')).toBeLessThan(500)
})

testOnFile('F-111: a gateway that is killed with grants open leaves none open past its end, and the log whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-killed-'))
  const child = fork(join(import.meta.dirname, 'holder.ts'), [folder, String(machine.port), JSON.stringify(['PT3S', 'PT3S', 'PT1H'])])
  const grants: Grant[] = []
  child.on('message', (message) => grants.push(Grant.parse(message)))
  await expect.poll(() => grants.length, { timeout: 15_000 }).toBe(3)
  const sockets = await Promise.all(grants.map((grant) => through(grant)))
  await Promise.all(sockets.map((socket) => echo(socket, 'x')))
  const cut = Promise.all(sockets.map(ended))
  // Another process owns the store.
  await expect(createGateway({ dataFolder: folder, clock: movableClock() })).rejects.toMatchObject({ problem: 'inUse' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await cut
  for (const grant of grants) await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
  await sleep(Math.max(0, Date.parse(grants[1]?.endsAt ?? '') - Date.now() + 100))
  const gateway = await createGateway({ dataFolder: folder, clock: movableClock() })
  const body: unknown = await (await gateway.fetch(new Request('https://gateway.internal/v1/grants'), alice)).json()
  const states = new Map(GrantList.parse(body).grants.map((grant) => [grant.id, `${grant.state} ${grant.closeReason ?? ''}`.trim()]))
  expect(grants.map((grant) => states.get(grant.id))).toEqual(['closed expired', 'closed expired', 'open'])
  await gateway.close()
  const store = openStore(openFile(folder))
  expect(await findBreak(store)).toBeUndefined()
  const events = await store.selectFrom('audit').select(['seq', 'action']).orderBy('seq').execute()
  expect(events.filter((event) => event.action === 'grant.opened')).toHaveLength(3)
  expect(events.filter((event) => event.action === 'session.started').length).toBeGreaterThan(0)
  await store.destroy()
  rmSync(folder, { recursive: true, force: true })
})

testOnFile('F-86: a store of a newer version is refused and left as it is', async () => {
  expect.assertions(3)
  await meanwhile((store) => sql`pragma user_version = 99`.execute(store)).catch((error: unknown) => {
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({ problem: 'newer' })
  })
  // SQLite keeps the version at offset 60 of the file.
  expect(readFileSync(join(bench.folder, 'gateway.db')).readUInt32BE(60)).toBe(99)
})

test('the log refuses to be changed, and shows it when somebody did it all the same', async () => {
  await bench.addMachine(1)
  await bench.addMachine(2)
  await bench.gateway.close()
  const store = await bench.openStore()
  const run = (text: string) => sql.raw(text).execute(store)
  await expect(run("update audit set actor = 'mallory' where seq = 2")).rejects.toThrow('append-only')
  await expect(run('delete from audit where seq = 2')).rejects.toThrow('append-only')
  expect(await findBreak(store)).toBeUndefined()
  await dropGuards(store)
  await run("update audit set actor = 'mallory' where seq = 2")
  expect(await findBreak(store)).toBe(2)
  await run("update audit set actor = 'alice' where seq = 2")
  expect(await findBreak(store)).toBeUndefined()
  await run('delete from audit where seq = 2')
  expect(await findBreak(store)).toBe(2)
  await store.destroy()
})
