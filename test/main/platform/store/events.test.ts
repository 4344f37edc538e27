/** What is asked of the local store's events is answered as plain lists would, whatever is asked. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { StoredEvent, StoredEvents } from '../../../../main/localStore.ts'
import { createEvents } from '../../../../main/platform/store/events.ts'
import { openMemory } from '../../../../main/platform/store/file.ts'
import type { AuditFilter } from '../../../../preload/contract.ts'
import { fitting, ordered, type NaiveLog } from './naive.ts'
import { eventOf, eventsOf, helpDesk } from './storyOfALog.ts'

const actors = ['alice', 'Bob', 'bob', 'Zoë', 'svc 10', 'svc 9', 'gateway']
const sites = ['Bern', 'Contoso / Zürich', '']
const names = ['web-2', 'web-10', 'Web-2', 'db', 'Ärztehaus', '']
const actions = ['grant.opened', 'grant.closed', 'gate.opened', 'policy.changed', 'grant']
const words = ['printer', 'Print', 'INC0001', 'inc0002x', '22', '221', '7 8', 'Zürich', 'über', 'a']
const start = Date.UTC(2026, 0, 1)
/** F-92: a clock may be anywhere. */
const times = [0, start, start + 1000, start + 1000, start + 5000, Date.UTC(2106, 1, 7)]

const event = (seq: number): fc.Arbitrary<StoredEvent> =>
  fc
    .record(
      {
        at: fc.constantFrom(...times),
        actor: fc.constantFrom(...actors),
        action: fc.constantFrom(...actions),
        outcome: fc.constantFrom('ok' as const, 'refused' as const, 'failed' as const),
        machineId: fc.constantFrom('m1', 'm2', 'm"3', 'm,4'),
        machineName: fc.constantFrom(...names),
        site: fc.constantFrom(...sites),
        grantId: fc.constantFrom('g1', 'g2'),
        port: fc.constantFrom(22, 3389, 0, 65_535),
        detail: fc
          .array(fc.constantFrom(...words), { maxLength: 3 })
          .map((texts) => JSON.stringify(Object.fromEntries(texts.map((text, index) => [`k${index}`, text])))),
      },
      { requiredKeys: ['at', 'actor', 'action', 'outcome', 'detail'] },
    )
    .map((rest) => ({ seq, ...rest }))

const log = (length: number): fc.Arbitrary<StoredEvent[]> => fc.tuple(...Array.from({ length }, (_, index) => event(index + 1)))
const few = <Value>(...values: Value[]): fc.Arbitrary<Value[]> => fc.subarray(values, { maxLength: 3 })

const filter: fc.Arbitrary<AuditFilter> = fc.record(
  {
    gatewayIds: few('desk', 'other', 'third'),
    machineId: fc.constantFrom('desk:m1', 'other:m2', 'third:m1'),
    grantId: fc.constantFrom('desk:g1', 'other:g2', 'desk:g9'),
    text: fc.array(fc.constantFrom(...words, 'pri', 'in', 'b', 'nothing', '2', 'ZU', '!'), { maxLength: 2 }).map((list) => list.join(' ')),
    topics: few('grant', 'gate', 'policy.changed', 'none'),
    actors: few(...actors, 'nobody'),
    actions: few(...actions),
    sites: few(...sites),
    ports: few(22, 3389, 0, 65_535, 1),
    outcomes: few<'ok' | 'refused' | 'failed'>('ok', 'refused', 'failed'),
    marks: few<'verified' | 'unverified' | 'changed'>('verified', 'unverified', 'changed'),
    from: fc.constantFrom(...times).map((at) => new Date(at).toISOString()),
    to: fc.constantFrom(...times).map((at) => new Date(at).toISOString()),
  },
  { requiredKeys: [] },
)
/** Most filters ask for little, else nothing would ever fit. */
const someFilter = fc
  .tuple(filter, fc.subarray(Object.keys({ a: 1 }), { maxLength: 1 }), fc.infiniteStream(fc.boolean()))
  .map(([all, , keep]) => {
    const kept: AuditFilter = {}
    for (const [key, value] of Object.entries(all)) if (keep.next().value && keep.next().value) Object.assign(kept, { [key]: value })
    return kept
  })
