/** What somebody on the network learns who has no business here: nothing. Raw requests, since a client of ours would send none of these. */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { request } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bodyDigest } from '../../../gateway/contract/proof.ts'
import { makeDeviceKey, openDevice } from '../../../main/providers/gateway/device.ts'
import { movableClock } from '../gatewayFixture.ts'
import { joinAsAda, startTeam, type Team } from './daemonFixture.ts'

interface Raw {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

function ask(team: Team, method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: team.port, method, path, headers, rejectUnauthorized: false, agent: false }
    const sent = request(options, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const withoutDate = ({ headers: { date: _date, ...headers }, ...raw }: Raw) => ({ ...raw, headers })

/** Everything that comes back on a TLS connection until it is closed, or for so long. */
function exchange(team: Team, text: string | Buffer, forMs = 4000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port: team.port, rejectUnauthorized: false })
    let back = ''
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(back)
    }
    const timer = setTimeout(done, forMs)
    socket.on('secureConnect', () => socket.write(text))
    socket.on('data', (chunk) => (back += String(chunk)))
    socket.on('error', done)
    socket.on('close', done)
  })
}

describe('somebody without a proof', () => {
  test('F-115: gets the same bytes for every path and method, there or not', async () => {
    const clock = movableClock()
    const team = await startTeam({ clock })
    await joinAsAda(team)
    const first = withoutDate(await ask(team, 'GET', '/'))
    expect(first).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } })
    const paths = '/v1/machines /v1/machines/m1 /v1/people /v1/people/join /v1/openapi.json /v1/events /v1/log/checkpoint /nope'
    const odd = '/healthz/ /HEALTHZ /healthz?x /..%2f..%2fetc/passwd /% //healthz /metrics /v1/machines?limit=99999999999'
    const probes = `${paths} ${odd}`.split(' ')
    for (const path of probes) expect(withoutDate(await ask(team, 'GET', path)), path).toEqual(first)
    // Past the limit of refusals, which is told to all alike in a minute of its own.
    clock.moveWall(61_000)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
      expect(withoutDate(await ask(team, method, '/v1/machines')), method).toEqual(first)
    for (const header of ['authorization', 'gatehouse-proof', 'x-forwarded-for', 'idempotency-key'])
      expect(withoutDate(await ask(team, 'POST', '/v1/grants', { [header]: 'x'.repeat(200) }, '{}')), header).toEqual(first)
  })

  test('is told whether the gateway is up, and no more', async () => {
    const team = await startTeam()
    expect(await ask(team, 'GET', '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' })
  })

  test('F-115: guessing at invitations is slowed down, in the same way as everything else, and people are not', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const { headers } = await ask(team, 'GET', '/')
    const device = openDevice(makeDeviceKey())
    const guess = async () => {
      const body = JSON.stringify({ secret: randomBytes(16).toString('base64url') })
      const claims = {
        htm: 'POST',
        htu: '/v1/people/join',
        bd: bodyDigest(Buffer.from(body)),
        iat: Math.floor(Date.now() / 1000),
        aud: team.daemon.fingerprint,
        nonce: String(headers['gatehouse-nonce']),
      }
      return ask(team, 'POST', '/v1/people/join', { 'gatehouse-proof': await device.prove(claims, true) }, body)
    }
    const statuses: number[] = []
    for (let tries = 0; tries < 40; tries += 1) statuses.push((await guess()).status)
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429])
    expect(withoutDate(await ask(team, 'GET', '/v1/nope'))).toEqual(withoutDate(await guess()))
    expect((await ada.call('account.people', { gatewayId: ada.gatewayId })).people).toHaveLength(1)
  })
})

describe('what is no honest HTTP', () => {
  const host = 'Host: gate.example\r\n'

  test.each([
    ['two lengths', `POST /v1/grants HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`],
    ['a length beside chunks', `POST /v1/grants HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`],
    ['a space before the colon', `GET / HTTP/1.1\r\n${host}Content-Length : 0\r\n\r\n`],
    ['headers without end', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['no HTTP at all', '\u0000\u0001\u0002\r\n\r\n'],
  ])('F-116: %s is refused, and the connection closed', async (_what, text) => {
    const team = await startTeam()
    expect(await exchange(team, text)).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect((await ask(team, 'GET', '/healthz')).status).toBe(200)
  })

  test('F-116: a thousand headers do no harm', async () => {
    const team = await startTeam()
    const many = Array.from({ length: 1000 }, (_, index) => `X${index}: 1\r\n`).join('')
    expect(await exchange(team, `GET / HTTP/1.1\r\n${host}Connection: close\r\n${many}\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect((await ask(team, 'GET', '/healthz')).status).toBe(200)
  })

  test('F-116: who sends slowly, or starts TLS and stops, keeps nobody else waiting', async () => {
    const team = await startTeam()
    const slow = Array.from({ length: 50 }, () => {
      const socket = connectTls({ host: '127.0.0.1', port: team.port, rejectUnauthorized: false })
      socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nX: '))
      return socket
    })
    const mute = Array.from({ length: 50 }, () => connect({ host: '127.0.0.1', port: team.port }))
    const all = [...slow, ...mute]
    for (const socket of all) socket.on('error', () => {})
    onTestFinished(() => all.forEach((socket) => socket.destroy()))
    const startedAt = performance.now()
    expect((await ask(team, 'GET', '/healthz')).status).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    // Stopping does not wait for them.
    await team.daemon.stop()
    expect(performance.now() - startedAt).toBeLessThan(3000)
    await team.restart()
  })
})
