/** SSH against a real OpenSSH server: every way to sign in, the machine's identity, the terminal, and how sessions end. */
import { execFileSync, spawn } from 'node:child_process'
import { createServer, connect as connectTcp, type Server, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { passphraseName, passwordName } from '../../main/sessions/needs.ts'
import { fakePrograms } from '../fakes/fakePrograms.ts'
import { fakeSecrets, machineId, sessionWorld } from '../fakes/sessionWorld.ts'
import { startSshd, type Sshd } from './parts/sshd.ts'

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
}, 60_000)
afterAll(() => sshd.stop())

type World = ReturnType<typeof sessionWorld>
const worlds: World[] = []
afterEach(async () => {
  const closing = worlds.splice(0).map((world) => world.sessions.close())
  await Promise.all(closing)
})

type Options = Partial<Parameters<typeof sessionWorld>[0]> & { port?: number }

/** A console with the machine in it; its host key is pinned unless told otherwise. */
function consoleFor({ port = sshd.port, ...options }: Options = {}, isPinned = true): World {
  const world = sessionWorld({
    endpoints: [{ port: 22, address: '127.0.0.1', connectPort: port }],
    ...options,
    machine: { user: sshd.user, ...options.machine },
  })
  worlds.push(world)
  if (isPinned) {
    const [, algorithm = '', key = ''] = sshd.hostKeyLine.split(' ')
    world.machines.pins.push({ algorithm, key, fingerprint: sshd.hostKeyFingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  }
  return world
}

const withKey = (): Options => ({ ssh: { keyFiles: [sshd.privateKeyFile] } })

async function pipeOf(world: World, sessionId: string) {
  const pipe = world.pipes.of(sessionId)
  if (!pipe) throw new Error('no pipe')
  await world.until(() => pipe.output().includes('gatehouse$ ') || undefined, 'a prompt')
  return pipe
}

async function run(world: World, sessionId: string, command: string, expected: RegExp): Promise<string> {
  const pipe = await pipeOf(world, sessionId)
  pipe.type(`${command}\r`)
  return world.until(() => expected.exec(pipe.output())?.[0], String(expected))
}

/** A port map in front of the server, as a relay is: it can be cut and slowed. */
async function relayTo(port: number) {
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const machine = connectTcp({ host: '127.0.0.1', port, noDelay: true })
    for (const socket of [client, machine]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        machine.destroy()
      })
    }
    client.setNoDelay(true)
    client.pipe(machine).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    port: address.port,
    connections: () => sockets.size / 2,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    /** Bytes are taken and never answered, as by a network that has gone. */
    freeze: () => sockets.forEach((socket) => socket.unpipe().pause()),
    async stop() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('signing in', () => {
  test('a key file opens a terminal, and every step is accounted for', async () => {
    const world = consoleFor(withKey())
    const attemptId = await world.connect()
    const sessionId = await world.inside(attemptId)
    expect(await run(world, sessionId, 'echo $((6*7))-$TERM', /42-\S+/)).toBe('42-xterm-256color')
    const { steps } = await world.attempt(attemptId)
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'request done',
      'approval skipped',
      'open done',
      'reach done',
      'identity done',
      'signIn done',
      'launch done',
    ])
    expect(steps.find((step) => step.name === 'signIn')?.elapsedMs).toBeGreaterThan(0)
    expect(world.errors).toEqual([])
  })

  test('a key file with a passphrase asks for it only once the machine takes the key, and keeps it if wanted', async () => {
    const secrets = fakeSecrets()
    const world = consoleFor({ ssh: { keyFiles: [sshd.passphraseKeyFile] }, secrets })
    const attemptId = await world.connect()
    expect(await world.prompt(attemptId, 'passphrase')).toMatchObject({ key: 'id_passphrase', again: false, canRemember: true })
    await world.answer(attemptId, { kind: 'text', text: 'wrong', remember: true })
    await world.until(async () => {
      const { prompt } = await world.attempt(attemptId)
      return prompt?.kind === 'passphrase' && prompt.again ? true : undefined
    }, 'the second question')
    expect(secrets.stored.size).toBe(0)
    await world.answer(attemptId, { kind: 'text', text: sshd.passphrase, remember: true })
    await world.inside(attemptId)
    expect(secrets.stored.get(passphraseName(sshd.passphraseKeyFile))).toBe(sshd.passphrase)

    const next = consoleFor({ ssh: { keyFiles: [sshd.passphraseKeyFile] }, secrets })
    await next.inside(await next.connect())
  })

  test("the person's SSH agent signs in", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-agent-'))
    const socket = join(folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    try {
      await delay(200)
      execFileSync('ssh-add', ['-q', sshd.privateKeyFile], { env: { SSH_AUTH_SOCK: socket, PATH: process.env['PATH'] } })
      const world = consoleFor({ ssh: { useAgent: true }, environment: { SSH_AUTH_SOCK: socket } })
      await world.inside(await world.connect())
      expect(world.events.at(-1)).toMatchObject({ action: 'session.started', outcome: 'ok' })
    } finally {
      agent.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('an agent that is not there is no obstacle', async () => {
    const world = consoleFor({
      ssh: { useAgent: true, keyFiles: [sshd.privateKeyFile] },
      environment: { SSH_AUTH_SOCK: '/nonexistent/agent' },
    })
    await world.inside(await world.connect())
  })

  test('a password is asked for (keyboard-interactive), and kept only after it was right', async () => {
    const secrets = fakeSecrets()
    const world = consoleFor({ secrets })
    const attemptId = await world.connect()
    expect(await world.prompt(attemptId, 'password')).toMatchObject({ user: sshd.user, again: false, canRemember: true })
    await world.answer(attemptId, { kind: 'text', text: 'not this one', remember: true })
    await world.until(async () => {
      const { prompt } = await world.attempt(attemptId)
      return prompt?.kind === 'password' && prompt.again ? true : undefined
    }, 'the second question')
    expect(secrets.stored.size).toBe(0)
    await world.answer(attemptId, { kind: 'text', text: sshd.password, remember: true })
    const sessionId = await world.inside(attemptId)
    expect(await run(world, sessionId, 'id -un', new RegExp(`^${sshd.user}`, 'm'))).toContain(sshd.user)
    expect(secrets.stored.get(passwordName(machineId, sshd.user))).toBe(sshd.password)

    // Kept: nothing is asked the next time.
    const next = consoleFor({ secrets })
    await next.inside(await next.connect())
  })

  test('a kept password that is refused is asked for again, and a new one that is not to be kept removes the old', async () => {
    const name = passwordName(machineId, sshd.user)
    const secrets = fakeSecrets(new Map([[name, 'old']]))
    const world = consoleFor({ secrets })
    const attemptId = await world.connect()
    expect(await world.prompt(attemptId, 'password')).toMatchObject({ again: true })
    await world.answer(attemptId, { kind: 'text', text: sshd.password, remember: false })
    await world.inside(attemptId)
    expect(secrets.stored.has(name)).toBe(false)
  })

  test('three wrong passwords end the attempt, and the port stays open for the next one', async () => {
    const secrets = fakeSecrets()
    const world = consoleFor({ secrets })
    const attemptId = await world.connect()
    let last = ''
    for (let tries = 0; tries < 3; tries += 1) {
      const promptId = await world.until(async () => {
        const { prompt } = await world.attempt(attemptId)
        return prompt && prompt.promptId !== last ? prompt.promptId : undefined
      }, 'a question')
      last = promptId
      await world.answer(attemptId, { kind: 'text', text: `wrong ${tries}`, remember: true })
    }
    expect(await world.outcome(attemptId)).toMatchObject({
      kind: 'failed',
      step: 'signIn',
      failure: { tag: 'signInRefused', user: sshd.user },
    })
    expect(secrets.stored.size).toBe(0)
    expect(world.grants.releases).toEqual([])
    expect(world.events.at(-1)).toMatchObject({ action: 'connect.failed', outcome: 'refused' })
  }, 30_000)

  test('keys that the machine does not want cost nobody a password: it is called again when it has had enough', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-foreign-keys-'))
    const keyFiles = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => join(folder, name))
    for (const file of keyFiles) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
    const world = consoleFor({ ssh: { keyFiles } })
    const attemptId = await world.connect()
    const first = await world.prompt(attemptId, 'password')
    await world.answer(attemptId, { kind: 'text', text: 'wrong', remember: false })
    await world.until(async () => {
      const { prompt } = await world.attempt(attemptId)
      return prompt && prompt.promptId !== first.promptId ? prompt : undefined
    }, 'the second question')
    await world.answer(attemptId, { kind: 'text', text: sshd.password, remember: false })
    await world.inside(attemptId)
    rmSync(folder, { recursive: true, force: true })
  })

  test('a user name is asked for where none is known, checked where it was typed, and remembered', async () => {
    const world = sessionWorld({
      endpoints: [{ port: 22, address: '127.0.0.1', connectPort: sshd.port }],
      ssh: { keyFiles: [sshd.privateKeyFile] },
    })
    worlds.push(world)
    const attemptId = await world.connect()
    await world.prompt(attemptId, 'hostKey')
    await world.answer(attemptId, { kind: 'accept' })
    await world.prompt(attemptId, 'user')
    await expect(world.answer(attemptId, { kind: 'text', text: '-oProxyCommand=x', remember: false })).rejects.toMatchObject({
      failure: { tag: 'invalidInput', problem: 'user.dash' },
    })
    await world.answer(attemptId, { kind: 'text', text: sshd.user, remember: false })
    await world.inside(attemptId)
    expect(world.machines.chosen).toEqual([{ user: sshd.user }])
  })

  test('a machine that hung up while the password was being typed is called again with what was typed', async () => {
    const relay = await relayTo(sshd.port)
    try {
      const world = consoleFor({ port: relay.port })
      const attemptId = await world.connect()
      await world.prompt(attemptId, 'password')
      relay.cut()
      await delay(100)
      await world.answer(attemptId, { kind: 'text', text: sshd.password, remember: false })
      await world.inside(attemptId)
    } finally {
      await relay.stop()
    }
  })
})

