import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MachineFilter, MachineSort, MachineState } from '../../../preload/contract.ts'
import type { MachinePage, StoredMachines, StoredSlice } from '../../../main/localStore.ts'
import { createMachines } from '../../../main/platform/store/machines.ts'
import { openMemory } from '../../../main/platform/store/file.ts'
import type { ProviderMachine } from '../../../main/providers/provider.ts'

let made = 0

function machine(parts: Partial<ProviderMachine> = {}): ProviderMachine {
  return {
    id: `m${made++}`,
    name: 'web-1',
    address: '10.0.0.1',
    os: 'linux',
    site: 'Berlin',
    tags: [],
    addedAt: '2030-01-01T00:00:00.000Z',
    sshPort: 22,
    rdpPort: 3389,
    rules: [{ port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' }],
    approvalsIn7Days: 0,
    gate: 'relay',
    facts: {},
    ...parts,
  }
}

const now = Date.UTC(2030, 0, 1)
let pages = 0

function page(machines: readonly ProviderMachine[], parts: Partial<MachinePage> = {}): MachinePage {
  return { machines, removed: [], cursor: `c${pages++}`, more: false, at: now, expected: [], ...parts }
}

async function inventoryOf(...machines: Partial<ProviderMachine>[]): Promise<StoredMachines> {
  const inventory = createMachines(openMemory())
  await inventory.put('desk', page(machines.map(machine)))
  return inventory
}

interface Asked {
  tab?: MachineState
  search?: string
  filter?: MachineFilter
  only?: readonly string[]
  sort?: MachineSort
  descending?: boolean
  offset?: number
  limit?: number
}

function slice(inventory: StoredMachines, asked: Asked = {}): Promise<StoredSlice> {
  const { tab = 'configured', search = '', filter = {}, only, sort = 'name', descending = false, offset = 0, limit = 200 } = asked
  return inventory.list({ tab, search, filter, ...(only && { only }) }, { sort, descending, offset, limit })
}

const names = ({ machines }: StoredSlice) => machines.map((found) => found.machine.name)
const found = async (inventory: StoredMachines, asked?: Asked) => names(await slice(inventory, asked))

describe('a search', () => {
  test.each([
    ['name', 'web', { name: 'Web-1' }],
    ['address', '10.9', { address: '10.9.8.7' }],
    ['site', 'hamburg', { site: 'Hamburg / Altona' }],
    ['tag', 'prod', { tags: ['x', 'Production'] }],
    ['user', 'alice', { user: 'alice' }],
    ['a name with diacritics, typed without', 'munchen', { name: 'MÜNCHEN-3' }],
    ['a name without, typed with', 'MÜNCHEN', { name: 'munchen-3' }],
    ['composed, typed decomposed', 'caf\u0065\u0301', { name: 'Caf\u00e9' }],
    ['full-width', 'web', { name: 'ＷＥＢ' }],
    ['katakana, typed as hiragana', 'さーば', { name: '東京サーバ01' }],
    ['half-width katakana, typed as katakana', 'サーバ', { name: 'ｻｰﾊﾞ01' }],
    ['kanji', '東京', { site: '東京本社' }],
  ])('finds by %s', async (_what, search, parts) => {
    const inventory = await inventoryOf(parts, { name: 'zzz', address: '::1', site: '', tags: [] })
    expect(await slice(inventory, { search })).toMatchObject({ total: 1, near: false })
  })

  test('か is not が', async () => {
    expect((await slice(await inventoryOf({ name: 'が' }), { search: 'かが' })).total).toBe(0)
  })

  test('needs all words, each anywhere', async () => {
    const inventory = await inventoryOf({ name: 'db-1', site: 'Berlin' }, { name: 'db-2', site: 'Bonn' }, { name: 'web', site: 'Berlin' })
    expect(await found(inventory, { search: ' db  berl ' })).toEqual(['db-1'])
  })

  test('does not find a word across two fields', async () => {
    expect((await slice(await inventoryOf({ name: 'ab', address: 'cd' }), { search: 'abcd' })).total).toBe(0)
  })

  test('shows the name itself first, then names that begin so, their words, other words, and what is only inside', async () => {
    const inventory = await inventoryOf(
      { name: 'cobweb' },
      { name: 'old-web' },
      { name: 'web-10' },
      { name: 'web-9' },
      { name: 'a web' },
      { name: 'm', site: 'the web' },
      { name: 'n', site: 'cobweb' },
      { name: 'WEB' },
    )
    expect(await found(inventory, { search: 'web' })).toEqual(['WEB', 'web-9', 'web-10', 'a web', 'old-web', 'm', 'cobweb', 'n'])
  })

  test.each([
    ['a wrong letter', 'berlon'],
    ['a letter too few', 'belin'],
    ['a letter too many', 'berrlin'],
    ['two letters swapped in the middle', 'belrin'],
    ['two letters swapped at the end', 'berlni'],
  ])('with %s finds what was meant, and says that it is not quite it', async (_what, search) => {
    const inventory = await inventoryOf({ name: 'db-1', site: 'Berlin' }, { name: 'db-2', site: 'Bonn' })
    expect(await slice(inventory, { search: `db ${search}` })).toMatchObject({ total: 1, near: true })
    expect((await slice(inventory, { search: 'berlin' })).near).toBe(false)
    expect((await slice(inventory, { search: 'bxrlxn' })).total).toBe(0)
  })

  test('says where in each text the words are', async () => {
    const inventory = await inventoryOf({
      name: 'Büro-web',
      address: 'web.example',
      site: 'Straße ﬁnal',
      tags: ['x', 'web'],
      user: 'webster',
    })
    const [row] = (await slice(inventory, { search: 'web buro fin' })).machines
    expect(row?.hits).toEqual({
      name: [
        [0, 4],
        [5, 8],
      ],
      address: [[0, 3]],
      site: [[7, 9]],
      tags: [[3, 6]],
      user: [[0, 3]],
    })
    const [kana] = (await slice(await inventoryOf({ name: '東京ｻｰﾊﾞ' }), { search: 'さーば' })).machines
    expect(kana?.hits).toEqual({ name: [[2, 6]] })
  })

  test('counts all three tabs by what fits', async () => {
    const inventory = await inventoryOf(
      { name: 'web-a' },
      { name: 'web-b', rules: [] },
      { name: 'web-c', unsupportedReason: 'tooOld' },
      { name: 'db', rules: [] },
    )
    expect(await slice(inventory, { search: 'web', tab: 'notConfigured' })).toMatchObject({
      total: 1,
      counts: { configured: 1, notConfigured: 1, unsupported: 1 },
    })
    expect((await slice(inventory)).counts).toEqual({ configured: 1, notConfigured: 2, unsupported: 1 })
  })

  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'á', 'B', '1', '-', ' '), maxLength: 6 })
  const someMachines = fc.array(
    fc.record({
      name: letters,
      address: letters,
      site: letters,
      tags: fc.array(letters, { maxLength: 2 }),
      approvalsIn7Days: fc.nat(3),
      rules: fc.constantFrom([], machine().rules),
    }),
    { maxLength: 25 },
  )
  const sorts = fc.constantFrom(...(['name', 'site', 'address', 'tags', 'user', 'lastAccess', 'approvals', 'ports'] as const))

  test('letter by letter gives what the whole search gives at once, in any order of changes between', async () => {
    await fc.assert(
      fc.asyncProperty(someMachines, someMachines, fc.array(letters, { maxLength: 6 }), sorts, async (before, after, searches, sort) => {
        const kept = before.map(machine)
        const added = after.map(machine)
        const used = createMachines(openMemory())
        await used.put('desk', page(kept))
        for (const search of searches) await slice(used, { search, sort })
        await used.put('desk', page(added))
        for (const search of searches) {
          const fresh = createMachines(openMemory())
          await fresh.put('desk', page([...kept, ...added]))
          expect(await found(used, { search, sort })).toEqual(await found(fresh, { search, sort }))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('that finds nothing near to two letters finds what is near to the whole word', async () => {
    const inventory = await inventoryOf({ name: 'm', tags: ['aB1'] })
    expect(await found(inventory, { search: 'ba' })).toEqual([])
    expect(await found(inventory, { search: 'bab1' })).toEqual(['m'])
  })

  test('pages make up the list, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(someMachines, sorts, fc.boolean(), fc.integer({ min: 1, max: 7 }), async (machines, sort, descending, limit) => {
        const inventory = await inventoryOf(...machines)
        const all = (await slice(inventory, { sort, descending })).machines
        const paged: unknown[] = []
        for (let offset = 0; offset < all.length + limit; offset += limit)
          paged.push(...(await slice(inventory, { sort, descending, offset, limit })).machines)
        expect(paged).toEqual(all)
        if (sort === 'name') expect((await slice(inventory, { sort, descending: !descending })).machines).toEqual(all.toReversed())
      }),
      { numRuns: 60 },
    )
  })

  test('before all are in memory the first page is the same as after', async () => {
    await fc.assert(
      fc.asyncProperty(someMachines, fc.boolean(), async (machines, descending) => {
        const inventory = await inventoryOf(...machines)
        const first = await slice(inventory, { descending, limit: 5 })
        await slice(inventory, { search: 'x' })
        expect(await slice(inventory, { descending, limit: 5 })).toEqual(first)
      }),
      { numRuns: 40 },
    )
  })
})

const some = () =>
  inventoryOf(
    { name: 'a', site: 'Berlin', os: 'linux', tags: ['prod', 'web'] },
    { name: 'b', site: 'Berlin', os: 'windows', tags: ['prod'] },
    { name: 'c', site: 'Bonn', os: 'linux', user: 'root' },
    { name: 'd', site: '', os: 'linux', tags: ['test'] },
  )

describe('filters and facets', () => {
  test('leave what has one of the values of each', async () => {
    const inventory = await some()
    expect(await found(inventory, { filter: { sites: ['Berlin', 'Bonn'], os: ['linux'] } })).toEqual(['a', 'c'])
    expect(await found(inventory, { filter: { tags: ['web', 'test'] } })).toEqual(['a', 'd'])
    expect(await found(inventory, { filter: { tags: [''] } })).toEqual(['c'])
    expect(await found(inventory, { filter: { sites: [''] } })).toEqual(['d'])
    expect(await found(inventory, { filter: { gateways: ['nobody'] } })).toEqual([])
  })

  test('count what each value would show beside the other choices', async () => {
    const inventory = await some()
    const facets = await inventory.facets({ tab: 'configured', search: '', filter: { sites: ['Berlin'] } })
    expect(facets.sites.values).toEqual([
      { value: 'Berlin', count: 2 },
      { value: '', count: 1 },
      { value: 'Bonn', count: 1 },
    ])
    expect(facets.os.values).toEqual([
      { value: 'linux', count: 1 },
      { value: 'windows', count: 1 },
    ])
    expect(facets.tags.values).toEqual([
      { value: 'prod', count: 2 },
      { value: 'web', count: 1 },
    ])
    expect(facets.gateways.values).toEqual([{ value: 'desk', count: 2 }])
  })

  test('favourites are only these, and what was used last comes first', async () => {
    const inventory = await some()
    const ids = (await slice(inventory)).machines.map(({ providerId, machine: { id } }) => `${providerId}:${id}`)
    const [a = '', b = '', c = ''] = ids
    expect(await found(inventory, { only: [c, 'desk:gone', a], sort: 'recent' })).toEqual(['c', 'a'])
    expect(await found(inventory, { only: [c, b], sort: 'name' })).toEqual(['b', 'c'])
  })
})

describe('machines that change', () => {
  test('are found under their new name only, and in the right place', async () => {
    const inventory = await inventoryOf({ id: 'x', name: 'm' }, { name: 'a' }, { name: 'z' })
    await slice(inventory, { search: 'm' })
    await inventory.put('desk', page([machine({ id: 'x', name: 'zz' })]))
    expect(await found(inventory)).toEqual(['a', 'z', 'zz'])
    expect((await slice(inventory, { search: 'm' })).total).toBe(0)
  })

  test('F-45: the same page twice changes nothing, and a machine removed twice is gone once', async () => {
    const inventory = createMachines(openMemory())
    const both = [machine({ id: 'one', name: 'one' }), machine({ id: 'two', name: 'two' })]
    await slice(inventory)
    await inventory.put('desk', page(both))
    await inventory.put('desk', page([...both, ...both]))
    expect(await found(inventory)).toEqual(['one', 'two'])
    await inventory.put('desk', page([], { removed: ['one', 'never'] }))
    await inventory.put('desk', page([], { removed: ['one'] }))
    expect(await found(inventory)).toEqual(['two'])
    expect(await inventory.sources()).toMatchObject([{ providerId: 'desk', count: 1 }])
  })

  test.each([
    ['case', 'WEB', 'web'],
    ['Unicode form', 'Caf\u00e9', 'Caf\u0065\u0301'],
  ])('F-30: names that differ by %s are both shown, and marked', async (_what, one, other) => {
    const inventory = await inventoryOf({ id: 'first', name: one }, { id: 'second', name: other }, { name: 'unlike' })
    const shared = async () => (await slice(inventory)).machines.filter(({ nameIsShared }) => nameIsShared).length
    expect(await shared()).toBe(2)
    await inventory.put('desk', page([], { removed: ['first'] }))
    expect(await shared()).toBe(0)
  })

  test('F-30: é and e are told apart, though a search for one finds both', async () => {
    const inventory = await inventoryOf({ name: 'Cafe' }, { name: 'Café' })
    const { machines } = await slice(inventory, { search: 'cafe' })
    expect(machines.map(({ nameIsShared }) => nameIsShared)).toEqual([false, false])
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'F-33: %s is a name, a tag and an id like any other',
    async (word) => {
      const inventory = await inventoryOf({ id: word, name: word, tags: [word], site: word })
      expect(await found(inventory, { search: word, filter: { tags: [word], sites: [word] } })).toEqual([word])
      expect((await inventory.facets({ tab: 'configured', search: '', filter: {} })).tags.values).toEqual([{ value: word, count: 1 }])
      expect((await inventory.get([`desk:${word}`, word])).map((one) => one?.machine.tags)).toEqual([[word], undefined])
    },
  )

  test.each([
    ['10,000 characters', 'x'.repeat(10_000)],
    ['only emoji', '👩‍👩‍👧‍👦'.repeat(50)],
    ['only combining marks', '\u0301'.repeat(500)],
    ['right to left', 'שלום'],
    ['a line break', 'one\ntwo'],
  ])('F-31: a name of %s is found by its beginning', async (_what, name) => {
    expect((await slice(await inventoryOf({ name }), { search: name.slice(0, 3) })).total).toBe(1)
  })

  test('F-32: markup in a name is found as the text that it is', async () => {
    const inventory = await inventoryOf({ name: '<img src=x onerror=alert(1)>' }, { name: '{{7*7}}' })
    expect(await found(inventory, { search: 'onerror=' })).toEqual(['<img src=x onerror=alert(1)>'])
  })
})

const many = (count: number) => Array.from({ length: count }, (_, at) => machine({ id: `m${at}`, name: `web-${at}` }))

describe('a reading', () => {
  test('F-46: that finds nearly nothing any more changes nothing until somebody decides', async () => {
    const inventory = await inventoryOf()
    await inventory.put('desk', page(many(100)))
    const held = await inventory.put('desk', page(many(2), { startsAnew: true, at: now + 1 }))
    expect(held).toMatchObject({ count: 100, readAt: now, held: { before: 100, lost: 98, kept: false } })
    expect((await slice(inventory, { search: 'web' })).total).toBe(100)
    await inventory.decideHeld('desk', 'keep')
    expect(await inventory.put('desk', page([], { at: now + 2 }))).toMatchObject({ held: { kept: true } })
    await inventory.decideHeld('desk', 'accept')
    expect(await inventory.sources()).toMatchObject([{ count: 2 }])
    expect((await slice(inventory, { search: 'web' })).total).toBe(2)
  })

  test('F-46: that finds them again takes the question back', async () => {
    const inventory = await inventoryOf()
    await inventory.put('desk', page(many(100)))
    await inventory.put('desk', page([], { removed: many(100).map(({ id }) => id) }))
    const again = await inventory.put('desk', page(many(90), { at: now + 9 }))
    expect(again).toMatchObject({ count: 90, readAt: now + 9 })
    expect(again.held).toBeUndefined()
  })

  test('F-46: nobody is asked about what this console removed itself', async () => {
    const inventory = await inventoryOf()
    await inventory.put('desk', page(many(30)))
    const ids = many(30).map(({ id }) => id)
    expect(await inventory.put('desk', page([], { removed: ids, expected: ids }))).toMatchObject({ count: 0 })
  })

  test('that was interrupted goes on where it ended, and takes away only what it never named', async () => {
    const file = openMemory()
    const before = createMachines(file)
    await before.put('desk', page(many(10)))
    await before.put('desk', page(many(4), { startsAnew: true, more: true, cursor: 'half' }))
    const after = createMachines(file)
    expect(await after.sources()).toMatchObject([{ cursor: 'half', count: 10, done: 4 }])
    await after.put('desk', page(many(8).slice(4)))
    expect((await found(after, { limit: 200 })).length).toBe(8)
  })

  test('of one provider does not touch the machines of another; one that was left is forgotten', async () => {
    const inventory = await inventoryOf({ name: 'mine' })
    await inventory.put('team', page([machine({ name: 'theirs' })]))
    await inventory.put('team', page([machine({ name: 'others' })], { startsAnew: true }))
    expect(await found(inventory)).toEqual(['mine', 'others'])
    await inventory.forget('team')
    expect(await found(inventory)).toEqual(['mine'])
    expect(await inventory.sources()).toMatchObject([{ providerId: 'desk' }])
  })
})

test('100,000 machines answer any keystroke within 15 ms (p95)', async () => {
  const inventory = createMachines(openMemory())
  const sites = ['Berlin', 'München', 'Hamburg / Altona', 'Köln']
  const machines = Array.from({ length: 100_000 }, (_, at) =>
    machine({
      name: `${at % 3 ? 'web' : 'Büro'}-${at}.example.org`,
      address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
      site: sites[at % 4] ?? '',
      tags: at % 5 ? [] : ['prod'],
      user: `user${at % 100}`,
      rules: at % 2 ? [] : machine().rules,
    }),
  )
  for (let at = 0; at < machines.length; at += 5000) await inventory.put('desk', page(machines.slice(at, at + 5000), { more: true }))
  await slice(inventory, { search: 'x' })
  const typed = ['web-77 berlin', 'buro-9', 'example', 'prod user42', '10.1.', 'zzzz', 'köln web']
  const searches = typed.flatMap((text) => Array.from(text, (_letter, at) => text.slice(0, at + 1)))
  // This thread's own time, and the best of some rounds: the clock on the wall tells of the computer's other work too.
  const best = searches.map(() => Infinity)
  for (let round = 0; round < 6; round++) {
    for (const [at, search] of searches.entries()) {
      const before = process.threadCpuUsage()
      await slice(inventory, { search, limit: 50 })
      const { user, system } = process.threadCpuUsage(before)
      best[at] = Math.min(best[at] ?? Infinity, (user + system) / 1000)
    }
  }
  best.sort((a, b) => a - b)
  const p95 = best[Math.floor(best.length * 0.95)] ?? Infinity
  console.info(`keystroke over 100,000 machines: p50 ${best[best.length >> 1]?.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  expect(p95).toBeLessThanOrEqual(15)
})
