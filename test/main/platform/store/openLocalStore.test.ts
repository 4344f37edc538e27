/** The local store as the app has it: a worker, a file, a keychain that is there, locked, another one or none. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LocalStore } from '../../../../main/localStore.ts'
import { keyName, openLocalStore } from '../../../../main/platform/store/openLocalStore.ts'
import type { ProviderMachine } from '../../../../main/providers/provider.ts'
import { realClock } from '../../../fakes/fakeClock.ts'
import { fakeSecrets, type FakeSecrets } from '../../../fakes/fakeSecrets.ts'
import { filesWith } from '../../../real/parts/filesWith.ts'
import { eventOf, eventsOf } from './storyOfALog.ts'

let folder: string
let secrets: FakeSecrets
let said: string[]
const stores: LocalStore[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'local-store-'))
  secrets = fakeSecrets()
  said = []
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

function say(facts: object, text: string): void {
  said.push(`${text} ${JSON.stringify(facts)} ${Object.values(facts).map(String).join(' ')}`)
}

function open(place = folder): LocalStore {
  const store = openLocalStore({ folder: place, secrets, log: { info: say, warn: say, error: say }, clock: realClock })
  stores.push(store)
  return store
}

async function openReady(): Promise<LocalStore> {
  const store = open()
  await store.events.extent('desk')
  expect(store.state().kind).toBe('ready')
  return store
}

const countOf = async (store: LocalStore): Promise<number> => (await store.events.extent('desk')).count
const failureOf = async (asked: Promise<unknown>): Promise<unknown> =>
  await asked.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'failure' in error ? error.failure : error),
  )

/** A disk of its own is something that only an administrator can have. */
function isMounted(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'gatehouse-test', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Of this process, which the store's thread is part of. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return []
    }
  })
}

const machine = (id: string, name: string): ProviderMachine => ({
  id,
  name,
  address: `${name}.contoso.example`,
  os: 'linux',
  site: 'Bern',
  tags: [],
  addedAt: '2026-01-01T00:00:00.000Z',
  sshPort: 22,
  rdpPort: 3389,
  rules: [],
  approvalsIn7Days: 0,
  gate: 'relay',
  facts: {},
})

describe('what is kept', () => {
  test('is there at the next start, readable by the key in the keychain alone', async () => {
    const store = await openReady()
    await store.events.put('desk', eventsOf(1, 300))
    await store.close()
    const other = await openReady()
    expect(await countOf(other)).toBe(300)
    expect(other.state().setAside).toBeUndefined()
    expect(await other.events.one('desk', 7)).toEqual({ event: eventOf(7), mark: 'unverified' })
    expect(Buffer.from(secrets.kept.get(keyName) ?? '', 'base64')).toHaveLength(32)
    expect(statSync(path.join(folder, 'local.db')).mode & 0o777).toBe(0o600)
  })

  test('is told of as it grows, and what is asked while it opens waits', async () => {
    const store = open()
    expect(store.state().kind).toBe('opening')
    const told: string[] = []
    store.onChange(() => told.push(store.state().kind))
    await store.events.put('desk', eventsOf(1, 500))
    expect(told).toEqual(['ready'])
    await expect.poll(() => store.state().bytes).toBeGreaterThan(100_000)
  })

  test(
    'of 30 words that nobody else may read none is in any file, while it is open or after it was closed',
    { timeout: 60_000 },
    async () => {
      const canaries = Array.from({ length: 30 }, (_, index) => `canary${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${index}secret`)
      const store = await openReady()
      const events = eventsOf(1, 3000).map((event) => {
        const canary = canaries[event.seq % 30] ?? ''
        return {
          ...event,
          actor: `${canary}@x`,
          site: canary,
          machineName: canary,
          grantId: canary,
          detail: JSON.stringify({ reason: canary }),
          more: JSON.stringify({ later: canary }),
        }
      })
      for (let at = 0; at < events.length; at += 500) await store.events.put('desk', events.slice(at, at + 500))
      await store.machines.put('desk', {
        machines: canaries.map((canary, index) => machine(`m${index}`, canary)),
        removed: [],
        cursor: canaries[0] ?? '',
        more: false,
        at: 1,
        expected: [],
      })
      // What is asked has to be sorted and merged; none of it may be spilt to a temporary file of the system's either.
      await store.events.page({ text: 'canary' }, { limit: 200, sort: 'machine' })
      await store.events.facets({ text: 'secret' })
      expect((await store.events.overview({ text: canaries[3] ?? '' }, 10)).total).toBe(100)
      expect(existsSync(path.join(folder, 'local.db-wal'))).toBe(true)
      expect(filesWith(folder, canaries)).toEqual([])
      expect(openFiles().join()).not.toMatch(/etilqs/)
      await store.close()
      expect(filesWith(folder, canaries)).toEqual([])
      for (const kept of [secrets.kept.get(keyName) ?? '', Buffer.from(secrets.kept.get(keyName) ?? '', 'base64').toString('hex')]) {
        for (const file of readdirSync(folder)) expect(readFileSync(path.join(folder, file)).includes(kept)).toBe(false)
        expect(said.join('\n')).not.toContain(kept)
        expect(
          readFileSync(`/proc/${process.pid}/cmdline`, 'latin1') + readFileSync(`/proc/${process.pid}/environ`, 'latin1'),
        ).not.toContain(kept)
      }
    },
  )
})