describe("the machine's identity", () => {
  test('an unknown host key is shown as ssh-keygen shows it, and pinned when accepted', async () => {
    const world = consoleFor(withKey(), false)
    const attemptId = await world.connect()
    const prompt = await world.prompt(attemptId, 'hostKey')
    expect(prompt).toMatchObject({ algorithm: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint })
    const [, ...art] = execFileSync('ssh-keygen', ['-lvf', '-'], {
      input: sshd.hostKeyLine.replace(/^\S+ /, ''),
      encoding: 'utf8',
    })
      .trimEnd()
      .split('\n')
    expect(prompt.randomart.split('\n')).toEqual(art)
    await world.answer(attemptId, { kind: 'accept' })
    await world.inside(attemptId)
    expect(world.machines.pins).toMatchObject([{ fingerprint: sshd.hostKeyFingerprint }])
    expect(world.events.map((event) => event.action)).toEqual(['hostKey.pinned', 'session.started'])
  })

  test('a host key that the technician refuses is not pinned', async () => {
    const world = consoleFor(withKey(), false)
    const attemptId = await world.connect()
    await world.prompt(attemptId, 'hostKey')
    await world.answer(attemptId, { kind: 'refuse' })
    expect(await world.outcome(attemptId)).toMatchObject({ kind: 'failed', step: 'identity', failure: { tag: 'identityRefused' } })
    expect(world.machines.pins).toEqual([])
    expect(world.events.map((event) => event.action)).toEqual(['hostKey.refused', 'connect.failed'])
  })

  test('F-21: a changed host key is a stop without a way on, before anything secret is sent', async () => {
    const other = await startSshd()
    try {
      const world = consoleFor({ ...withKey(), port: other.port })
      const attemptId = await world.connect()
      expect(await world.outcome(attemptId)).toEqual({
        kind: 'failed',
        step: 'identity',
        failure: {
          tag: 'identityChanged',
          kind: 'hostKey',
          machineId,
          expected: sshd.hostKeyFingerprint,
          shown: other.hostKeyFingerprint,
        },
      })
      expect(world.machines.pins).toHaveLength(1)
      expect(world.events[0]).toMatchObject({ action: 'hostKey.changed', outcome: 'refused', machineId })
      // A user name is already more than a stranger may learn.
      expect(other.log()).not.toContain(sshd.user)
    } finally {
      await other.stop()
    }
  }, 60_000)
})

