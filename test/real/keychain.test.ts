import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Secrets } from '../../main/ports.ts'
import { childEnvironment } from '../../main/platform/environment.ts'
import { createKeychain } from '../../main/platform/keychain.ts'
import { forkWithNode, type ForkKeychain } from '../../main/platform/keychainFork.ts'
import { CallError } from '../../main/callError.ts'
import { startDisplay } from './parts/display.ts'
import { filesWith } from './parts/filesWith.ts'
import { eventually, run } from './parts/keeper.ts'
import { startBusWithoutService, startKeyring } from './parts/keyring.ts'

const clock = { monotonicMs: () => performance.now() }
const limitMs = 5000
const name = 'password/desk:m1/alice'
const canary = `canary-${randomBytes(12).toString('hex')}`

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'gatehouse-home-'))
  undo.push(() => rm(home, { recursive: true, force: true, maxRetries: 3 }))
  return home
}

/** The environment of a session with a keyring; it ends with the test. */
async function session(home: string, locked = false): Promise<Record<string, string>> {
  const keyring = await startKeyring({ home, locked })
  undo.push(() => keyring.stop())
  return keyring.env
}

/** The keychain as the console makes it; `pids` are the processes that it started. */
function keychain(environment: Record<string, string>, home: string, options?: { promptMs?: number }) {
  const fork: ForkKeychain = forkWithNode(childEnvironment(environment))
  const running = new Set<ReturnType<ForkKeychain>>()
  const secrets: Secrets = createKeychain({
    fork: () => {
      const child = fork()
      running.add(child)
      child.onExit(() => running.delete(child))
      return child
    },
    dataFolder: path.join(home, 'data'),
    clock,
    ...(options?.promptMs !== undefined && { promptMs: options.promptMs }),
  })
  undo.push(() => {
    for (const child of running) child.kill()
    return Promise.resolve()
  })
  return { secrets, running }
}

/** The state that a call fails with, or 'none'; the call must answer within the limit of the port. */
async function failure(call: Promise<unknown>): Promise<string> {
  const startedAt = performance.now()
  try {
    await call
    return 'none'
  } catch (error) {
    if (error instanceof CallError && error.failure.tag === 'keychain') return error.failure.state
    throw error
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(limitMs)
  }
}

/** A home with a keyring in which the canary is; nothing runs on it any more. */
async function homeWithSecret(): Promise<string> {
  const home = await newHome()
  const keyring = await startKeyring({ home })
  try {
    const { secrets, running } = keychain(keyring.env, home)
    await secrets.write(name, canary)
    for (const child of running) child.kill()
  } finally {
    await keyring.stop()
  }
  return home
}

/** The program that shows the keyring's prompt, on a screen where somebody may answer it or not. */
async function prompter(environment: Record<string, string>): Promise<{ display: string }> {
  const screen = await startDisplay({ width: 800, height: 600, windowManager: true })
  undo.push(() => screen.stop())
  const child = spawn('/usr/libexec/gcr-prompter', [], { env: { ...environment, DISPLAY: screen.display }, stdio: 'ignore' })
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await eventually('the prompter', 10_000, () =>
    run('gdbus', [...nameOwner, 'org.gnome.keyring.SystemPrompter'], '', environment).then(
      () => true,
      () => false,
    ),
  )
  return screen
}
const nameOwner = ['call', '--session', '--dest=org.freedesktop.DBus', '--object-path=/', '--method=org.freedesktop.DBus.GetNameOwner']

