import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CallError } from '../../main/callError.ts'
import { childEnvironment } from '../../main/platform/environment.ts'
import { createPrograms } from '../../main/platform/programs.ts'
import type { Running } from '../../main/ports.ts'
import { certificateOf } from '../../main/sessions/rdp/certificate.ts'
import { chooseClient, findClients, toClient } from '../../main/sessions/rdp/findClients.ts'
import { launchRdp, settledMs } from '../../main/sessions/rdp/launchRdp.ts'
import { eventuallyDrawn, startDisplay, type Display } from './parts/display.ts'
import { filesWith } from './parts/filesWith.ts'
import { eventually, run } from './parts/keeper.ts'
import { sessionColour, startXrdp, type Xrdp } from './parts/xrdp.ts'

const signal = () => AbortSignal.timeout(60_000)
let xrdp: Xrdp
let screen: Display
let pictures: string
const running: Running[] = []

beforeAll(async () => {
  pictures = await mkdtemp(path.join(tmpdir(), 'gatehouse-pictures-'))
  screen = await startDisplay({ width: 1280, height: 800, windowManager: true })
  xrdp = await startXrdp()
}, 60_000)
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.end()
    await one.ended
  }
})
afterAll(async () => {
  await xrdp?.stop()
  await screen?.stop()
  await rm(pictures, { recursive: true, force: true })
}, 30_000)

function computer() {
  const environment = childEnvironment({ ...process.env, DISPLAY: screen.display, HOME: pictures })
  return { environment, programs: createPrograms(environment, pictures) }
}

async function launch(changes: { user?: string; password?: string; certificate?: string; port?: number } = {}): Promise<Running> {
  const { environment, programs } = computer()
  const clients = await findClients(programs, 'linux')
  const target = { address: xrdp.address, port: changes.port ?? xrdp.port }
  const started = await launchRdp({
    target,
    user: changes.user ?? xrdp.user,
    password: changes.password ?? xrdp.password,
    certificate: changes.certificate ?? (await certificateOf({ ...target, port: xrdp.port }, { signal: signal() })).fingerprint,
    title: 'desk-7 · Gatehouse',
    size: { width: 1024, height: 700 },
    client: chooseClient(clients, undefined, programs),
    programs,
    environment,
    signal: signal(),
  })
  running.push(started)
  return started
}

/** How many colours the session's window shows: a black one has one, a desktop with text has hundreds. The frame around it does not count. */
async function pictureOf(title: string): Promise<string> {
  const [id = ''] = (await run('xdotool', ['search', '--name', title], '', onScreen())).trim().split('\n')
  const file = path.join(pictures, 'session.png')
  await run('import', ['-window', id, `png:${file}`], '', onScreen())
  return file
}
const coloursInside = async (title: string) => Number(await run('identify', ['-format', '%k', await pictureOf(title)]))
/** The session's terminal is known by its background, whatever fonts this computer has. */
const showsDesktop = async (title: string) =>
  (await run('convert', [await pictureOf(title), '-format', '%c', 'histogram:info:-'])).includes(sessionColour)
const onScreen = () => ({ ...process.env, DISPLAY: screen.display })

/** How many window managers run for the machine's user: one for each session. */
const sessionPrograms = () => run('sh', ['-c', `ps -u ${xrdp.user} -o comm= | grep -c openbox || true`])

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'none',
    (error: unknown) => (error instanceof CallError ? error.failure : error),
  )
}

describe('the certificate of a desktop server', () => {
  test('is the one that the server has', async () => {
    const { fingerprint, subject, validUntil } = await certificateOf({ address: '127.0.0.1', port: xrdp.port }, { signal: signal() })
    expect(Buffer.from(fingerprint.slice('SHA256:'.length), 'base64').toString('hex')).toBe(xrdp.certificateFingerprint)
    expect(subject).toBe('CN=localhost')
    expect(Date.parse(validUntil)).toBeGreaterThan(Date.now())
  })

  test('F-22: a server without TLS, and one that is no desktop server, are called unsafe', async () => {
    const answers = {
      // X.224 connection confirms: without a negotiation answer, with a refusal, with standard RDP security; then an SSH banner.
      '0300000b06d00000000000': 'no TLS',
      '030000130ed000000000000300080002000000': 'no TLS (negotiation failure 2)',
      '030000130ed000000000000200080000000000': 'no TLS',
      [Buffer.from('SSH-2.0-OpenSSH_9.2\r\n').toString('hex')]: 'not an RDP server',
    }
    for (const [hex, detail] of Object.entries(answers)) {
      const server = createServer((socket) => socket.on('error', () => undefined).write(Buffer.from(hex, 'hex')))
      const port = await listening(server)
      expect(await failureOf(certificateOf({ address: '127.0.0.1', port }, { signal: signal() }))).toEqual({ tag: 'unsafeServer', detail })
      server.close()
    }
  })

  test('F-94: a server that accepts and hangs up, or never answers, is told as unreachable in time', async () => {
    const hangsUp = createServer((socket) => socket.end())
    const silent = createServer((socket) => socket.on('error', () => undefined))
    const [first, second] = [await listening(hangsUp), await listening(silent)]
    const unreachable = { tag: 'unreachable', address: '127.0.0.1' }
    expect(await failureOf(certificateOf({ address: '127.0.0.1', port: first }, { signal: signal() }))).toEqual({
      ...unreachable,
      port: first,
      cause: 'reset',
    })
    const startedAt = performance.now()
    expect(await failureOf(certificateOf({ address: '127.0.0.1', port: second }, { signal: signal() }))).toEqual({
      ...unreachable,
      port: second,
      cause: 'timeout',
    })
    expect(performance.now() - startedAt).toBeLessThan(11_000)
    hangsUp.close()
    silent.close()
  })

  test('is not waited for once the technician cancels', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined))
    const port = await listening(silent)
    const cancel = new AbortController()
    const asking = failureOf(certificateOf({ address: '127.0.0.1', port }, { signal: cancel.signal }))
    setTimeout(() => cancel.abort(), 100)
    const startedAt = performance.now()
    await asking
    expect(performance.now() - startedAt).toBeLessThan(2000)
    silent.close()
  })

  test('a server with only old TLS is called unsafe', async () => {
    const [key, cert] = await certificateFiles()
    const secure = createTlsServer({ key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    secure.on('tlsClientError', () => undefined)
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from('030000130ed000000000000200080001000000', 'hex'))
        secure.emit('connection', socket)
      })
    })
    const port = await listening(server)
    expect(await failureOf(certificateOf({ address: '127.0.0.1', port }, { signal: signal() }))).toEqual({
      tag: 'unsafeServer',
      detail: 'no TLS 1.2',
    })
    server.close()
  })
})