describe('the terminal', () => {
  test('has the size of the window, and follows it', async () => {
    const world = consoleFor(withKey())
    const sessionId = await world.inside(await world.connect({ cols: 101, rows: 33 }))
    expect(await run(world, sessionId, 'stty size', /\d+ \d+/)).toBe('33 101')
    await world.sessions.handlers['sessions.resize']({ sessionId, cols: 140, rows: 40 })
    expect(await run(world, sessionId, 'stty size', /40 140/)).toBe('40 140')
  })

  test('a second tab is a channel on the same connection, and that one closes with its last tab', async () => {
    const relay = await relayTo(sshd.port)
    try {
      const world = consoleFor({ ...withKey(), port: relay.port })
      const first = await world.inside(await world.connect())
      await run(world, first, 'true', /\$ true/)
      const attemptId = await world.connect()
      const second = await world.inside(attemptId)
      expect(relay.connections()).toBe(1)
      expect(world.grants.requests).toHaveLength(1)
      expect((await world.attempt(attemptId)).steps.filter((step) => step.state === 'done').map((step) => step.name)).toEqual(['launch'])
      await world.sessions.handlers['sessions.close']({ sessionId: first })
      expect(await run(world, second, 'echo still-$((1+1))', /still-2/)).toBe('still-2')
      await world.sessions.handlers['sessions.close']({ sessionId: second })
      await world.until(() => (relay.connections() === 0 ? true : undefined), 'the connection to close')
    } finally {
      await relay.stop()
    }
  })

  test('Ctrl-C is seen within 100 ms under a flood of 50 MB and more, and memory stays bounded', async () => {
    const perWrite = { ms: 0 }
    // A window that shows about 10 MB/s, as a terminal does.
    const world = consoleFor({ ...withKey(), readDelayMs: () => perWrite.ms })
    const sessionId = await world.inside(await world.connect())
    const pipe = await pipeOf(world, sessionId)
    const tookMs: number[] = []
    for (const floodBytes of [50_000_000, 5_000_000, 5_000_000]) {
      perWrite.ms = 0
      const start = pipe.bytes()
      pipe.type('head -c 300000000 /dev/zero | tr "\\0" x | fold -w 120\r')
      await world.until(() => pipe.bytes() - start > floodBytes || undefined, 'the flood', 60_000)
      perWrite.ms = 6
      await delay(300)
      const before = pipe.bytes()
      const typedAt = performance.now()
      pipe.type('\u0003')
      await world.until(() => /\^C[\s\S]*gatehouse\$ $/.test(pipe.output().slice(-400)) || undefined, 'the prompt after Ctrl-C')
      tookMs.push(performance.now() - typedAt)
      // All that was on the way: what the machine may send ahead, and what a window has not shown yet.
      expect(pipe.bytes() - before).toBeLessThan(1024 * 1024)
    }
    // The best of three: a computer that is busy with other things is late by itself, a flood that is not held back is late each time.
    expect(Math.min(...tookMs)).toBeLessThan(100)
  }, 90_000)

  test('bytes go through untouched, also those that would command a terminal', async () => {
    const world = consoleFor(withKey())
    const sessionId = await world.inside(await world.connect())
    const escape = '\u001b]0;title\u0007\u001b[31m\u00c3\u00a9'
    expect(await run(world, sessionId, String.raw`printf '\033]0;title\007\033[31m\303\251--done\n'`, /title[^\\]*--done/)).toContain(
      escape.slice(4),
    )
  })
})

