/** What gateways of one store and one address take from others: proofs, keys, the word of a load balancer; and what they tell nobody. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { decodeInvitation } from '../../gateway/contract/invitationCode.ts'
import { bodyDigest, nonceHeader, proofHeader } from '../../gateway/contract/proof.ts'
import { readPlace } from '../../gateway/daemon/config.ts'
import { startDaemon } from '../../gateway/daemon/daemon.ts'
import { makeDeviceKey, openDevice } from '../../main/providers/gateway/device.ts'
import { configFor } from '../gateway/daemon/daemonFixture.ts'
import { ended } from '../gateway/gatewayFixture.ts'
import { createDatabase, postgresServer } from '../gateway/postgresFixture.ts'
import { openPair } from './pair.ts'
import { freePort } from '../real/parts/keeper.ts'

async function openPairHere() {
  const place = await createDatabase()
  const { passwordFile, certificateFile } = postgresServer()
  return { place, ...(await openPair({ port: place.port, database: place.database, passwordFile, certificateFile })) }
}

/** One request with this very proof. */
function askWith(gateway: { port: number }, proof: string, body?: string): Promise<{ status: number; nonce: string; date: string }> {
  return new Promise((resolve, reject) => {
    const [method, path] = body === undefined ? ['GET', '/v1/me'] : ['POST', '/v1/people/join']
    const headers = { [proofHeader]: proof }
    const sent = request(
      { host: '127.0.0.1', port: gateway.port, method, path, headers, rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, nonce: String(response.headers[nonceHeader]), date: response.headers.date ?? '' })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

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

test('F-107: a gateway whose computer is 90 seconds ahead judges proofs by the database’s time, and tells consoles that', async () => {
  const { port, database, host } = await createDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ahead-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const store = `store: { postgres: { host: ${host}, port: ${port}, database: ${database} } }`
  const config = configFor(folder, await freePort(), store)
  const ahead = { now: () => Date.now() + 90_000, monotonicMs: () => performance.now() }
  const daemon = await startDaemon(config, ahead, { info: () => {}, error: () => {} })
  onTestFinished(() => daemon.stop())
  const { port: at } = readPlace(config.address) ?? { port: 0 }
  const { nonce, date } = await askWith({ port: at }, '')
  expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(5000)
  const device = openDevice(makeDeviceKey())
  const body = JSON.stringify({ secret: Buffer.from(decodeInvitation(daemon.invitation ?? '')?.secret ?? []).toString('base64url') })
  const claimsAt = (iat: number) => ({
    htm: 'POST',
    htu: '/v1/people/join',
    bd: bodyDigest(Buffer.from(body)),
    iat,
    aud: daemon.fingerprint,
    nonce,
  })
  const nowS = Math.floor(Date.now() / 1000)
  const send = async (iat: number) => (await askWith({ port: at }, await device.prove(claimsAt(iat), true), body)).status
  expect(await send(nowS + 90)).toBe(401)
  expect(await send(nowS)).toBe(200)
})
