/** A team at two gateways behind one address, on one PostgreSQL: what people, an operator and an attacker see of it. */
import { expect, test, vi } from 'vitest'
import { findBreak } from '../../gateway/auditLog.ts'
import { inviteAndJoin } from '../gateway/daemon/daemonFixture.ts'
import { echo, ended, through } from '../gateway/gatewayFixture.ts'
import { createDatabase, openDatabase, postgresServer } from '../gateway/postgresFixture.ts'
import { listOf } from '../main/testApp.ts'
import type { PostgresPlace } from '../../gateway/store/postgres/pool.ts'
import { openPair, type GatewayProcess } from './pair.ts'

async function openPairHere() {
  const place = await createDatabase()
  const { passwordFile, certificateFile } = postgresServer()
  return { place, ...(await openPair({ port: place.port, database: place.database, passwordFile, certificateFile })) }
}

/** What happened to a grant, as the log has it, which is checked too. */
async function eventsOf(place: PostgresPlace, grantId: string): Promise<string[]> {
  const store = openDatabase(place)
  expect(await findBreak(store)).toBeUndefined()
  const rows = await store.selectFrom('audit').select(['action', 'outcome']).where('grantId', '=', grantId).orderBy('seq').execute()
  await store.destroy()
  return rows.map(({ action, outcome }) => `${action} ${outcome}`)
}

const kept = (gateway: GatewayProcess) => gateway.metric('gatehouse_grants{keeper="here"}')

