import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'
import { outputOf, recordingWorld, until } from './recordingWorld.ts'

describe('a recorded session', () => {
  test('REQ-9: is kept with whose it is, and what the machine wrote is played back with its times', async () => {
    const clock = fakeClock(new Date().toISOString())
    const world = recordingWorld({ clock })
    const session = world.open({ machineName: 'files-1', user: 'bob' })
    session.say('$ ')
    clock.pass(1500)
    session.say('ls\r\nreport.csv\r\n')
    clock.pass(500)
    session.resized(120, 40)
    session.ended()
    await until(() => world.events.some(({ action }) => action === 'recording.ended'))
    const [recording] = (await world.list()).recordings
    expect(recording).toMatchObject({ machineName: 'files-1', user: 'bob', sessionId: session.sessionId, durationMs: 2000, state: 'whole' })
    expect(await world.played(recording?.recordingId ?? '')).toEqual([
      { atMs: 0, kind: 'o', data: '$ ' },
      { atMs: 1500, kind: 'o', data: 'ls\r\nreport.csv\r\n' },
      { atMs: 2000, kind: 'r', data: '120x40' },
    ])
    expect(await world.replay(recording?.recordingId ?? '')).toMatchObject({
      cols: 80,
      rows: 24,
      durationMs: 2000,
      activity: [2, 16, 0].slice(0, 2),
    })
  })

  test('is in the log with its id when it begins and when it ends, and the end proves the file', async () => {
    const world = recordingWorld()
    const recordingId = await world.recorded(['hello'])
    const [file = ''] = world.files()
    expect(world.events).toMatchObject([
      {
        action: 'recording.started',
        outcome: 'ok',
        machineId: 'desk:m1',
        grantId: 'desk:g1',
        port: 22,
        detail: { recording: recordingId },
      },
      {
        action: 'recording.ended',
        outcome: 'ok',
        detail: {
          recording: recordingId,
          end: 'sessionEnded',
          bytes: statSync(file).size,
          digest: createHash('sha256').update(readFileSync(file)).digest('hex'),
        },
      },
    ])
  })

  test('a letter that comes in two pieces is one letter', async () => {
    const world = recordingWorld()
    const session = world.open()
    const bytes = Buffer.from('müde 端末 🚪')
    for (const byte of bytes) session.output(Buffer.from([byte]))
    session.output(Buffer.from([0xc3]))
    session.ended()
    await until(() => world.events.some(({ action }) => action === 'recording.ended'))
    const [recording] = (await world.list()).recordings
    expect(outputOf(await world.played(recording?.recordingId ?? ''))).toBe('müde 端末 🚪\ufffd')
  })

  test('what was paused is not there; two markers say so, and the programs draw themselves again', async () => {
    const clock = fakeClock(new Date().toISOString())
    const world = recordingWorld({ clock })
    const session = world.open()
    session.say('before')
    clock.pass(1000)
    await world.handlers['recordings.pause']({ sessionId: session.sessionId })
    expect(await world.view(session.sessionId)).toMatchObject({ state: 'paused' })
    session.say('secret of the gap')
    session.resized(100, 30)
    clock.pass(5000)
    await world.handlers['recordings.resume']({ sessionId: session.sessionId })
    expect(world.redrawn).toEqual([session.sessionId])
    session.say('after')
    session.ended()
    await until(() => world.events.some(({ action }) => action === 'recording.ended'))
    expect(world.events.at(-1)?.detail).toMatchObject({ durationMs: 6000, pausedMs: 5000 })
    const [recording] = (await world.list()).recordings
    expect(await world.played(recording?.recordingId ?? '')).toEqual([
      { atMs: 0, kind: 'o', data: 'before' },
      { atMs: 1000, kind: 'm', data: 'paused' },
      { atMs: 6000, kind: 'm', data: 'resumed' },
      { atMs: 6000, kind: 'r', data: '100x30' },
      { atMs: 6000, kind: 'o', data: 'after' },
    ])
    expect((await world.replay(recording?.recordingId ?? '')).markers).toEqual([
      { atMs: 1000, label: 'paused' },
      { atMs: 6000, label: 'resumed' },
    ])
  })

  test('that the technician stopped can be begun again, as another recording', async () => {
    const world = recordingWorld()
    const session = world.open()
    session.say('one')
    await world.handlers['recordings.stop']({ sessionId: session.sessionId })
    session.say('between')
    await until(async () => (await world.view(session.sessionId))?.state === 'off')
    await world.handlers['recordings.start']({ sessionId: session.sessionId })
    session.say('two')
    session.ended()
    await until(() => world.events.filter(({ action }) => action === 'recording.ended').length === 2)
    const { recordings } = await world.list()
    const said = await Promise.all(recordings.map(async ({ recordingId }) => outputOf(await world.played(recordingId))))
    expect(said.toSorted()).toEqual(['one', 'two'])
  })

  test('that is still being made can be looked at, and cannot be deleted', async () => {
    const world = recordingWorld()
    const session = world.open()
    session.say('so far')
    await until(async () => (await world.list()).recordings.length === 1)
    const [recording] = (await world.list()).recordings
    expect(recording).toMatchObject({ state: 'recording' })
    await until(async () => outputOf(await world.played(recording?.recordingId ?? '')) === 'so far')
    await expect(world.handlers['recordings.delete']({ recordingIds: [recording?.recordingId ?? ''] })).rejects.toMatchObject({
      failure: { tag: 'inProgress' },
    })
    session.ended()
    await world.recordings.close()
  })
})