const order = fc.record(
  { sort: fc.constantFrom('time' as const, 'machine' as const, 'actor' as const), descending: fc.boolean() },
  { requiredKeys: [] },
)

async function allPages(events: StoredEvents, asked: AuditFilter, options: Partial<Parameters<StoredEvents['page']>[1]>, limit: number) {
  const found = []
  let before: string | undefined
  for (let pages = 0; ; pages += 1) {
    if (pages > 10_000) throw new Error('the pages have no end')
    const page = await events.page(asked, { ...options, limit, ...(before !== undefined && { before }) })
    found.push(...page.events)
    if (page.next === undefined) return found
    expect(page.events).toHaveLength(limit)
    before = page.next
  }
}

async function filled(naive: readonly NaiveLog[]): Promise<StoredEvents> {
  const events = createEvents(openMemory())
  for (const { providerId, events: list, verified, changed } of naive) {
    // Newest first, as a console does that was away for long.
    for (let end = list.length; end > 0; end -= 7) await events.put(providerId, list.slice(Math.max(0, end - 7), end))
    await events.markVerified(providerId, verified)
    await events.markChanged(providerId, [...changed])
  }
  return events
}

const totalOf = async (events: StoredEvents, text: string): Promise<number> => (await events.overview({ text }, 10)).total