describe('the keychain', () => {
  test('VLT-2: without one all works, and nothing is written', async () => {
    secrets.become('missing')
    const store = open()
    await store.events.put('desk', eventsOf(1, 100))
    expect(store.state()).toMatchObject({ kind: 'memory' })
    expect((await store.events.page({ text: 'contoso' }, { limit: 50 })).events).toHaveLength(50)
    expect(readdirSync(folder)).toEqual([])
  })

  test('F-88: locked, nothing that was kept can be read before it is unlocked', async () => {
    const before = await openReady()
    await before.events.put('desk', eventsOf(1, 100))
    const kept = { machines: [machine('m1', 'kept')], removed: [], cursor: 'c1', more: false, at: 1, expected: [] }
    await before.machines.put('desk', kept)
    await stores.pop()?.close()
    secrets.become('locked')
    const store = open()
    expect(await failureOf(store.events.page({}, { limit: 50 }))).toEqual({ tag: 'keychain', state: 'locked' })
    // Machines that can be read now are there, in memory alone.
    expect(await store.machines.get(['desk:m1'])).toEqual([undefined])
    await store.machines.put('desk', { ...kept, machines: [machine('m2', 'now')] })
    expect(await store.machines.sources()).toMatchObject([{ count: 1 }])
    expect(store.state().kind).toBe('locked')
    await store.reopen()
    expect(store.state().kind).toBe('locked')
    secrets.become('ready')
    await store.reopen()
    expect(store.state().kind).toBe('ready')
    expect(await countOf(store)).toBe(100)
    expect((await store.machines.get(['desk:m1', 'desk:m2'])).map((found) => found?.machine.name)).toEqual(['kept', undefined])
  })

  test('another one: what is there is set aside, not deleted, and can be read again with its own key', async () => {
    await (await openReady()).events.put('desk', eventsOf(1, 100))
    await stores.pop()?.close()
    const key = secrets.kept.get(keyName) ?? ''
    secrets.kept.delete(keyName)
    const store = open()
    expect(await countOf(store)).toBe(0)
    const { setAside } = store.state()
    expect(setAside).toMatchObject({ why: 'otherKey' })
    expect(said.join()).toContain('set aside')
    await store.events.put('desk', eventsOf(1, 5))
    await store.close()
    // Whoever has both may put it back.
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'local-store-'))
    writeFileSync(path.join(elsewhere, 'local.db'), readFileSync(setAside?.path ?? ''))
    secrets.kept.set(keyName, key)
    expect(await countOf(open(elsewhere))).toBe(100)
  })
})

