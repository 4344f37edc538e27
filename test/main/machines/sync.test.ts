import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { createSync } from '../../../main/machines/sync.ts'
import { openMemory } from '../../../main/platform/store/file.ts'
import { createMachines } from '../../../main/platform/store/machines.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { Provider, ProviderMachine } from '../../../main/providers/provider.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'

type Page = Awaited<ReturnType<Provider['machines']>>

const machine = (id: string): ProviderMachine => ({
  id,
  name: id,
  address: '10.0.0.1',
  os: 'linux',
  site: '',
  tags: [],
  addedAt: '2030-01-01T00:00:00.000Z',
  sshPort: 22,
  rdpPort: 3389,
  rules: [],
  approvalsIn7Days: 0,
  gate: 'relay',
  facts: {},
})

/** A provider that answers these pages, one a question; then that nothing is new. */
function worldOf(...pages: (Page | Error)[]) {
  const asked: (string | undefined)[] = []
  const provider: Provider = {
    ...fakeProvider(),
    machines(cursor) {
      asked.push(cursor)
      const page = pages.shift() ?? { machines: [], removed: [], cursor: cursor ?? 'c0', more: false }
      return page instanceof Error ? Promise.reject(page) : Promise.resolve(page)
    },
  }
  const providers = createProviders([provider])
  const store = createMachines(openMemory())
  const clock = fakeClock()
  const told: number[] = []
  const deps = { providers, store, clock, log: pino({ enabled: false }), changed: () => void told.push(1), seen: () => undefined }
  const sync = createSync(deps)
  onTestFinished(() => sync.close())
  return { sync, store, providers, asked, pages, told, deps }
}

const page = (ids: string[], cursor: string, more = false): Page => ({ machines: ids.map(machine), removed: [], cursor, more })
const offline = () => new CallError({ tag: 'offline', provider: 'desk' })

describe('reading an inventory', () => {
  test('goes on where it ended, over a restart too', async () => {
    const { sync, asked, pages, deps } = worldOf(page(['a', 'b'], 'c1', true), page(['c'], 'c2'))
    await sync.now('desk')
    expect(await sync.sources()).toMatchObject([{ gatewayId: 'desk', state: 'ready', count: 3, asOf: '2030-01-02T03:04:05.000Z' }])
    expect(asked.slice(0, 2)).toEqual([undefined, 'c1'])
    sync.close()
    asked.length = 0
    pages.push(page(['d'], 'c3'))
    const later = createSync(deps)
    await later.now('desk')
    expect(asked[0]).toBe('c2')
    expect(await later.sources()).toMatchObject([{ count: 4 }])
    later.close()
  })

  test('that breaks off keeps what came, says that it is out of reach, and keeps its age', async () => {
    const { sync, pages } = worldOf(page(['a'], 'c1'))
    await sync.now('desk')
    pages.push(page(['b'], 'c2', true), offline())
    await expect(sync.now('desk')).rejects.toThrow('offline')
    expect(await sync.sources()).toMatchObject([{ state: 'offline', count: 2, asOf: '2030-01-02T03:04:05.000Z' }])
    await sync.now('desk')
    expect(await sync.sources()).toMatchObject([{ state: 'ready', count: 2 }])
  })

  test('F-45: a provider that leads round in a circle does not keep us there', async () => {
    const { sync } = worldOf(page(['a'], 'c1', true), page(['b'], 'c2', true), page(['a'], 'c1', true), page(['b'], 'c2', true))
    await sync.now('desk')
    expect(await sync.sources()).toMatchObject([{ state: 'ready', count: 2 }])
  })

  test('F-46: an inventory that vanished is told, and stays', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `m${at}`)
    const { sync, pages, told } = worldOf(page(ids, 'c1'))
    await sync.now('desk')
    const before = told.length
    pages.push({ machines: [], removed: [], cursor: 'd1', more: false, startsAnew: true })
    await sync.now('desk')
    expect(await sync.sources()).toMatchObject([{ count: 40, held: { before: 40, lost: 40, kept: false } }])
    expect(told.length).toBeGreaterThan(before)
  })

  test('F-46: what this console removes itself is not missed', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `m${at}`)
    const { sync, pages } = worldOf(page(ids, 'c1'))
    await sync.now('desk')
    sync.expect('desk', ids)
    pages.push({ machines: [], removed: ids, cursor: 'c2', more: false })
    await sync.now('desk')
    expect(await sync.sources()).toEqual([
      { gatewayId: 'desk', name: 'This desk', state: 'ready', count: 0, asOf: '2030-01-02T03:04:05.000Z' },
    ])
  })

  test('a provider that is left is forgotten with its machines', async () => {
    const { sync, providers, store } = worldOf(page(['a'], 'c1'))
    await sync.now('desk')
    await providers.remove('desk')
    await expect.poll(() => store.get(['desk:a'])).toEqual([undefined])
    expect(await store.sources()).toEqual([])
  })
})
