/** Sign-ins that an OpenSSH server here does not offer, against the server of ssh2: what it offers can be chosen, also badly. */
import { setTimeout as delay } from 'node:timers/promises'
import ssh2, { type AuthContext, type AuthenticationType, type Connection, type ServerConfig } from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { unsafeSuite } from '../../../../main/sessions/ssh/algorithms.ts'
import { passwordName } from '../../../../main/sessions/needs.ts'
import { fakeSecrets, machineId, sessionWorld } from '../../../fakes/sessionWorld.ts'
import { hostKey } from './hostKey.ts'

type World = ReturnType<typeof sessionWorld>
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Judge = (context: AuthContext, connection: Connection) => void

async function serve(judge: Judge, config: Partial<ServerConfig> = {}): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey], ...config }, (connection) => {
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => judge(context, connection))
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (acceptPty) => acceptPty())
      session.on('shell', (acceptShell) => acceptShell().write('hello'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function consoleFor(connectPort: number, options: Partial<Parameters<typeof sessionWorld>[0]> = {}): World {
  const world = sessionWorld({ endpoints: [{ port: 22, address: '127.0.0.1', connectPort }], machine: { user: 'alice' }, ...options })
  closing.unshift(() => world.sessions.close())
  return world
}

async function trusting(world: World): Promise<string> {
  const attemptId = await world.connect()
  await world.prompt(attemptId, 'hostKey')
  await world.answer(attemptId, { kind: 'accept' })
  return attemptId
}

test('a machine that takes only the password method gets it', async () => {
  const port = await serve((context) => {
    if (context.method === 'password' && context.password === 'secret') context.accept()
    else context.reject(['password'])
  })
  const secrets = fakeSecrets()
  const world = consoleFor(port, { secrets })
  const attemptId = await trusting(world)
  await world.prompt(attemptId, 'password')
  await world.answer(attemptId, { kind: 'text', text: 'secret', remember: true })
  await world.inside(attemptId)
  expect([...secrets.stored]).toEqual([[passwordName(machineId, 'alice'), 'secret']])
})

test('a second factor is asked for after the password, and what the machine writes is made safe', async () => {
  const asked: string[] = []
  const port = await serve((context) => {
    if (context.method !== 'keyboard-interactive') {
      context.reject(['keyboard-interactive'])
      return
    }
    context.prompt([{ prompt: 'Password: ', echo: false }], 'PAM', 'hi', (passwords) => {
      asked.push(...passwords)
      const instructions = 'Look at your \u001b[31mphone\u202e\nand type'
      context.prompt([{ prompt: 'Code\u0007: ', echo: true }], 'Second\u001b]0;evil\u0007', instructions, (codes) => {
        asked.push(...codes)
        context.accept()
      })
    })
  })
  const world = consoleFor(port)
  const attemptId = await trusting(world)
  await world.prompt(attemptId, 'password')
  await world.answer(attemptId, { kind: 'text', text: 'secret', remember: false })
  expect(await world.prompt(attemptId, 'questions')).toMatchObject({
    title: 'Second',
    instructions: 'Look at your phone\nand type',
    questions: [{ text: 'Code:', echo: true }],
  })
  await world.answer(attemptId, { kind: 'texts', texts: ['123456'] })
  await world.inside(attemptId)
  expect(asked).toEqual(['secret', '123456'])
})

test('a machine that wants two methods one after the other gets both', async () => {
  let first = true
  const port = await serve((context) => {
    const left: AuthenticationType[] = first ? ['password'] : ['keyboard-interactive']
    if (context.method === 'password' && first) {
      first = false
      context.reject(['keyboard-interactive'], true)
    } else if (context.method === 'keyboard-interactive' && !first) {
      context.prompt([{ prompt: 'Token', echo: true }], () => context.accept())
    } else context.reject(left)
  })
  const world = consoleFor(port)
  const attemptId = await trusting(world)
  await world.prompt(attemptId, 'password')
  await world.answer(attemptId, { kind: 'text', text: 'secret', remember: false })
  await world.prompt(attemptId, 'questions')
  await world.answer(attemptId, { kind: 'texts', texts: ['1'] })
  await world.inside(attemptId)
})

test('a machine that offers nothing that we have refuses the sign-in, and nobody is asked for anything', async () => {
  const port = await serve((context) => context.reject(['hostbased']))
  const world = consoleFor(port)
  expect(await world.outcome(await trusting(world))).toMatchObject({ kind: 'failed', step: 'signIn', failure: { tag: 'signInRefused' } })
})

test('a keychain that is locked means asking, without an offer to remember', async () => {
  const port = await serve((context) => (context.method === 'password' ? context.accept() : context.reject(['password'])))
  const { CallError } = await import('../../../../main/callError.ts')
  const locked = { ...fakeSecrets(), read: () => Promise.reject(new CallError({ tag: 'keychain', state: 'locked' })) }
  const world = consoleFor(port, { secrets: locked })
  const attemptId = await trusting(world)
  expect(await world.prompt(attemptId, 'password')).toMatchObject({ canRemember: false })
  await world.answer(attemptId, { kind: 'text', text: 'x', remember: true })
  await world.inside(attemptId)
})

test('refusing to type a password cancels the attempt', async () => {
  const port = await serve((context) => context.reject(['password']))
  const world = consoleFor(port)
  const attemptId = await trusting(world)
  await world.prompt(attemptId, 'password')
  await world.answer(attemptId, { kind: 'refuse' })
  expect(await world.outcome(attemptId)).toEqual({ kind: 'cancelled' })
})

test('a machine that gives no shell says so at the launch', async () => {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (_accept, reject) => reject())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  const world = consoleFor(typeof address === 'object' && address ? address.port : 0)
  expect(await world.outcome(await trusting(world))).toMatchObject({ kind: 'failed', step: 'launch', failure: { tag: 'signInRefused' } })
})

test('keys are renewed in mid-session without a question', async () => {
  let isRenewed = false
  const port = await serve((context, connection) => {
    context.accept()
    setTimeout(() => connection.rekey(() => (isRenewed = true)), 100)
  })
  const world = consoleFor(port)
  const sessionId = await world.inside(await trusting(world))
  const pipe = world.pipes.of(sessionId)
  await world.until(() => pipe?.output() === 'hello' || undefined, 'the first words')
  await world.until(() => isRenewed || undefined, 'new keys')
  await delay(100)
  expect(await world.session(sessionId)).not.toHaveProperty('end')
})

test('F-22: a server that offers only ChaCha20-Poly1305 is taken with strict key exchange', async () => {
  const port = await serve((context) => context.accept(), { algorithms: { cipher: ['chacha20-poly1305@openssh.com'] } })
  const world = consoleFor(port)
  await world.inside(await trusting(world))
})

test('F-22: a server that offers only a suite open to Terrapin, without strict key exchange, is refused before the sign-in', async () => {
  let authentications = 0
  // The list that ssh2 adds the strict marker to stays without it.
  const kex: ['curve25519-sha256'] = ['curve25519-sha256']
  kex.concat = () => kex
  const port = await serve(
    (context) => {
      authentications += 1
      context.accept()
    },
    { algorithms: { kex, cipher: ['chacha20-poly1305@openssh.com'] } },
  )
  const world = consoleFor(port)
  expect(await world.outcome(await trusting(world))).toMatchObject({
    kind: 'failed',
    failure: { tag: 'unsafeServer', detail: 'chacha20-poly1305@openssh.com without strict key exchange' },
  })
  expect(authentications).toBe(0)
})

test('F-22: a server that has only old algorithms is refused, with what does not match', async () => {
  const port = await serve((context) => context.accept(), { algorithms: { cipher: ['aes128-cbc'] } })
  const world = consoleFor(port)
  expect(await world.outcome(await world.connect())).toMatchObject({ kind: 'failed', failure: { tag: 'unsafeServer' } })
})

test('F-22: which suites are open to Terrapin', () => {
  const gcm = { cipher: 'aes128-gcm@openssh.com', mac: '' } as const
  const cbcEtm = { cipher: 'aes128-cbc', mac: 'hmac-sha2-256-etm@openssh.com' } as const
  const cbc = { cipher: 'aes128-cbc', mac: 'hmac-sha2-256' } as const
  const chacha = { cipher: 'chacha20-poly1305@openssh.com', mac: '' } as const
  expect(unsafeSuite({ cs: gcm, sc: gcm }, false)).toBeUndefined()
  expect(unsafeSuite({ cs: cbc, sc: gcm }, false)).toBeUndefined()
  expect(unsafeSuite({ cs: gcm, sc: chacha }, false)).toContain('chacha20')
  expect(unsafeSuite({ cs: cbcEtm, sc: gcm }, false)).toContain('aes128-cbc')
  expect(unsafeSuite({ cs: chacha, sc: chacha }, true)).toBeUndefined()
})
