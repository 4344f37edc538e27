/** What can be wrong on the way to a gateway, made with real sockets: each is told by its reason, and nothing is sent where nothing may be. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { NetworkTls } from '../../../main/providers/gateway/network.ts'
import { asker, makeAuthority, makeIdentity, serveTcp, serveTls } from './tlsServer.ts'

const Fine = z.object({ fine: z.boolean() })
const call = { method: 'GET', path: '/v1/source', about: { what: 'gateway' } } as const
const offline = (why: string) => ({ failure: { tag: 'offline', provider: 'g1', why } })
const untrusted = (problem: string) => ({ failure: { tag: 'gatewayUntrusted', provider: 'g1', problem } })
/** Leads every name to this address, as a name server would. */
const leadingTo =
  (...addresses: string[]): NonNullable<NetworkTls['lookup']> =>
  (_name, options, callback) => {
    const found = addresses.map((address) => ({ address, family: 4 }))
    if (options.all === true) callback(null, found)
    else callback(null, addresses[0] ?? '', 4)
  }

const identity = await makeIdentity()

describe('F-93: a name', () => {
  test('that no name server knows is told as such', async () => {
    const { ask } = asker(1, identity.pin, { host: 'gate.does-not-exist.invalid' })
    await expect(ask(Fine, call)).rejects.toMatchObject(offline('unknownName'))
  })

  test('whose name server does not answer is given up in time', async () => {
    const { ask } = asker(1, identity.pin, { host: 'gate.example.org', tls: { lookup: () => undefined, connectMs: 200 } })
    await expect(ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
  })

  test.each([['127.0.0.1'], ['192.0.2.1', '127.0.0.1'], ['0.0.0.0']])(
    'that leads to this computer (%s) is refused before anything is connected',
    async (...to) => {
      const local = await serveTcp((socket) => socket.destroy())
      const { ask } = asker(local.port, identity.pin, { host: 'gate.example.org', tls: { lookup: leadingTo(...to) } })
      await expect(ask(Fine, call)).rejects.toMatchObject(offline('loopback'))
      expect(local.connections()).toBe(0)
    },
  )
})

describe('F-94: a port', () => {
  test('that takes connections and says nothing is given up in time', async () => {
    const { port } = await serveTcp(() => undefined)
    const { ask } = asker(port, identity.pin, { tls: { connectMs: 200 } })
    await expect(ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
  })

  test('that stops in the middle of the TLS handshake is given up in time', async () => {
    // The beginning of a ServerHello that never goes on.
    const { port } = await serveTcp((socket) => socket.once('data', () => socket.write(Buffer.from('160303007a02000076', 'hex'))))
    const { ask } = asker(port, identity.pin, { tls: { connectMs: 200 } })
    await expect(ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
  })

  test('that takes the request and never answers, or never ends its answer, costs the whole budget and no more', async () => {
    const silent = await serveTls(identity, () => undefined)
    await expect(asker(silent.port, identity.pin, { totalMs: 400 }).ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
    const endless = await serveTls(identity, (_request, response) => response.write('{"fine":'))
    await expect(asker(endless.port, identity.pin, { totalMs: 400 }).ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
    const quiet = await serveTls(identity, (_request, response) => response.write('{"fine":'))
    await expect(asker(quiet.port, identity.pin, { tls: { silenceMs: 300 } }).ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
  })

  test('that nothing listens at is told as such', async () => {
    const { ask } = asker(9, identity.pin)
    await expect(ask(Fine, call)).rejects.toMatchObject(offline('refused'))
  })
})

describe('F-95: an answer', () => {
  test.each([
    ['that is reset after its head', { 'content-length': '100' }],
    ['whose chunks break off', { 'transfer-encoding': 'chunked' }],
  ])('%s is a connection that broke off', async (_what, headers) => {
    const { port } = await serveTls(identity, (_request, response) => {
      response.writeHead(200, headers)
      response.write('{"fine":', () => response.socket?.destroy())
    })
    await expect(asker(port, identity.pin).ask(Fine, call)).rejects.toMatchObject(offline('reset'))
  })

  test('of 100 MB of JSON is cut off, and so is a head of 100 KB', async () => {
    let written = 0
    const { port } = await serveTls(identity, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        if (written >= 100_000_000 || response.destroyed) return
        written += 1_000_000
        response.write('['.repeat(1_000_000), more)
      }
      more()
    })
    await expect(asker(port, identity.pin).ask(Fine, call)).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
    expect(written).toBeLessThan(60_000_000)
    const heads = await serveTls(identity, (_request, response) =>
      response.writeHead(200, { big: 'x'.repeat(100_000) }).end('{"fine":true}'),
    )
    await expect(asker(heads.port, identity.pin).ask(Fine, call)).rejects.toMatchObject({ failure: { tag: 'offline' } })
  })

  test('that is a gzip bomb is not opened', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32))
    const { port } = await serveTls(identity, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
    })
    const before = process.memoryUsage().rss
    await expect(asker(port, identity.pin).ask(Fine, call)).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })
})

