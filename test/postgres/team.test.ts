/** A team at two gateways behind one address, on one PostgreSQL: what people, an operator and an attacker see of it. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { findBreak } from '../../gateway/auditLog.ts'
import { bodyDigest, nonceHeader, proofHeader } from '../../gateway/contract/proof.ts'
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

/** One request with this very proof. */
function askWith(gateway: GatewayProcess, proof: string): Promise<{ status: number; nonce: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: gateway.port, path: '/v1/me', headers: { [proofHeader]: proof }, rejectUnauthorized: false }
    const sent = request({ ...options, agent: false }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, nonce: String(response.headers[nonceHeader]) })
    })
    sent.on('error', reject)
    sent.end()
  })
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

test('F-117: a proof that was used at one gateway is refused at the other, and counted there', { timeout: 60_000 }, async () => {
  const { atOne, known, one, other } = await openPairHere()
  const { nonce } = await askWith(one, '')
  // One nonce for both: who is sent to the other by the load balancer is not refused for it.
  expect((await askWith(other, '')).nonce).toBe(nonce)
  const claims = () => ({
    htm: 'GET',
    htu: '/v1/me',
    bd: bodyDigest(new Uint8Array()),
    iat: Math.floor(Date.now() / 1000),
    aud: known.gateway,
    nonce,
  })
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    const proof = await atOne.device.prove(claims())
    const before = await second.metric('gatehouse_refused_proofs_total{cause="replay"}')
    expect((await askWith(first, proof)).status).toBe(200)
    expect((await askWith(second, proof)).status).toBe(401)
    expect(await second.metric('gatehouse_refused_proofs_total{cause="replay"}')).toBe((Number.isNaN(before) ? 0 : before) + 1)
    expect((await askWith(first, proof)).status).toBe(401)
  }
  // Sent to both in the same moment: it is good once.
  for (let tries = 0; tries < 20; tries += 1) {
    const proof = await atOne.device.prove(claims())
    const statuses = await Promise.all([askWith(one, proof), askWith(other, proof)])
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401])
  }
})

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

test('a gateway with other keys does not start, and says which to bring from where', { timeout: 90_000 }, async () => {
  const { pair, one, other, known } = await openPairHere()
  other.kill('SIGTERM')
  expect(await other.ended).toBe(0)
  const remove = (name: string) => rmSync(join(other.folder, name), { force: true })

  // A folder without keys: none are made.
  for (const name of readdirSync(other.folder)) remove(name)
  const fresh = await pair.start(1)
  expect(await fresh.ended).toBe(1)
  expect(fresh.written.told).toContain(
    `gateway-key, ${join(other.folder, 'tls-key.pem')}: not there. Copy gateway-key, tls-key.pem and tls-next-key.pem`,
  )
  expect(fresh.written.told).toContain(known.gateway)
  expect(readdirSync(other.folder)).toEqual([])

  // Keys of another gateway.
  writeFileSync(join(other.folder, 'tls-key.pem'), readFileSync(join(one.folder, 'tls-key.pem')), { mode: 0o600 })
  const foreign = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
  writeFileSync(join(other.folder, 'gateway-key'), foreign, { mode: 0o600 })
  const stranger = await pair.start(1)
  expect(await stranger.ended).toBe(1)
  expect(stranger.written.told).toMatch(/^gateway-key in .* is not that of the gateways which share the store\. Copy gateway-key/)
  expect(stranger.written.told).not.toContain('fingerprint (compare')

  // Its own next TLS key: consoles would be told another one at every other connection.
  copyFileSync(join(one.folder, 'gateway-key'), join(other.folder, 'gateway-key'))
  const half = await pair.start(1)
  expect(await half.ended).toBe(1)
  expect(half.written.told).toMatch(/^tls-key\.pem or tls-next-key\.pem, or the certificate in .* is not that of the gateways/)

  // With those of the other it starts; and the one that runs was never disturbed.
  const right = await pair.start(1, one)
  await right.untilServing()
  expect(await one.metric('gatehouse_places_lost_total')).toBe(0)
})

test('neither log tells the password, an invitation or a key', { timeout: 60_000 }, async () => {
  const { one, other, atOne, machine } = await openPairHere()
  await atOne.grant(await atOne.addMachine(machine.port), machine.port, 600)
  const secrets = [postgresServer().passwordFile, join(one.folder, 'gateway-key')].map((path) => readFileSync(path, 'utf8').trim())
  for (const gateway of [one, other]) {
    gateway.kill('SIGTERM')
    expect(await gateway.ended).toBe(0)
    for (const secret of secrets) expect(gateway.written.log + gateway.written.told).not.toContain(secret)
    expect(gateway.written.log).not.toMatch(/GATE-|BEGIN/)
  }
})

test('who connects to a gateway in a load balancer’s name, from elsewhere, is not believed', { timeout: 60_000 }, async () => {
  const { one } = await openPairHere()
  const socket = connect({ host: '127.0.0.1', port: one.port })
  await once(socket, 'connect')
  socket.write('PROXY TCP4 192.0.2.1 198.51.100.1 49152 8443\r\n')
  const { how } = await Promise.race([ended(socket), sleep(12_000, { how: 'still open' })])
  expect(how).not.toBe('still open')
})