describe('how sessions end', () => {
  test('signing out ends with the exit code of the shell', async () => {
    const world = consoleFor(withKey())
    const sessionId = await world.inside(await world.connect())
    const pipe = await pipeOf(world, sessionId)
    pipe.type('echo bye; exit 7\r')
    const session = await world.until(async () => {
      const each = await world.session(sessionId)
      return each?.end ? each : undefined
    }, 'the end')
    expect(session).toMatchObject({ end: 'signedOut', exitCode: 7 })
    expect(pipe.isEnded()).toBe(true)
    expect(pipe.output()).toContain('bye')
    expect(world.events.at(-1)).toMatchObject({ action: 'session.ended', outcome: 'ok', detail: { end: 'signedOut', exitCode: 7 } })
    expect(world.events.at(-1)?.detail['durationMs']).toBeGreaterThan(0)
    expect(world.events.at(-1)?.detail['fromMachine']).toBeGreaterThan(10)
  })

  test('a server that goes away in mid-session is told as a lost connection', async () => {
    const relay = await relayTo(sshd.port)
    const world = consoleFor({ ...withKey(), port: relay.port })
    const sessionId = await world.inside(await world.connect())
    await pipeOf(world, sessionId)
    relay.cut()
    const session = await world.until(async () => {
      const each = await world.session(sessionId)
      return each?.end ? each : undefined
    }, 'the end')
    expect(session.end).toBe('connectionLost')
    await relay.stop()
  })

  test('a network that falls silent is noticed within 21 seconds', async () => {
    const relay = await relayTo(sshd.port)
    const world = consoleFor({ ...withKey(), port: relay.port })
    const sessionId = await world.inside(await world.connect())
    await pipeOf(world, sessionId)
    relay.freeze()
    const frozenAt = performance.now()
    await world.until(async () => (await world.session(sessionId))?.end, 'the end', 25_000)
    expect((await world.session(sessionId))?.end).toBe('connectionLost')
    expect(performance.now() - frozenAt).toBeLessThan(21_000)
    await relay.stop()
  }, 40_000)

  test('the end of the grant cuts at once and says so, without waiting for the network', async () => {
    const relay = await relayTo(sshd.port)
    const world = consoleFor({ ...withKey(), port: relay.port })
    const sessionId = await world.inside(await world.connect())
    const pipe = await pipeOf(world, sessionId)
    relay.freeze()
    const [grant] = world.grants.all()
    world.grants.end(grant?.grantId ?? '', 'expired')
    expect(await world.session(sessionId)).toMatchObject({ end: 'grantEnded' })
    expect(pipe.isEnded()).toBe(true)
    expect(world.events.at(-1)).toMatchObject({ action: 'session.ended', detail: { end: 'grantEnded' } })
    await relay.stop()
  })

  test('a cut by the gate that comes before the news of it is told as the end of the grant', async () => {
    const relay = await relayTo(sshd.port)
    const world = consoleFor({ ...withKey(), port: relay.port })
    const sessionId = await world.inside(await world.connect())
    await pipeOf(world, sessionId)
    const [grant] = world.grants.all()
    world.grants.set(grant?.grantId ?? '', { state: 'closing' })
    relay.cut()
    await world.until(async () => (await world.session(sessionId))?.end, 'the end')
    expect((await world.session(sessionId))?.end).toBe('grantEnded')
    await relay.stop()
  })

  test('the grant is given back a moment after its last session ended', async () => {
    const world = consoleFor(withKey())
    const sessionId = await world.inside(await world.connect())
    await pipeOf(world, sessionId)
    await world.sessions.handlers['sessions.close']({ sessionId })
    expect(world.grants.releases).toEqual([])
    // Connecting again at once asks for nothing.
    const again = await world.inside(await world.connect())
    expect(world.grants.requests).toHaveLength(1)
    await delay(3300)
    expect(world.grants.releases).toEqual([])
    await world.sessions.handlers['sessions.close']({ sessionId: again })
    await world.until(() => world.grants.releases[0], 'the release', 4000)
    expect(world.grants.releases).toMatchObject([{ why: 'lastSessionEnded' }])
  })
})