describe('consent', () => {
  test('off is the default of the settings, and nothing is recorded, offered or written', async () => {
    const world = recordingWorld({ settings: { when: 'off' } })
    const session = world.open()
    session.say('private')
    session.ended()
    await world.recordings.close()
    expect((await world.handlers['recordings.sessions']({})).sessions).toEqual([])
    await expect(async () => world.handlers['recordings.start']({ sessionId: session.sessionId })).rejects.toMatchObject({
      failure: { tag: 'notFound', what: 'session' },
    })
    expect(existsSync(world.folder)).toBe(false)
    expect(world.events).toEqual([])
  })

  test('asked: nothing is recorded before the yes, and what came before it is not in the recording', async () => {
    const world = recordingWorld({ settings: { when: 'ask' } })
    const session = world.open()
    session.say('before the yes')
    expect(await world.view(session.sessionId)).toEqual({ state: 'asked', sessionId: session.sessionId })
    expect(existsSync(world.folder)).toBe(false)
    await world.handlers['recordings.start']({ sessionId: session.sessionId })
    expect(await world.view(session.sessionId)).toMatchObject({ state: 'recording' })
    expect(world.redrawn).toEqual([session.sessionId])
    session.say('after the yes')
    session.ended()
    await world.recordings.close()
    const [recording] = (await world.list()).recordings
    expect(outputOf(await world.played(recording?.recordingId ?? ''))).toBe('after the yes')
  })

  test('a no is kept to', async () => {
    const world = recordingWorld({ settings: { when: 'ask' } })
    const session = world.open()
    await world.handlers['recordings.decline']({ sessionId: session.sessionId })
    session.say('private')
    session.ended()
    await world.recordings.close()
    expect(existsSync(world.folder)).toBe(false)
  })
})

