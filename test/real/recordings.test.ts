/** A real shell on a real OpenSSH server, recorded under a key in a real keyring, and replayed. */
import { setTimeout as delay } from 'node:timers/promises'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childEnvironment } from '../../main/platform/environment.ts'
import { createKeychain } from '../../main/platform/keychain.ts'
import { forkWithNode } from '../../main/platform/keychainFork.ts'
import { createRecordingThread } from '../../main/platform/recordingThread.ts'
import { sessionWorld } from '../fakes/sessionWorld.ts'
import { outputOf, realClock, recordingWorld, until } from '../main/recordings/recordingWorld.ts'
import { startKeyring, type Keyring } from './parts/keyring.ts'
import { startSshd, type Sshd } from './parts/sshd.ts'

let sshd: Sshd
let keyring: Keyring
let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gatehouse-home-'))
  ;[sshd, keyring] = await Promise.all([startSshd(), startKeyring({ home })])
}, 60_000)
afterAll(async () => {
  await Promise.all([sshd.stop(), keyring.stop()])
  rmSync(home, { recursive: true, force: true })
})

const keychain = () =>
  createKeychain({ fork: forkWithNode(childEnvironment(keyring.env)), dataFolder: join(home, 'data'), clock: realClock })

/** A console with the machine in it, whose terminals are recorded. */
function consoleFor(recordings: ReturnType<typeof recordingWorld>['recordings']) {
  const world = sessionWorld({
    endpoints: [{ port: 22, address: '127.0.0.1', connectPort: sshd.port }],
    machine: { user: sshd.user, name: 'files-1' },
    ssh: { keyFiles: [sshd.privateKeyFile] },
    recordings,
  })
  const [, algorithm = '', key = ''] = sshd.hostKeyLine.split(' ')
  world.machines.pins.push({ algorithm, key, fingerprint: sshd.hostKeyFingerprint, pinnedAt: '2026-01-01T00:00:00Z' })
  return world
}

test('REQ-9: what a real shell shows is recorded from its first prompt on, and replayed after a restart; what was typed unseen is nowhere', async () => {
  const recorded = recordingWorld({ secrets: keychain(), openFile: createRecordingThread() })
  const world = consoleFor(recorded.recordings)
  const sessionId = await world.inside(await world.connect({ cols: 100, rows: 30 }))
  const pipe = world.pipes.of(sessionId)
  const type = async (text: string, expected: RegExp) => {
    pipe?.type(text)
    await world.until(() => expected.test(pipe?.output() ?? '') || undefined, String(expected))
  }
  await type('', /gatehouse\$ $/)
  await type('read -rs -p "Password: " secret; echo; echo length=${#secret}\r', /Password: $/)
  await type('hunter2-canary\r', /length=14/)
  await world.sessions.handlers['sessions.resize']({ sessionId, cols: 120, rows: 40 })
  await type('stty size; printf "\\303\\274ber\\n"\r', /40 120[\s\S]*ber\r\n/)
  await delay(50)
  pipe?.type('exit\r')
  await until(() => recorded.events.some(({ action }) => action === 'recording.ended'))
  await recorded.recordings.close()
  await world.sessions.close()

  const later = recordingWorld({ secrets: keychain(), folder: recorded.dataFolder })
  const [recording] = (await later.list()).recordings
  expect(recording).toMatchObject({ machineName: 'files-1', user: sshd.user, sessionId, state: 'whole' })
  const recordingId = recording?.recordingId ?? ''
  const events = await later.played(recordingId)
  const text = outputOf(events)
  expect(text).toMatch(/^[^\n]*gatehouse\$ /)
  expect(Buffer.from(text).toString('latin1')).toBe(pipe?.output())
  expect(text).toContain('über')
  expect(text).not.toContain('hunter2')
  expect(events.filter(({ kind }) => kind === 'r').map(({ data }) => data)).toEqual(['120x40'])
  expect(await later.replay(recordingId)).toMatchObject({ cols: 100, rows: 30 })
  const { hits } = await later.handlers['recordings.search']({ recordingId, text: 'LENGTH=14' })
  expect(hits).toMatchObject([{ line: 'length=14' }])
  for (const file of later.files()) expect(readFileSync(file).includes('gatehouse')).toBe(false)
}, 60_000)

test('one that is begun in the middle has the screen that was there: programs draw themselves again', async () => {
  const recorded = recordingWorld({ secrets: keychain(), settings: { when: 'ask' } })
  const world = consoleFor(recorded.recordings)
  const sessionId = await world.inside(await world.connect())
  const pipe = world.pipes.of(sessionId)
  await world.until(() => pipe?.output().endsWith('gatehouse$ ') || undefined, 'a prompt')
  pipe?.type('echo half-typed')
  await world.until(() => pipe?.output().endsWith('half-typed') || undefined, 'the echo')
  await recorded.handlers['recordings.start']({ sessionId })
  await delay(600)
  await world.sessions.handlers['sessions.close']({ sessionId })
  await recorded.recordings.close()
  const [recording] = (await recorded.list()).recordings
  expect(outputOf(await recorded.played(recording?.recordingId ?? ''))).toContain('gatehouse$ echo half-typed')
  await world.sessions.close()
}, 60_000)