test(
  'two gateways behind one address are one to people: a set of grants, each kept by one, reached by the caller’s own address',
  { timeout: 60_000 },
  async () => {
    const { one, other, ada, atOne, atOther, anywhere, machine, known } = await openPairHere()
    expect(other.written.told).toContain(known.gateway)
    expect(other.written.told).not.toContain('GATE-')
    const id = await atOne.addMachine(machine.port)
    const grants = [
      await atOne.grant(id, machine.port, 600),
      await atOther.grant(id, machine.port, 600),
      await atOther.grant(id, machine.port, 600),
    ]
    expect(grants.map(({ endpoints }) => endpoints[0]?.address)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.2'])
    for (const grant of grants) expect(await echo(await through(grant), 'hello')).toBe('hello')
    for (const [gateway, expected] of [
      [one, { here: 1, elsewhere: 2 }],
      [other, { here: 2, elsewhere: 1 }],
    ] as const) {
      for (const [keeper, count] of Object.entries(expected))
        expect(await gateway.metric(`gatehouse_grants{keeper="${keeper}"}`), keeper).toBe(count)
      expect(await gateway.metric('gatehouse_grants{keeper="nobody"}')).toBe(0)
      expect(await gateway.metric('gatehouse_gateways')).toBe(2)
      expect(await gateway.metric('gatehouse_serving')).toBe(1)
    }
    // Through the load balancer, which connects from 127.0.0.9: the source is still that of who asks.
    const third = await anywhere.grant(id, machine.port, 600)
    expect(third.source).toBe('127.0.0.1')
    expect(await echo(await through(third), 'hello')).toBe('hello')

    // And in the window of a person who knows of one gateway.
    const list = await vi.waitFor(
      async () => {
        const { rows } = await ada.call('machines.list', listOf({ search: `m${machine.port}` }))
        expect(rows).toHaveLength(1)
        return rows
      },
      { timeout: 10_000 },
    )
    expect(list[0]?.provider.id).toBe(ada.gatewayId)
  },
)

test(
  'when one gateway is killed the other has its grants within five seconds, and each ends when it was to end, once',
  { timeout: 90_000 },
  async () => {
    const { place, one, other, ada, atOne, atOther, anywhere, machine } = await openPairHere()
    const id = await atOne.addMachine(machine.port)
    const long = [
      await atOne.grant(id, machine.port, 600),
      await atOne.grant(id, machine.port, 600),
      await atOne.grant(id, machine.port, 600),
    ]
    const own = await atOther.grant(id, machine.port, 600)
    const untouched = await through(own)
    const short = await atOne.grant(id, machine.port, 2)
    const middle = await atOne.grant(id, machine.port, 8)
    const cut = ended(await through(short))
    one.kill('SIGKILL')
    const killedMs = performance.now()
    expect(await one.ended).toBe('SIGKILL')
    await cut

    // Whoever asks goes on, and finds all of them, at the other's address.
    for (const { id: grantId } of [...long, middle]) {
      await vi.waitFor(
        async () => {
          const grant = await anywhere.grantOf(grantId)
          expect(grant).toMatchObject({ state: 'open', endpoints: [{ address: '127.0.0.2', port: machine.port }] })
          expect(await echo(await through(grant), 'again')).toBe('again')
        },
        { timeout: 6000, interval: 50 },
      )
    }
    const tookMs = performance.now() - killedMs
    expect(tookMs).toBeLessThan(5000)
    expect(await echo(untouched, 'still')).toBe('still')
    expect(await kept(other)).toBe(5)
    expect(await other.metric('gatehouse_gateways')).toBe(1)
    expect(await other.metric('gatehouse_grants_taken_over_total')).toBe(5)

    // The one that ran out while nobody kept it is over; the other is cut at its end by who keeps it now.
    await vi.waitFor(async () => expect(await atOther.grantOf(short.id)).toMatchObject({ state: 'closed', closeReason: 'expired' }), {
      timeout: 5000,
    })
    const now = await atOther.grantOf(middle.id)
    const last = await through(now)
    const { atMs } = await ended(last)
    const lateMs = atMs - (performance.timeOrigin * -1 + Date.parse(middle.endsAt ?? ''))
    expect(Math.abs(lateMs)).toBeLessThan(1000)
    await expect(through(now)).rejects.toThrow('ECONNREFUSED')
    for (const grant of [short, middle]) {
      await vi.waitFor(async () => expect(await eventsOf(place, grant.id)).toContain('grant.expired ok'))
      const events = await eventsOf(place, grant.id)
      expect(events.filter((event) => event === 'grant.expired ok')).toHaveLength(1)
      expect(events.filter((event) => event === 'gate.closed ok').length).toBeLessThanOrEqual(1)
    }

    // The person's own window goes on too, with the same gateway, and opens something new.
    const [row] = (await ada.call('machines.list', listOf({ search: `m${machine.port}` }))).rows
    const { results } = await ada.call('grants.request', {
      idempotencyKey: crypto.randomUUID(),
      machines: [{ machineId: row?.id ?? '', ports: [machine.port] }],
      durationMs: 600_000,
      reason: 'ticket 8',
    })
    expect(results[0]?.result).toMatchObject({ ok: true, grant: { state: 'open' } })
  },
)

test(
  'a gateway that comes back joins the other, and one that is stopped leaves its grants to it at once',
  { timeout: 90_000 },
  async () => {
    const { pair, one, other, atOne, atOther, machine } = await openPairHere()
    const id = await atOne.addMachine(machine.port)
    one.kill('SIGKILL')
    await one.ended
    const again = await pair.start(0)
    await again.untilServing()
    expect(await again.metric('gatehouse_gateways')).toBeGreaterThanOrEqual(1)
    const grant = await atOther.grant(id, machine.port, 600)
    const socket = await through(grant)
    const cut = ended(socket)
    other.kill('SIGTERM')
    const stoppedMs = performance.now()
    expect(await other.ended).toBe(0)
    expect((await cut).how).toBe('ECONNRESET')
    await vi.waitFor(
      async () => {
        const taken = await atOne.grantOf(grant.id)
        expect(taken).toMatchObject({ state: 'open', endsAt: grant.endsAt, endpoints: [{ address: '127.0.0.1' }] })
        expect(await echo(await through(taken), 'again')).toBe('again')
      },
      { timeout: 5000, interval: 50 },
    )
    expect(performance.now() - stoppedMs).toBeLessThan(3000)
    await vi.waitFor(async () => expect(await again.metric('gatehouse_gateways')).toBe(1), { timeout: 5000 })
  },
)

test(
  'F-57: who is disabled at one gateway has nothing open at the other after a second, and is refused at both',
  { timeout: 60_000 },
  async () => {
    const { one, other, ada, atOne, atOther, at, machine } = await openPairHere()
    const id = await atOne.addMachine(machine.port)
    const bob = await inviteAndJoin(ada, 'Bob', ['requester'])
    const key = bob.ports.secrets.kept.get(`deviceKey/${bob.gatewayId}`) ?? ''
    const [bobAtOne, bobAtOther] = [at(one.port, key), at(other.port, key)]
    const grants = [await bobAtOne.grant(id, machine.port, 600), await bobAtOther.grant(id, machine.port, 600)]
    const cuts = (await Promise.all(grants.map((grant) => through(grant)))).map(ended)
    const { people } = await ada.call('account.people', { gatewayId: ada.gatewayId })
    const personId = people.find(({ name }) => name === 'Bob')?.id ?? ''
    const disabledMs = performance.now()
    expect((await atOther.ask('PUT', `/v1/people/${personId}`, { disabled: true })).status).toBe(200)
    for (const { atMs } of await Promise.all(cuts)) expect(atMs - disabledMs).toBeLessThan(1000)
    for (const caller of [bobAtOne, bobAtOther]) expect((await caller.ask('GET', '/v1/me')).status).toBe(401)
    for (const { id: grantId } of grants) expect(await atOne.grantOf(grantId)).toMatchObject({ state: 'closed', closeReason: 'revoked' })
  },
)
