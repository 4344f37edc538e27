/** What becomes of gateways and grants when their database is away, slow, or has another time: a server of this file's own, which it may end. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { Grant, GrantList } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import { openPostgres } from '../../gateway/store/postgres/openPostgres.ts'
import { writersLock } from '../../gateway/store/postgres/dialect.ts'
import { clientConfig, type PostgresPlace } from '../../gateway/store/postgres/pool.ts'
import { codeOf, echo, ended, openBench, startMachine, through } from '../gateway/gatewayFixture.ts'
import { openDatabase } from '../gateway/postgresFixture.ts'
import { startPostgres, type PostgresServer } from '../real/parts/postgres.ts'
import { healthOf, openPair } from './pair.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

async function placeOfOwn(): Promise<PostgresPlace> {
  return { ...server.place, database: await server.createDatabase() }
}

async function machineHere() {
  const machine = await startMachine()
  onTestFinished(() => machine.close())
  return machine
}

test(
  'F-118: while the database is away no gateway serves and no port is open; when it is back every grant has what is left of its window',
  { timeout: 120_000 },
  async () => {
    const place = await placeOfOwn()
    const { passwordFile, certificateFile } = server
    const { one, other, atOne, atOther, machine } = await openPair({
      port: place.port,
      database: place.database,
      passwordFile,
      certificateFile,
    })
    const id = await atOne.addMachine(machine.port)
    const grants = [await atOne.grant(id, machine.port, 600), await atOther.grant(id, machine.port, 600)]
    const short = await atOne.grant(id, machine.port, 5)
    const cuts = Promise.all((await Promise.all(grants.map((grant) => through(grant)))).map(ended))
    const awayMs = performance.now()
    await server.crash()
    // Nobody can be told any more that somebody is disabled, so nothing stays open for longer than a lease.
    await cuts
    expect(performance.now() - awayMs).toBeLessThan(4500)
    for (const grant of grants) await expect(through(grant)).rejects.toThrow('ECONNREFUSED')
    for (const gateway of [one, other]) {
      expect(await healthOf(gateway.port)).toBe(503)
      expect(await gateway.metric('gatehouse_serving')).toBe(0)
      expect(await gateway.metric('gatehouse_grants{keeper="here"}')).toBeNaN()
    }
    expect((await atOther.ask('GET', '/v1/grants')).status).toBe(503)
    await sleep(3000)
    await server.start()
    await vi.waitFor(
      async () => {
        for (const { id: grantId, endsAt } of grants) {
          const grant = await atOne.grantOf(grantId)
          expect(grant).toMatchObject({ state: 'open', endsAt })
          expect(await echo(await through(grant), 'back')).toBe('back')
        }
      },
      { timeout: 20_000, interval: 100 },
    )
    // It ran out meanwhile.
    await vi.waitFor(async () => expect(await atOther.grantOf(short.id)).toMatchObject({ state: 'closed', closeReason: 'expired' }), {
      timeout: 10_000,
    })
    const store = openDatabase(place)
    expect(await findBreak(store)).toBeUndefined()
    await store.destroy()
  },
)

test(
  'F-118: a server that ends in the middle of requests leaves no half of one: the same key, sent again, has one effect',
  { timeout: 120_000 },
  async () => {
    const place = await placeOfOwn()
    const machine = await machineHere()
    const bench = await openBench({}, place)
    onTestFinished(() => bench.close())
    const id = await bench.addMachine(machine.port)
    const keys = Array.from({ length: 60 }, () => randomUUID())
    const answers = keys.map(async (key, index) => {
      await sleep(index * 10)
      return await bench.request(id, machine.port, { key })
    })
    await sleep(250)
    await server.crash()
    await server.start()
    const first = await Promise.all(answers)
    for (const { status } of first) expect([201, 503]).toContain(status)
    expect(first.map(({ status }) => status)).toContain(503)
    await vi.waitFor(() => expect(bench.gateway.isServing()).toBe(true), { timeout: 20_000 })
    for (const [index, key] of keys.entries()) {
      const again = await vi.waitFor(
        async () => {
          const asked = await bench.request(id, machine.port, { key })
          // 502: that its gate opened could not be written, so it was closed again and has failed (F-63).
          expect([200, 201, 502]).toContain(asked.status)
          return asked.status === 502 ? undefined : Grant.parse(asked.body)
        },
        { timeout: 20_000 },
      )
      const before = first[index]
      if (before?.status === 201) expect(again?.id).toBe(Grant.parse(before.body).id)
    }
    const { grants } = GrantList.parse((await bench.ask('GET', '/v1/grants')).body)
    expect(new Set(grants.map((grant) => grant.id)).size).toBe(keys.length)
    expect((await bench.actions('&topics=grant.requested')).length).toBe(keys.length)
    const store = openDatabase(place)
    expect(await findBreak(store)).toBeUndefined()
    await store.destroy()
  },
)

test(
  'F-118: while another holds the database a request is told to come again, nothing of it is there, and what is open stays',
  { timeout: 60_000 },
  async () => {
    const place = await placeOfOwn()
    const machine = await machineHere()
    const bench = await openBench({}, place)
    onTestFinished(() => bench.close())
    const id = await bench.addMachine(machine.port)
    const open = await through(await bench.grant(id, machine.port))
    const holder = new Client(clientConfig(place))
    await holder.connect()
    await holder.query(`select pg_advisory_lock(${writersLock})`)
    const key = randomUUID()
    // More than there are connections, and more than there is patience for.
    const asked = await Promise.all([
      bench.request(id, machine.port, { key }),
      ...Array.from({ length: 40 }, () => bench.request(id, machine.port)),
    ])
    for (const answer of asked) expect([answer.status, codeOf(answer)]).toEqual([503, 'busy'])
    // Reading goes on, and the gateway keeps its place.
    expect(GrantList.parse((await bench.ask('GET', '/v1/grants')).body).grants).toHaveLength(1)
    expect(bench.gateway.sharing?.counts().lost).toBe(0)
    expect(await echo(open, 'still')).toBe('still')
    await holder.end()
    expect((await bench.request(id, machine.port, { key })).status).toBe(201)
  },
)

test('F-107: gateways whose clocks are 90 seconds off, each to another side, go by the database’s', { timeout: 60_000 }, async () => {
  const place = await placeOfOwn()
  const machine = await machineHere()
  const benchOff = async (byMs: number) => {
    const clock = { now: () => Date.now() + byMs, monotonicMs: () => performance.now() }
    const bench = await openBench({ clock, openStore: (own) => openPostgres(place, () => own.monotonicMs()) }, place)
    onTestFinished(() => bench.close())
    return bench
  }
  const [ahead, behind] = [await benchOff(90_000), await benchOff(-90_000)]
  const id = await ahead.addMachine(machine.port)
  for (const [at, seenAt] of [
    [ahead, behind],
    [behind, ahead],
  ] as const) {
    const grant = await at.grant(id, machine.port, { duration: 'PT2S' })
    const cut = ended(await through(grant))
    const seen = Grant.parse((await seenAt.ask('GET', `/v1/grants/${grant.id}`)).body)
    expect(seen.remainingMs).toBeGreaterThan(500)
    expect(seen.remainingMs).toBeLessThanOrEqual(2000)
    // This computer's clock is the database's here.
    expect(Math.abs(Date.parse(grant.endsAt ?? '') - Date.now() - 2000)).toBeLessThan(1000)
    await cut
    expect(Math.abs(Date.now() - Date.parse(grant.endsAt ?? ''))).toBeLessThan(500)
  }
  const store = openDatabase(place)
  const events = await store.selectFrom('audit').select('at').orderBy('seq').execute()
  await store.destroy()
  for (const { at } of events) expect(Math.abs(at - Date.now())).toBeLessThan(30_000)
})