describe('a file that is not what it was', () => {
  test('F-110: is not shared: the second console has nothing kept until the first one ends', async () => {
    const first = await openReady()
    await first.events.put('desk', eventsOf(1, 100))
    const second = open()
    expect(await countOf(second)).toBe(0)
    expect(second.state().kind).toBe('inUse')
    await second.events.put('desk', eventsOf(1, 3))
    expect(await countOf(second)).toBe(3)
    await first.close()
    await second.reopen()
    expect(second.state().kind).toBe('ready')
    expect(await countOf(second)).toBe(100)
  })

  test('F-84: damaged where it is read only later, it is set aside then, and what was asked is answered by a new one', async () => {
    const store = await openReady()
    for (let at = 1; at < 6000; at += 1000) await store.events.put('desk', eventsOf(at, at + 999))
    await store.close()
    const file = path.join(folder, 'local.db')
    const bytes = readFileSync(file)
    for (let page = 10; page < bytes.length / 4096; page += 1) bytes[page * 4096 + 77] = (bytes[page * 4096 + 77] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const other = open()
    await other.events.page({}, { limit: 50 })
    await other.events.page({ text: 'contoso', outcomes: ['failed'] }, { limit: 50 })
    expect(other.state()).toMatchObject({ kind: 'ready', setAside: { why: 'damaged' } })
    // The first page says that it is open.
    expect(
      readFileSync(other.state().setAside?.path ?? '')
        .subarray(4096)
        .equals(bytes.subarray(4096)),
    ).toBe(true)
    await other.events.put('desk', eventsOf(1, 100))
    await other.close()
    expect(await countOf(await openReady())).toBe(100)
  })

  test('F-63: on a disk that is full what is there can be read, and room brings all back', { timeout: 60_000 }, async ({ skip }) => {
    if (!isMounted()) skip()
    try {
      const store = await openReady()
      let have = 0
      let failure: unknown
      for (let at = 1; at < 20_000 && failure === undefined; at += 200) {
        failure = await failureOf(store.events.put('desk', eventsOf(at, at + 199)))
        if (failure === undefined) have = at + 199
      }
      expect(failure).toEqual({ tag: 'diskFull' })
      expect(store.state().kind).toBe('full')
      expect(await countOf(store)).toBe(have)
      expect((await store.events.page({ text: 'contoso' }, { limit: 50 })).events).toHaveLength(50)
      expect((await store.events.check('desk', have)).changed).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=30m', folder])
      await store.events.put('desk', eventsOf(have + 1, have + 200))
      expect(store.state().kind).toBe('ready')
      expect(await store.events.check('desk', have + 200)).toMatchObject({ changed: [] })
      await stores.pop()?.close()
    } finally {
      execFileSync('umount', [folder])
    }
  })
})

test('events and their check do not keep others waiting', { timeout: 60_000 }, async () => {
  const store = await openReady()
  for (let at = 1; at < 20_000; at += 1000) await store.events.put('desk', eventsOf(at, at + 999))
  const steps: number[] = []
  const checking = store.events.check('desk', 20_000, (done) => steps.push(done))
  const page = await store.events.page({}, { limit: 50 })
  expect(page.events).toHaveLength(50)
  expect(steps.at(-1) ?? 0).toBeLessThan(1)
  expect((await checking).changed).toEqual([])
  expect(steps.at(-1)).toBe(1)
})

describe('the inventory', () => {
  test('is there after a restart in the order of its names, and is forgotten with its provider', async () => {
    const page = { removed: [], more: false, at: 5, expected: [] }
    const before = await openReady()
    const names = ['web-10', 'web-2', 'Ärzte', 'db'].map((name, index) => machine(`m${index}`, name))
    await before.machines.put('desk', { ...page, machines: names, cursor: 'c1' })
    await before.machines.put('other', { ...page, machines: [machine('m0', 'elsewhere')], cursor: 'x', at: 6 })
    await before.machines.put('desk', { ...page, machines: [machine('m9', 'new')], removed: ['m3'], cursor: 'c2', at: 7 })
    await stores.pop()?.close()
    const { machines } = await openReady()
    const list = async (search: string) => {
      const found = await machines.list(
        { tab: 'notConfigured', search, filter: {} },
        { sort: 'name', descending: false, offset: 0, limit: 9 },
      )
      return found.machines.map((one) => one.machine.name)
    }
    expect(await list('')).toEqual(['Ärzte', 'elsewhere', 'new', 'web-2', 'web-10'])
    expect(await list('web')).toEqual(['web-2', 'web-10'])
    expect(await machines.sources()).toEqual([
      { providerId: 'desk', cursor: 'c2', readAt: 7, count: 4 },
      { providerId: 'other', cursor: 'x', readAt: 6, count: 1 },
    ])
    await machines.put('desk', { ...page, machines: [machine('m1', 'only')], cursor: 'c3', startsAnew: true })
    expect(await list('')).toEqual(['elsewhere', 'only'])
    await machines.forget('desk')
    expect(await list('')).toEqual(['elsewhere'])
    expect((await machines.sources()).map(({ providerId }) => providerId)).toEqual(['other'])
  })
})
