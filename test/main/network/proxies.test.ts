/** F-97: the proxies that a computer is set to use, as settings and as real proxies. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isExempt, routesOfEnvironment, routesOfScript, type Route } from '../../../main/network/routes.ts'
import { createSystemRoutes, routesOfGnome } from '../../../main/platform/systemRoutes.ts'
import { asker, makeIdentity, serveProxy, serveTcp, serveTls } from './tlsServer.ts'

const url = 'https://gate.example.org:8443'
const direct: Route = { kind: 'direct' }
const proxy = (host: string, port: number, more: object = {}): Route => ({ kind: 'proxy', secure: false, host, port, ...more })
const unusable: unknown = expect.objectContaining({ why: 'proxySetting' })

describe('F-97: what a proxy script answers', () => {
  test.each([
    ['DIRECT', [direct]],
    ['PROXY a.example:8080; DIRECT', [proxy('a.example', 8080), direct]],
    ['HTTPS a.example:443;PROXY [2001:db8::1]:3128', [proxy('a.example', 443, { secure: true }), proxy('2001:db8::1', 3128)]],
    ['SOCKS5 a.example:1080; PROXY b.example', [proxy('b.example', 80)]],
    ['rm -rf /; DIRECT', [direct]],
  ])('%s', (answer, routes) => expect(routesOfScript(answer)).toEqual(routes))

  test.each(['', 'garbage', 'SOCKS a.example:1080', 'PROXY', 'PROXY a b c', 'PROXY http://x/../y', '<html>'])(
    '%j is a setting to mend, and no reason to go past it',
    (answer) => expect(() => routesOfScript(answer)).toThrow(unusable),
  )
})

describe('F-97: environment variables', () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: 'http://p.example:3128' }, [proxy('p.example', 3128)]],
    [{ https_proxy: 'p.example:3128', HTTPS_PROXY: 'http://other.example' }, [proxy('p.example', 3128)]],
    [{ ALL_PROXY: 'http://p.example:3128', NO_PROXY: 'localhost,.example.org' }, [direct]],
    [{ HTTPS_PROXY: 'http://ann:s%40cret@p.example' }, [proxy('p.example', 80, { authorization: `Basic ${btoa('ann:s@cret')}` })]],
  ])('%j', (environment, routes) => expect(routesOfEnvironment(environment, url)).toEqual(routes))

  test.each(['socks5://p.example:1080', 'http://', 'file:///etc/passwd', 'http://p.example/path'])('%s cannot be used', (setting) =>
    expect(() => routesOfEnvironment({ HTTPS_PROXY: setting }, url)).toThrow(unusable),
  )

  test.each([
    ['gate.example.org', true],
    ['example.org', true],
    ['.example.org', true],
    ['*.example.org', true],
    ['gate.example.org:8443', true],
    ['gate.example.org:443', false],
    ['ample.org', false],
    ['*', true],
    ['10.0.0.0/8', false],
    ['', false],
  ])('NO_PROXY %s: %s', (entry, exempt) => expect(isExempt([entry], url)).toBe(exempt))

  test('ranges hold for addresses, and this computer is never asked for by a proxy', () => {
    expect(isExempt(['10.0.0.0/8'], 'https://10.2.3.4:8443')).toBe(true)
    expect(isExempt(['2001:db8::/32'], 'https://[2001:db8::7]:8443')).toBe(true)
    expect(isExempt(['10.0.0.0/99'], 'https://10.2.3.4')).toBe(false)
    for (const here of ['https://localhost:1', 'https://127.0.0.1:1', 'https://[::1]:1']) expect(isExempt([], here)).toBe(true)
  })
})

const programs = (answers: Record<string, string>) => ({
  find: (name: string) => (name === 'gsettings' ? '/usr/bin/gsettings' : undefined),
  firstLine: (_file: string, args: readonly string[]) => Promise.resolve(answers[args.slice(1).join(' ')]),
})

describe('F-97: the desktop', () => {
  const schema = 'org.gnome.system.proxy'

  test("GNOME's setting is followed, with those that it leaves out", async () => {
    const answers = {
      [`${schema} mode`]: "'manual'",
      [`${schema}.https host`]: "'p.example'",
      [`${schema}.https port`]: '8080',
      [`${schema} ignore-hosts`]: "['localhost', '192.0.2.0/24']",
    }
    const routes = createSystemRoutes({ environment: {}, programs: programs(answers), platform: 'linux' })
    expect(await routes(url)).toEqual([proxy('p.example', 8080)])
    expect(await routes('https://192.0.2.9')).toEqual([direct])
  })

  test('a script that this host cannot run is a setting to mend; a complaint instead of a setting is none', () => {
    expect(() => routesOfGnome({ mode: 'auto', hosts: [], ignored: [] }, url)).toThrow(unusable)
    expect(routesOfGnome({ mode: 'none', hosts: [':0', ':0'], ignored: [] }, url)).toEqual([direct])
    expect(routesOfGnome({ mode: 'manual', hosts: [':0', ':0'], ignored: [] }, url)).toEqual([direct])
  })

  test("Electron's answer is followed each time, also when it flips; the environment goes before it; its failure is a setting to mend", async () => {
    let answer: Promise<string> = Promise.resolve('PROXY p.example:8080')
    const world = { programs: programs({}), resolveProxy: () => answer }
    const routes = createSystemRoutes({ ...world, environment: {} })
    expect(await routes(url)).toEqual([proxy('p.example', 8080)])
    answer = Promise.resolve('DIRECT')
    expect(await routes(url)).toEqual([direct])
    expect(await createSystemRoutes({ ...world, environment: { HTTPS_PROXY: 'http://e.example:1' } })(url)).toEqual([proxy('e.example', 1)])
    answer = Promise.reject(new Error('the script could not be loaded'))
    await expect(routes(url)).rejects.toEqual(unusable)
  })
})

const routedBy = (...routes: Route[]) => ({ tls: { routes: () => Promise.resolve(routes) } })

const offline = (why: string) => ({ failure: { tag: 'offline', provider: 'g1', why } })

describe('F-97: a real proxy', async () => {
  const Fine = z.object({ fine: z.boolean() })
  const call = { method: 'GET', path: '/v1/source', about: { what: 'gateway' } } as const
  const identity = await makeIdentity()
  test('lets through to the gateway, whose key is checked behind it, and is told where to and no more', async () => {
    const gateway = await serveTls(identity, (_request, response) => response.end('{"fine":true}'))
    const through = await serveProxy({ to: gateway.port })
    const route = proxy('127.0.0.1', through.port, { authorization: 'Basic YTpi' })
    expect(await asker(gateway.port, identity.pin, routedBy(route)).ask(Fine, call)).toEqual({ fine: true })
    const place = `127.0.0.1:${gateway.port}`
    expect(through.heads).toEqual([`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\nProxy-Authorization: Basic YTpi\r\n\r\n`])
    const other = await makeIdentity()
    await expect(asker(gateway.port, other.pin, routedBy(route)).ask(Fine, call)).rejects.toMatchObject({
      failure: { tag: 'gatewayUntrusted' },
    })
  })

  test.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n', 'proxySignIn'],
    ['HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n', 'captivePortal'],
    ['HTTP/1.1 511 Network Authentication Required\r\n\r\n', 'captivePortal'],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'proxy'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n<html>', 'proxy'],
    ['garbage', 'proxy'],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, 'proxy'],
    ['', 'proxy'],
  ])('that answers %j is told as %s', async (answer, why) => {
    const { port } = await serveProxy({ answer })
    await expect(asker(1, identity.pin, routedBy(proxy('127.0.0.1', port))).ask(Fine, call)).rejects.toMatchObject(offline(why))
  })

  test('that says nothing is given up in time, and one that is not there is the next way', async () => {
    const silent = await serveTcp(() => undefined)
    const slow = routedBy(proxy('127.0.0.1', silent.port))
    await expect(asker(1, identity.pin, { tls: { ...slow.tls, connectMs: 200 } }).ask(Fine, call)).rejects.toMatchObject(offline('timeout'))
    const gateway = await serveTls(identity, (_request, response) => response.end('{"fine":true}'))
    const way = routedBy(proxy('127.0.0.1', 9), direct)
    expect(await asker(gateway.port, identity.pin, way).ask(Fine, call)).toEqual({ fine: true })
    await expect(asker(gateway.port, identity.pin, routedBy(proxy('127.0.0.1', 9))).ask(Fine, call)).rejects.toMatchObject(offline('proxy'))
  })
})
