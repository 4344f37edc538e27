/** A desktop in the system's client: certificate, password and program, with a client that is a fake and a server that only shows its certificate. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { passwordName } from '../../../main/sessions/needs.ts'
import { fakePrograms } from '../../fakes/fakePrograms.ts'
import { fakeSecrets, machineId, sessionWorld } from '../../fakes/sessionWorld.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-desktop-'))
let server: Server
let port = 0
let fingerprint = ''

beforeAll(async () => {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=desk-1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certFile, ...subject],
    {
      stdio: 'ignore',
    },
  )
  const hex =
    execFileSync('openssl', ['x509', '-in', certFile, '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' }).trim().split('=')[1] ?? ''
  fingerprint = `SHA256:${Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64').replace('=', '')}`
  const secure = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) })
  secure.on('tlsClientError', () => undefined)
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      // An X.224 confirm that selects TLS (MS-RDPBCGR 2.2.1.2.1).
      socket.write(Buffer.from('030000130ed000000000000200080001000000', 'hex'))
      secure.emit('connection', socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

type World = ReturnType<typeof sessionWorld>
const worlds: World[] = []
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.sessions.close())))

function consoleFor(secrets = fakeSecrets(), installed: Record<string, string> = { xfreerdp: '/usr/bin/xfreerdp' }) {
  const programs = fakePrograms(installed, { '/usr/bin/xfreerdp': 'This is FreeRDP version 2.11.7 (2.11.7)' })
  const world = sessionWorld({
    endpoints: [{ port: 3389, address: '127.0.0.1', connectPort: port }],
    machine: { name: 'desk-1', user: 'CORP\\alice', os: 'windows', ways: ['rdp'] },
    programs,
    secrets,
  })
  worlds.push(world)
  return { world, programs, secrets }
}
const rdp = { way: 'rdp', where: 'system' } as const

test('the certificate is shown once and pinned, the password goes to stdin alone, and the end of the client ends the session', async () => {
  const { world, programs, secrets } = consoleFor()
  const attemptId = await world.connect(rdp)
  expect(await world.prompt(attemptId, 'certificate')).toMatchObject({ fingerprint, subject: 'CN=desk-1' })
  await world.answer(attemptId, { kind: 'accept' })
  expect(await world.prompt(attemptId, 'password')).toMatchObject({ user: 'CORP\\alice', again: false, canRemember: true })
  await world.answer(attemptId, { kind: 'text', text: 'pass word!', remember: true })
  const sessionId = await world.inside(attemptId)
  const [started] = programs.started
  expect(started?.command.stdin).toBe('pass word!\n')
  expect(JSON.stringify(started?.command.args)).not.toContain('pass word!')
  expect(started?.command.args).toContain(`/v:127.0.0.1:${port}`)
  expect(secrets.stored.get(passwordName(machineId, 'CORP\\alice'))).toBe('pass word!')
  expect(world.machines.certificates).toMatchObject([{ fingerprint }])
  expect(await world.session(sessionId)).toMatchObject({ way: 'rdp', where: 'system', client: 'FreeRDP 2.11.7', user: 'CORP\\alice' })
  started?.exit({ exitCode: 12 })
  await world.until(async () => (await world.session(sessionId))?.end, 'the end')
  expect(await world.session(sessionId)).toMatchObject({ end: 'clientExited', exitCode: 12 })
  expect(world.events.map((event) => event.action)).toEqual(['certificate.pinned', 'session.started', 'session.ended'])
}, 20_000)

test('a changed certificate is a stop without a way on, and no client is started', async () => {
  const { world, programs } = consoleFor()
  const expected = `SHA256:${'A'.repeat(43)}`
  world.machines.certificates.push({ fingerprint: expected, pinnedAt: '2026-01-01T00:00:00Z' })
  expect(await world.outcome(await world.connect(rdp))).toEqual({
    kind: 'failed',
    step: 'identity',
    failure: { tag: 'identityChanged', kind: 'certificate', machineId, expected, shown: fingerprint },
  })
  expect(programs.started).toEqual([])
  expect(world.events[0]).toMatchObject({ action: 'certificate.changed', outcome: 'refused' })
})

test('a certificate that the technician refuses is not pinned', async () => {
  const { world } = consoleFor()
  const attemptId = await world.connect(rdp)
  await world.prompt(attemptId, 'certificate')
  await world.answer(attemptId, { kind: 'refuse' })
  expect(await world.outcome(attemptId)).toMatchObject({ failure: { tag: 'identityRefused' } })
  expect(world.machines.certificates).toEqual([])
})

test('a kept password that the machine refuses is asked for again, and the new one takes its place', async () => {
  const name = passwordName(machineId, 'CORP\\alice')
  const { world, programs, secrets } = consoleFor(fakeSecrets(new Map([[name, 'old']])))
  world.machines.certificates.push({ fingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  const attemptId = await world.connect(rdp)
  await world.until(() => programs.started[0], 'the first start')
  programs.started[0]?.exit({ exitCode: 132 })
  expect(await world.prompt(attemptId, 'password')).toMatchObject({ again: true })
  expect(secrets.stored.get(name)).toBe('old')
  await world.answer(attemptId, { kind: 'text', text: 'new', remember: true })
  await world.inside(attemptId)
  expect(programs.started.map(({ command }) => command.stdin)).toEqual(['old\n', 'new\n'])
  expect(secrets.stored.get(name)).toBe('new')
}, 20_000)

test('F-18: without a client no port is opened, and the failure says what to install', async () => {
  const { world } = consoleFor(fakeSecrets(), { 'apt-get': '/usr/bin/apt-get' })
  const outcome = await world.outcome(await world.connect(rdp))
  expect(outcome).toMatchObject({ kind: 'failed', failure: { tag: 'clientMissing', client: 'FreeRDP' } })
  expect(JSON.stringify(outcome)).toContain('apt-get install')
  expect(world.grants.requests).toEqual([])
})

test('F-19: a client that gives up at once is told with its last lines, and the port stays open', async () => {
  const { world, programs } = consoleFor()
  world.machines.certificates.push({ fingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  const attemptId = await world.connect(rdp)
  await world.prompt(attemptId, 'password')
  await world.answer(attemptId, { kind: 'text', text: 'x', remember: true })
  await world.until(() => programs.started[0], 'the start')
  programs.started[0]?.exit({ exitCode: 131, lines: ['cannot open display'] })
  expect(await world.outcome(attemptId)).toMatchObject({
    kind: 'failed',
    step: 'launch',
    failure: { tag: 'clientFailed', exitCode: 131, lines: ['cannot open display'] },
  })
  expect(world.grants.releases).toEqual([])
})

test('F-20: a cancel ends a client that is being started, and the end of the grant one that runs', async () => {
  const { world, programs } = consoleFor()
  world.machines.certificates.push({ fingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  const first = await world.connect(rdp)
  await world.prompt(first, 'password')
  await world.answer(first, { kind: 'text', text: 'x', remember: false })
  await world.until(() => programs.started[0], 'the start')
  await world.sessions.handlers['sessions.cancel']({ attemptId: first })
  expect(await world.outcome(first)).toEqual({ kind: 'cancelled' })

  const second = await world.connect(rdp)
  await world.prompt(second, 'password')
  await world.answer(second, { kind: 'text', text: 'x', remember: false })
  const sessionId = await world.inside(second)
  world.grants.end(world.grants.all().at(-1)?.grantId ?? '', 'expired')
  expect(await world.session(sessionId)).toMatchObject({ end: 'grantEnded' })
}, 20_000)

test('the list of clients is what this computer has', async () => {
  const { world } = consoleFor()
  const { clients } = await world.sessions.handlers['sessions.clients']({})
  expect(clients.map(({ id, version }) => `${id} ${version}`)).toEqual(['freerdp2 2.11.7'])
})