describe('F-96: a captive portal', () => {
  test('that answers a page instead of TLS, or redirects, gets no proof and is told as such', async () => {
    const seen: string[] = []
    const page = 'HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n'
    const { port } = await serveTcp((socket) => socket.on('data', (data) => seen.push(data.toString('latin1'))).end(page))
    await expect(asker(port, identity.pin).ask(Fine, call)).rejects.toMatchObject(offline('notTls'))
    expect(seen.join('')).not.toMatch(/gatehouse|v1/i)
  })

  test('that speaks TLS with a certificate of its own gets no request at all', async () => {
    const portal = await serveTls(await makeIdentity(), (_request, response) => response.end('<html>Please sign in</html>'))
    await expect(asker(portal.port, identity.pin).ask(Fine, call)).rejects.toMatchObject(untrusted('otherKey'))
    expect(portal.heard).toEqual([])
  })

  test('behind the right key, such as a broken reverse proxy, a page and a redirect are bad answers and are not followed', async () => {
    for (const [status, headers] of [
      [200, { 'content-type': 'text/html' }],
      [302, { location: 'http://127.0.0.1:1/' }],
    ] as const) {
      const { port, heard } = await serveTls(identity, (_request, response) => response.writeHead(status, headers).end('<html>'))
      await expect(asker(port, identity.pin).ask(Fine, call)).rejects.toMatchObject({ failure: { tag: 'badAnswer' } })
      expect(heard).toHaveLength(1)
    }
  })
})

describe('F-98: a company whose proxy looks into TLS', () => {
  test('is a hard stop for a gateway that is known by its key, whatever this computer trusts', async () => {
    const company = await makeAuthority()
    const proxy = await serveTls(await makeIdentity({ by: company }), (_request, response) => response.end('{"fine":true}'))
    const { ask } = asker(proxy.port, identity.pin, { tls: { authorities: () => [company.pem] } })
    await expect(ask(Fine, call)).rejects.toMatchObject(untrusted('otherKey'))
    expect(proxy.heard).toEqual([])
  })

  test('works where the gateway says that authorities count and this computer trusts this one; a stranger is a hard stop', async () => {
    const company = await makeAuthority()
    const tls = { authorities: () => [company.pem] }
    const known = await serveTls(await makeIdentity({ by: company }), (_request, response) => response.end('{"fine":true}'))
    expect(await asker(known.port, identity.pin, { tls, byAuthority: true }).ask(Fine, call)).toEqual({ fine: true })
    const strange = await serveTls(await makeIdentity({ by: await makeAuthority() }), (_request, response) => response.end('{"fine":true}'))
    await expect(asker(strange.port, identity.pin, { tls, byAuthority: true }).ask(Fine, call)).rejects.toMatchObject(
      untrusted('unknownAuthority'),
    )
    expect(strange.heard).toEqual([])
    // The pinned key counts as ever, whoever signed it.
    const pinned = await serveTls(identity, (_request, response) => response.end('{"fine":true}'))
    expect(await asker(pinned.port, identity.pin, { tls, byAuthority: true }).ask(Fine, call)).toEqual({ fine: true })
  })
})

describe('F-99: a certificate in use', () => {
  const day = 24 * 3600 * 1000
  test.each([
    ['that has run out', { from: -20 * day }, 'expired'],
    ['that is not valid yet', { from: day }, 'notYetValid'],
    ['for another name', { name: 'other.example.org' }, 'otherName'],
  ])('%s is a stop, whether its key is pinned or its authority trusted', async (_what, wanted, problem) => {
    const company = await makeAuthority()
    const pinned = await makeIdentity(wanted)
    const first = await serveTls(pinned, (_request, response) => response.end('{"fine":true}'))
    await expect(asker(first.port, pinned.pin).ask(Fine, call)).rejects.toMatchObject(untrusted(problem))
    const second = await serveTls(await makeIdentity({ ...wanted, by: company }), (_request, response) => response.end('{"fine":true}'))
    const trusting = asker(second.port, identity.pin, { tls: { authorities: () => [company.pem] }, byAuthority: true })
    await expect(trusting.ask(Fine, call)).rejects.toMatchObject(untrusted(problem))
    expect([...first.heard, ...second.heard]).toEqual([])
  })
})