describe('what a recording must not do', () => {
  test.each(['missing', 'locked', 'timeout'] as const)(
    'VLT-2: with a keychain that is %s nothing is written, and it is said',
    async (state) => {
      const secrets = fakeSecrets()
      secrets.become(state)
      const world = recordingWorld({ secrets })
      const session = world.open()
      session.say('canary')
      await until(async () => (await world.view(session.sessionId))?.state === 'ended')
      expect(await world.view(session.sessionId)).toEqual({ state: 'ended', sessionId: session.sessionId, end: 'keychain' })
      expect(world.events).toMatchObject([{ action: 'recording.started', outcome: 'failed', detail: { end: 'keychain' } }])
      expect(existsSync(world.folder)).toBe(false)
      session.say('and the session goes on')
    },
  )

  test('nothing that can be read is on the disk: not the output, the machine, the user or the grant', async () => {
    const canaries = Array.from({ length: 30 }, () => `canary${randomBytes(9).toString('hex')}`)
    const world = recordingWorld()
    await world.recorded(canaries.slice(4), {
      machineName: canaries[0] ?? '',
      user: canaries[1] ?? '',
      grantId: canaries[2] ?? '',
      machineId: canaries[3] ?? '',
    })
    const recordings = await world.list()
    expect(recordings.recordings[0]?.machineName).toBe(canaries[0])
    const names = readdirSync(world.dataFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(names.length).toBeGreaterThan(0)
    for (const entry of names) {
      const bytes = readFileSync(join(entry.parentPath, entry.name))
      for (const canary of canaries) {
        expect(entry.name).not.toContain(canary)
        for (const encoding of ['utf8', 'utf16le'] as const) expect(bytes.includes(Buffer.from(canary, encoding))).toBe(false)
        expect(bytes.toString('latin1')).not.toContain(Buffer.from(canary).toString('base64').slice(0, 16))
      }
      expect(statSync(join(entry.parentPath, entry.name)).mode & 0o077).toBe(0)
    }
  })

  test('one that grows without end is ended as too large, and is whole', async () => {
    const world = recordingWorld({ settings: { keepBytes: 4_000_000 } })
    const session = world.open()
    for (let piece = 0; piece < 60; piece += 1) {
      session.say('x'.repeat(60_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(async () => (await world.view(session.sessionId))?.state === 'ended')
    expect(await world.view(session.sessionId)).toMatchObject({ end: 'tooLarge' })
    const { recordings } = await world.list()
    expect(recordings).toMatchObject([{ state: 'whole' }])
    expect(recordings[0]?.bytes).toBeLessThan(2_200_000)
  })
})

describe('the list', () => {
  test('is found by machine and by words, newest first, in pages', async () => {
    const world = recordingWorld()
    await world.recorded(['1'], { machineName: 'web-1', machineId: 'desk:m1' })
    await world.recorded(['2'], { machineName: 'db-1', machineId: 'desk:m2', user: 'postgres' })
    await world.recorded(['3'], { machineName: 'web-2', machineId: 'desk:m3' })
    const names = async (input: { machineId?: string; search?: string; offset?: number; limit?: number }) =>
      (await world.handlers['recordings.list']({ offset: 0, limit: 200, ...input })).recordings.map(({ machineName }) => machineName)
    expect(await names({})).toEqual(['web-2', 'db-1', 'web-1'])
    expect(await names({ machineId: 'desk:m2' })).toEqual(['db-1'])
    expect(await names({ search: 'WEB alice' })).toEqual(['web-2', 'web-1'])
    expect(await names({ search: 'postgres' })).toEqual(['db-1'])
    expect(await names({ offset: 1, limit: 1 })).toEqual(['db-1'])
  })

  test('F-88: without the keychain it says so instead of being empty, and how much there is can still be told', async () => {
    const secrets = fakeSecrets()
    const world = recordingWorld({ secrets })
    await world.recorded(['x'])
    const later = recordingWorld({ folder: world.dataFolder, secrets })
    secrets.become('locked')
    await expect(later.list()).rejects.toMatchObject({ failure: { tag: 'keychain', state: 'locked' } })
    expect(await later.handlers['recordings.usage']({})).toMatchObject({ count: 1 })
    secrets.become('ready')
    expect((await later.list()).recordings).toHaveLength(1)
  })

  test('tells files of another keychain, of a newer console and damaged ones apart, and leaves them where they are', async () => {
    const world = recordingWorld()
    await world.recorded(['x'])
    const [file = ''] = world.files()
    const newer = readFileSync(file)
    newer.writeUInt8(9, 5)
    const named = (bytes: Buffer) => {
      const id = randomUUID()
      writeFileSync(join(world.folder, `${id}.ghrec`), bytes)
      return id
    }
    const [newerId, emptyId, renamedId] = [named(newer), named(Buffer.alloc(0)), named(readFileSync(file))]
    writeFileSync(join(world.folder, 'notes.txt'), 'not ours')
    const other = recordingWorld({ folder: world.dataFolder, secrets: fakeSecrets() })
    const why = async (from: typeof world) => Object.fromEntries((await from.list()).unreadable.map((one) => [one.recordingId, one.why]))
    expect(await why(world)).toEqual({ [newerId]: 'newer', [emptyId]: 'damaged', [renamedId]: 'damaged' })
    expect(Object.values(await why(other)).toSorted()).toEqual(['damaged', 'damaged', 'newer', 'otherKey'])
    expect(readdirSync(world.folder)).toHaveLength(5)
  })

  test('one that is not there is not found, whatever the window asks for', async () => {
    const { handlers } = recordingWorld()
    const recordingId = randomUUID()
    const missing = { failure: { tag: 'notFound', what: 'recording' } }
    await expect(handlers['recordings.open']({ recordingId })).rejects.toMatchObject(missing)
    await expect(handlers['recordings.read']({ recordingId })).rejects.toMatchObject(missing)
    await expect(handlers['recordings.search']({ recordingId, text: 'x' })).rejects.toMatchObject(missing)
    await expect(handlers['recordings.export']({ recordingId })).rejects.toMatchObject(missing)
    await expect(handlers['recordings.delete']({ recordingIds: [recordingId] })).rejects.toMatchObject(missing)
  })
})

describe('what goes', () => {
  test('by hand: the file is gone, and the log says whose it was', async () => {
    const world = recordingWorld()
    const recordingId = await world.recorded(['x'])
    await world.list()
    await world.handlers['recordings.delete']({ recordingIds: [recordingId] })
    expect(world.files()).toEqual([])
    expect(world.events.at(-1)).toEqual({
      action: 'recording.deleted',
      outcome: 'ok',
      machineId: 'desk:m1',
      grantId: 'desk:g1',
      detail: { recording: recordingId, why: 'byHand' },
    })
  })

  test('by age and then by size, in the background, without the keychain too', async () => {
    const secrets = fakeSecrets()
    const before = recordingWorld({ secrets })
    const ids: string[] = []
    for (let count = 0; count < 4; count += 1) ids.push(await before.recorded([randomBytes(30_000).toString('base64')]))
    const dayMs = 86_400_000
    for (const [index, id] of ids.entries()) {
      const at = new Date(Date.now() - ([100, 3, 2, 1][index] ?? 0) * dayMs)
      utimesSync(join(before.folder, `${id}.ghrec`), at, at)
    }
    secrets.become('locked')
    const world = recordingWorld({ folder: before.dataFolder, secrets, settings: { keepBytes: 100_000 } })
    await world.recordings.close()
    expect(world.events.map(({ action, detail }) => [action, detail['recording'], detail['why']])).toEqual([
      ['recording.deleted', ids[0], 'age'],
      ['recording.deleted', ids[1], 'size'],
    ])
    expect(world.files()).toHaveLength(2)
  })
})

describe('an export', () => {
  test('is asciicast v2 that says who and when, without anything of this computer', async () => {
    const world = recordingWorld()
    const recordingId = await world.recorded(['hello\r\n', '\u001b[31mred\u001b[0m "quoted" \\'])
    const path = join(world.dataFolder, 'out.cast')
    world.desktop.saveTo(path)
    expect(await world.handlers['recordings.export']({ recordingId })).toEqual({ path })
    const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
    const parsed: unknown = JSON.parse(header)
    expect(parsed).toEqual({
      version: 2,
      width: 80,
      height: 24,
      timestamp: expect.any(Number) as unknown,
      title: 'web-1',
      env: { TERM: 'xterm-256color' },
    })
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      [expect.any(Number), 'o', 'hello\r\n'],
      [expect.any(Number), 'o', '\u001b[31mred\u001b[0m "quoted" \\'],
    ])
    expect(world.events.at(-1)).toMatchObject({
      action: 'recording.exported',
      outcome: 'ok',
      machineId: 'desk:m1',
      detail: { recording: recordingId },
    })
  })

  test('that the person cancelled writes nothing; one that failed is told and logged', async () => {
    const world = recordingWorld()
    const recordingId = await world.recorded(['hello'])
    expect(await world.handlers['recordings.export']({ recordingId })).toEqual({})
    world.desktop.saveTo(join(world.dataFolder, 'gone', 'out.cast'))
    await expect(world.handlers['recordings.export']({ recordingId })).rejects.toBeInstanceOf(CallError)
    expect(world.events.at(-1)).toMatchObject({ action: 'recording.exported', outcome: 'failed' })
  })
})