describe('every filter finds what plain lists would', () => {
  test('in every order, page by page, over several logs (F-92)', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        log(40),
        log(15),
        fc.array(fc.tuple(someFilter, order, fc.integer({ min: 1, max: 20 })), { minLength: 10, maxLength: 10 }),
        async (desk, other, questions) => {
          const naive = [
            { providerId: 'desk', events: desk, verified: 20, changed: new Set([3, 25]) },
            { providerId: 'other', events: other, verified: 0, changed: new Set<number>() },
          ]
          const events = await filled(naive)
          for (const [asked, options, limit] of questions) {
            const wanted = ordered(naive, asked, options)
            expect(await allPages(events, asked, options, limit), JSON.stringify({ asked, options, limit })).toEqual(wanted)
            const { total, isAtLeast, bins } = await events.overview(asked, 10)
            expect({ total, isAtLeast }).toEqual({ total: wanted.length, isAtLeast: false })
            if (
              asked.from === undefined &&
              asked.to === undefined &&
              wanted.every(({ event: { at } }) => at > 0 && at < Date.UTC(2100, 0, 1))
            ) {
              expect(bins.reduce((sum, { ok, refused, failed }) => sum + ok + refused + failed, 0)).toBe(wanted.length)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a log of many parts', () => {
  const count = 13_000
  const shape = { ...helpDesk, machines: 300, technicians: 40 }
  const naive: NaiveLog[] = [{ providerId: 'desk', events: eventsOf(1, count, shape), verified: 9000, changed: new Set([17, 5000]) }]
  let events: StoredEvents

  beforeAll(async () => {
    events = createEvents(openMemory())
    const list = naive[0]?.events ?? []
    // A gap that is filled last, and borders that fit no part.
    for (const [from, to] of [
      [9000, count],
      [0, 3500],
      [3500, 9000],
    ] as const) {
      for (let at = from; at < to; at += 900) await events.put('desk', list.slice(at, Math.min(to, at + 900)))
    }
    await events.markVerified('desk', 9000)
    await events.markChanged('desk', [17, 5000])
  })

  const at = (seq: number): string => new Date(eventOf(seq, shape).at).toISOString()
  const questions: AuditFilter[] = [
    {},
    { outcomes: ['failed'] },
    { machineId: 'desk:m7' },
    { grantId: `desk:${eventOf(5000, shape).grantId}` },
    { actors: ['person3@contoso.example', 'gateway'], outcomes: ['ok'] },
    { topics: ['grant'], sites: ['Contoso / Zürich'] },
    { text: 'drucker' },
    { text: 'printer' },
    { text: 'p' },
    { text: 'inc' },
    { text: 'inc1' },
    { text: '1' },
    { text: '10 3' },
    { text: 'printer second', actors: ['person2@contoso.example'] },
    { text: '01j' },
    { text: 'Rückruf srv', ports: [22] },
    { from: at(4000), to: at(4200) },
    { text: 'contoso', from: at(4090), to: at(4100) },
    { marks: ['changed'] },
    { marks: ['unverified'], outcomes: ['refused'] },
    { text: 'ok', actions: ['policy.changed'] },
  ]
  for (const asked of questions) {
    test(`is found by ${JSON.stringify(asked)}`, { timeout: 60_000 }, async () => {
      for (const options of [{}, { descending: false }, { sort: 'machine' as const, descending: false }, { sort: 'actor' as const }]) {
        const wanted = ordered(naive, asked, options)
        const some = wanted.slice(0, 450)
        const found = []
        let before: string | undefined
        do {
          const page = await events.page(asked, { ...options, limit: 150, ...(before !== undefined && { before }) })
          found.push(...page.events)
          before = page.next
        } while (before !== undefined && found.length < 450)
        expect(found.map(({ event: { seq } }) => seq)).toEqual(some.map(({ event: { seq } }) => seq))
        expect(found).toEqual(some)
      }
      const { total } = await events.overview(asked, 50)
      expect(total).toBe(fitting(naive, asked).flat().length)
    })
  }

  test('its facets count what fits', async () => {
    const asked: AuditFilter = { outcomes: ['failed'] }
    const facets = await events.facets(asked)
    const found = fitting(naive, asked).flat()
    for (const { value, count: told } of facets.actors) expect(told).toBe(found.filter(({ event: { actor } }) => actor === value).length)
    for (const { value, count: told } of facets.ports)
      expect(told).toBe(found.filter(({ event: { port } }) => String(port) === value).length)
    for (const { id, count: told } of facets.machines)
      expect(told).toBe(found.filter(({ event: { machineId } }) => `desk:${machineId}` === id).length)
    expect(facets.machines).toHaveLength(50)
    expect(facets.actions.reduce((sum, { count: told }) => sum + told, 0)).toBe(found.length)
    expect(facets.sites.map(({ count: told }) => told)).toEqual(facets.sites.map(({ count: told }) => told).toSorted((a, b) => b - a))
  })

  test('its timeline has each event in its stretch, by outcome', async () => {
    const { from = '', to = '', bins, total } = await events.overview({ sites: ['Contoso / Bern'] }, 40)
    const found = fitting(naive, { sites: ['Contoso / Bern'] }).flat()
    expect(total).toBe(found.length)
    for (const [index, { at: begins, ok, refused, failed }] of bins.entries()) {
      const ends = bins[index + 1]?.at ?? to
      const inside = found.filter(
        ({ event: one }) =>
          one.at >= Date.parse(begins) && (index === bins.length - 1 ? one.at <= Date.parse(ends) : one.at < Date.parse(ends)),
      )
      const countOf = (outcome: string) => inside.filter(({ event: one }) => one.outcome === outcome).length
      expect({ ok, refused, failed }).toEqual({ ok: countOf('ok'), refused: countOf('refused'), failed: countOf('failed') })
    }
    expect(bins.length).toBeLessThanOrEqual(40)
    expect(from <= to).toBe(true)
  })

  test('F-92: one clock that was decades wrong does not make one bar of all the others', async () => {
    const wrong = createEvents(openMemory())
    const list = eventsOf(1, 3000, shape)
    list[100] = { ...eventOf(101, shape), at: 0 }
    list[200] = { ...eventOf(201, shape), at: Date.UTC(2106, 1, 7) }
    await wrong.put('desk', list)
    const { bins, total } = await wrong.overview({}, 50)
    expect(total).toBe(3000)
    expect(bins.filter(({ ok }) => ok > 0).length).toBeGreaterThan(20)
  })

  test('Japanese is found from any character on, and not by others', async () => {
    const hits = fitting(naive, {})
      .flat()
      .filter(({ event: one }) => one.detail.includes('プリンタ')).length
    expect(hits).toBeGreaterThan(100)
    expect(await totalOf(events, 'プリンタ')).toBe(hits)
    expect(await totalOf(events, 'リンタが')).toBe(hits)
    expect(await totalOf(events, '東京支店のプリンタが応答しない')).toBe(hits)
    expect(await totalOf(events, '東京支店のスキャナ')).toBe(0)
  })
})