describe("in the system's own terminal", () => {
  test('the host key is compared and pinned here, ssh gets it and no secret, and the end of the terminal ends the session', async () => {
    const programs = fakePrograms({ ssh: '/usr/bin/ssh', xterm: '/usr/bin/xterm' })
    const world = consoleFor({ ...withKey(), programs }, false)
    const attemptId = await world.connect({ where: 'system' })
    expect(await world.prompt(attemptId, 'hostKey')).toMatchObject({ fingerprint: sshd.hostKeyFingerprint })
    await world.answer(attemptId, { kind: 'accept' })
    const sessionId = await world.inside(attemptId)
    const command = programs.started[0]?.command.args.join(' ') ?? ''
    expect(command).toContain('StrictHostKeyChecking=yes')
    expect(command).toContain(`-p ${sshd.port} -l ${sshd.user} -- 127.0.0.1`)
    expect(await world.session(sessionId)).toMatchObject({ way: 'ssh', where: 'system', client: 'OpenSSH', user: sshd.user })
    programs.started[0]?.exit({ exitCode: 0 })
    await world.until(async () => (await world.session(sessionId))?.end, 'the end')
    expect(await world.session(sessionId)).toMatchObject({ end: 'clientExited', exitCode: 0 })
  })

  test('F-21: a changed host key stops it before any program is started', async () => {
    const programs = fakePrograms({ ssh: '/usr/bin/ssh', xterm: '/usr/bin/xterm' })
    const world = consoleFor({ ...withKey(), programs }, false)
    const [, algorithm = ''] = sshd.hostKeyLine.split(' ')
    world.machines.pins.push({ algorithm, key: 'AAAA', fingerprint: 'SHA256:other', pinnedAt: '2026-01-01T00:00:00Z' })
    expect(await world.outcome(await world.connect({ where: 'system' }))).toMatchObject({
      step: 'identity',
      failure: { tag: 'identityChanged' },
    })
    expect(programs.started).toEqual([])
  })
})

describe('when a connect goes wrong', () => {
  test('nothing listens behind the port', async () => {
    const relay = await relayTo(1)
    const world = consoleFor({ ...withKey(), port: relay.port })
    expect(await world.outcome(await world.connect())).toMatchObject({
      kind: 'failed',
      step: 'reach',
      failure: { tag: 'unreachable', address: '127.0.0.1', port: 22, cause: 'refused' },
    })
    await relay.stop()
  })

  test('F-94: a machine that accepts and never speaks is given up after 10 seconds, and a cancel is felt at once', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const patient = consoleFor({ ...withKey(), port })
    const impatient = consoleFor({ ...withKey(), port })
    const [waiting, cancelled] = [await patient.connect(), await impatient.connect()]
    await delay(100)
    const at = performance.now()
    await impatient.sessions.handlers['sessions.cancel']({ attemptId: cancelled })
    expect(await impatient.outcome(cancelled)).toEqual({ kind: 'cancelled' })
    expect(performance.now() - at).toBeLessThan(50)
    expect(impatient.grants.releases).toMatchObject([{ why: 'cancelled' }])
    expect(await patient.outcome(waiting)).toMatchObject({ failure: { tag: 'unreachable', cause: 'timeout' } })
    silent.close()
  }, 30_000)
})
