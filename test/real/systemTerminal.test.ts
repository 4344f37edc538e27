import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CallError } from '../../main/callError.ts'
import { childEnvironment } from '../../main/platform/environment.ts'
import { createPrograms } from '../../main/platform/programs.ts'
import { launchSystemSsh } from '../../main/sessions/systemTerminal.ts'
import { startDisplay, type Display } from './parts/display.ts'
import { eventually, run } from './parts/keeper.ts'
import { startSshd, type Sshd } from './parts/sshd.ts'

let sshd: Sshd
let screen: Display
let home: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'gatehouse-home-'))
  await mkdir(path.join(home, 'run'), { mode: 0o700 })
  screen = await startDisplay({ width: 1280, height: 800, windowManager: true })
  sshd = await startSshd()
}, 60_000)
afterAll(async () => {
  await sshd?.stop()
  await screen?.stop()
  await rm(home, { recursive: true, force: true })
}, 30_000)

function launch(hostKeyLine: string) {
  const environment = childEnvironment({
    PATH: process.env['PATH'],
    DISPLAY: screen.display,
    HOME: home,
    XDG_RUNTIME_DIR: path.join(home, 'run'),
    SSH_ASKPASS: '/bin/false',
  })
  const [, algorithm = '', key = ''] = hostKeyLine.split(' ')
  return launchSystemSsh({
    machine: { id: 'desk:m-1', name: 'web-1' },
    target: { address: sshd.address, port: sshd.port },
    user: sshd.user,
    hostKeys: [{ algorithm, key }],
    keyFiles: [sshd.privateKeyFile],
    programs: createPrograms(environment, home),
    environment,
    system: 'linux',
    signal: AbortSignal.timeout(60_000),
  })
}
const privateFolders = () => readdirSync(path.join(home, 'run')).filter((name) => name.startsWith('gatehouse-'))

describe('SSH in the system’s own terminal', () => {
  test('opens a terminal with a signed-in session on the pinned host key, and takes its file away at the end', async () => {
    const running = await launch(sshd.hostKeyLine)
    await eventually('the sign-in', 15_000, () => /Accepted publickey/.test(sshd.log()))
    expect(await run('xdotool', ['search', '--name', 'web-1'], '', { ...process.env, DISPLAY: screen.display })).not.toBe('')
    expect(readFileSync(`/proc/${running.pid}/environ`, 'utf8')).not.toContain('SSH_ASKPASS')
    expect(privateFolders()).toHaveLength(1)
    // Only our own file was looked at, and nothing was added to the person's.
    expect(existsSync(path.join(home, '.ssh', 'known_hosts'))).toBe(false)
    running.end()
    await running.ended
    await eventually('the file to go', 5000, () => privateFolders().length === 0)
  }, 40_000)

  test('F-21: another host key than the pinned one ends at once, with nobody signed in', async () => {
    const before = sshd.log().match(/Accepted/g)?.length ?? 0
    const pinned = sshd.hostKeyLine
    await sshd.changeHostKey()
    const failure = await launch(pinned).then(
      () => undefined,
      (error: unknown) => (error instanceof CallError ? error.failure : error),
    )
    expect(failure).toMatchObject({ tag: 'clientFailed' })
    expect(sshd.log().match(/Accepted/g)?.length ?? 0).toBe(before)
    expect(privateFolders()).toEqual([])
  }, 40_000)
})