describe('the keychain of this computer', () => {
  test('keeps a secret, gives it back after a restart, and forgets it', async () => {
    const home = await newHome()
    const environment = await session(home)
    const { secrets } = keychain(environment, home)
    expect(await secrets.read(name)).toBeUndefined()
    await secrets.write(name, canary)
    expect(await secrets.read(name)).toBe(canary)
    expect(await secrets.state()).toBe('ready')

    const afterRestart = keychain(environment, home).secrets
    expect(await afterRestart.read(name)).toBe(canary)
    await afterRestart.forget(name)
    expect(await afterRestart.read(name)).toBeUndefined()
    expect(await afterRestart.state()).toBe('ready')
  })

  test('keeps any text exactly', async () => {
    const home = await newHome()
    const environment = await session(home)
    const { secrets } = keychain(environment, home)
    for (const secret of [' spaces ', 'pässwörd 日本 🗝', '"\'\\$(x)`\n', 'x'.repeat(2500)]) {
      await secrets.write(name, secret)
      expect(await secrets.read(name)).toBe(secret)
    }
  })

  test('takes many calls at once, one after the other', async () => {
    const home = await newHome()
    const environment = await session(home)
    const { secrets } = keychain(environment, home)
    const names = Array.from({ length: 25 }, (_, i) => `password/desk:m${i}/alice`)
    await Promise.all(names.map((one) => secrets.write(one, `secret of ${one}`)))
    expect(await Promise.all(names.map((one) => secrets.read(one)))).toEqual(names.map((one) => `secret of ${one}`))
    expect(await keychain(environment, home).secrets.state()).toBe('ready')
  })

  test('F-108: a secret that some keychain would cut or refuse is rejected by all', async () => {
    const home = await newHome()
    const { secrets, running } = keychain({}, home)
    for (const secret of ['', 'a\0b', 'x'.repeat(2501), 'ü'.repeat(1251), 'half \ud83d']) {
      expect(await failure(secrets.write(name, secret))).toBe('rejected')
    }
    expect(await failure(secrets.write('', 'x'))).toBe('rejected')
    expect(await failure(secrets.read('a\0b'))).toBe('rejected')
    expect(running.size).toBe(0)
  })

  test('F-108: a locked keyring is told as locked, for a stored secret and for a new one', async () => {
    const home = await homeWithSecret()
    const environment = await session(home, true)
    const { secrets } = keychain(environment, home)
    expect(await failure(secrets.read(name))).toBe('locked')
    expect(await failure(secrets.write('password/desk:m2/alice', canary))).toBe('locked')
    expect(await secrets.state()).toBe('locked')
    expect(filesWith(home, [canary])).toEqual([])
  })

  test('F-108: a bus without a Secret Service is told as missing', async () => {
    const home = await newHome()
    const bus = await startBusWithoutService()
    undo.push(() => bus.stop())
    const environment = bus.env
    const { secrets } = keychain(environment, home)
    expect(await failure(secrets.read(name))).toBe('missing')
    expect(await failure(secrets.write(name, canary))).toBe('missing')
    expect(await secrets.state()).toBe('missing')
    expect(filesWith(home, [canary])).toEqual([])
  })

  test('F-108: no session bus at all is told as missing', async () => {
    const home = await newHome()
    const { secrets } = keychain({ PATH: '/usr/bin:/bin', HOME: home, XDG_RUNTIME_DIR: '/nonexistent' }, home)
    expect(await failure(secrets.read(name))).toBe('missing')
    expect(await failure(secrets.write(name, canary))).toBe('missing')
    expect(await secrets.state()).toBe('missing')
    expect(filesWith(home, [canary])).toEqual([])
  })

  test('F-108: another keyring than the one that holds our secrets is told as changed until it holds them again', async () => {
    const home = await homeWithSecret()
    await rm(path.join(home, '.local'), { recursive: true })
    const environment = await session(home)
    const { secrets } = keychain(environment, home)
    expect(await failure(secrets.read(name))).toBe('changed')
    expect(await secrets.state()).toBe('changed')
    expect(await secrets.read('password/desk:m2/bob')).toBeUndefined()
    await secrets.write(name, canary)
    expect(await secrets.state()).toBe('ready')
  })

  test('F-108: a prompt that nobody answers is told as timeout, holds up nothing else, and works once it is answered', async () => {
    const home = await homeWithSecret()
    const environment = await session(home, true)
    const screen = await prompter(environment)
    const { secrets, running } = keychain(environment, home)
    const both = Promise.all([failure(secrets.read(name)), failure(secrets.write('password/desk:m2/alice', 'x'))])
    // Four calls that hang starve Node's own file work when they run in the same process.
    await readFile(import.meta.filename)
    expect(await both).toEqual(['timeout', 'timeout'])
    expect(await secrets.state()).toBe('timeout')
    expect(running.size).toBe(1)
    await typePassword(screen.display)
    await expect.poll(() => secrets.read(name), { timeout: 15_000 }).toBe(canary)
  }, 40_000)

  test('F-108: a prompt that is never answered ends with its process, and the next call asks anew', async () => {
    const home = await homeWithSecret()
    const environment = await session(home, true)
    await prompter(environment)
    const { secrets, running } = keychain(environment, home, { promptMs: 5500 })
    expect(await failure(secrets.read(name))).toBe('timeout')
    await expect.poll(() => running.size, { timeout: 5000 }).toBe(0)
    expect(await failure(secrets.read(name))).toBe('timeout')
    expect(running.size).toBe(1)
  }, 30_000)

  test('F-111: a crash in the keychain library is told as crashed, and the next call works', async () => {
    const home = await newHome()
    const environment = await session(home)
    const { secrets, running } = keychain(environment, home)
    await secrets.write(name, canary)
    const reading = failure(secrets.read(name))
    // What libsecret does to its process by itself, at a moment of our choosing.
    for (const child of running) child.kill()
    expect(await reading).toBe('crashed')
    expect(await secrets.read(name)).toBe(canary)
  })

  test('F-108: the list of names has no secret in it, is the person’s own, and survives damage', async () => {
    const home = await homeWithSecret()
    const environment = await session(home)
    const { secrets } = keychain(environment, home)
    expect(await secrets.read(name)).toBe(canary)
    expect(filesWith(home, [canary])).toEqual([])
    const index = path.join(home, 'data', 'keychain-names.json')
    expect(await readFile(index, 'utf8')).toContain(name)

    await mkdir(path.join(home, 'data'), { recursive: true })
    await writeFile(index, '{"names": "no list"')
    const afterDamage = keychain(environment, home).secrets
    expect(await afterDamage.read(name)).toBe(canary)
    expect(await readFile(index, 'utf8')).toContain(name)
    expect(await readFile(`${index}.damaged`, 'utf8')).toBe('{"names": "no list"')
  })
})

/** Answers the prompt on the screen as a person does; the part's keyring has this password. */
async function typePassword(display: string): Promise<void> {
  const environment = { PATH: process.env['PATH'], DISPLAY: display }
  await run('xdotool', ['type', '--delay', '20', 'test'], '', environment)
  await run('xdotool', ['key', 'Return'], '', environment)
}