describe('FreeRDP on a real server', () => {
  test('is found with its version', async () => {
    const { programs } = computer()
    const [client] = await findClients(programs, 'linux')
    expect(client && toClient(client)).toEqual({ id: 'freerdp2', name: 'FreeRDP', way: 'rdp', version: '2.11.7' })
  })

  test('leaves a wrong password to the machine’s own screen where it asks there, and never shows a desktop', async () => {
    const session = await launch({ password: 'not the password' })
    await eventually('the sign-in screen', 20_000, async () => (await coloursInside('desk-7')) > 4)
    // xrdp without network level authentication: its grey box says why, and there is no session of this user.
    expect(await coloursInside('desk-7')).toBeLessThan(20)
    expect(await sessionPrograms()).toBe('0\n')
    session.end()
    expect((await session.ended).lines.join('\n')).not.toContain('not the password')
  }, 60_000)

  test('opens a session that is seen, and nobody can read the password from the process', async () => {
    const session = await launch()
    const seen = [session.pid, ...childrenOf(session.pid)].map((pid) => ({
      arguments: readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
      variables: readFileSync(`/proc/${pid}/environ`, 'utf8'),
    }))
    expect(seen[0]?.arguments).toContain(`/v:127.0.0.1:${xrdp.port}`)
    expect(seen[0]?.arguments).toContain('/from-stdin:force')
    for (const process of seen) {
      expect(process.arguments).not.toContain(xrdp.password)
      expect(process.variables).not.toContain(xrdp.password)
      expect(process.variables).not.toMatch(/LD_PRELOAD|NODE_OPTIONS|SSH_ASKPASS/)
    }
    await eventuallyDrawn('the desktop with its terminal', 30_000, screen, () => showsDesktop('desk-7'))
    expect(await sessionPrograms()).toBe('1\n')
    expect(filesWith(pictures, [xrdp.password])).toEqual([])
    session.end()
    expect((await session.ended).lines.join('\n')).not.toContain(xrdp.password)
  }, 60_000)

  test('refuses a server with another certificate than the pinned one', async () => {
    const other = `SHA256:${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`
    expect(await failureOf(launch({ certificate: other }))).toMatchObject({ tag: 'clientFailed', client: 'FreeRDP 2.11.7' })
  }, 30_000)

  test('F-19: a server that is gone is told with what the client wrote', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    const failure = await failureOf(launch({ port }))
    expect(failure).toMatchObject({ tag: 'clientFailed', client: 'FreeRDP 2.11.7' })
    expect(failure).toHaveProperty('lines.0')
    expect(JSON.stringify(failure)).toContain('ERRCONNECT')
  }, 30_000)

  test('F-20: a client that is cancelled while it starts is gone at once', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined))
    const port = await listening(silent)
    const { environment, programs } = computer()
    const cancel = new AbortController()
    const [client] = await findClients(programs, 'linux')
    if (!client) throw new Error('no client')
    const certificate = `SHA256:${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`
    const target = { address: '127.0.0.1', port }
    const starting = failureOf(
      launchRdp({ target, user: 'a', password: 'b', certificate, title: 't', client, programs, environment, signal: cancel.signal }),
    )
    setTimeout(() => cancel.abort(), settledMs / 3)
    expect(await starting).toEqual({ tag: 'cancelled' })
    silent.close()
  }, 30_000)
})

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

async function certificateFiles(): Promise<[string, string]> {
  const [key, cert] = [path.join(pictures, 'key.pem'), path.join(pictures, 'cert.pem')]
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=old'])
  return [await readFile(key, 'utf8'), await readFile(cert, 'utf8')]
}

function childrenOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
