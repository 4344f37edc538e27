import { describe, expect, onTestFinished, test } from 'vitest'
import { warnOfEnd } from '../../../main/grants/endWarning.ts'
import { createLiveGrants } from '../../../main/grants/live.ts'
import { hasMoved } from '../../../main/grants/sources.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { ProviderGrant } from '../../../main/providers/provider.ts'
import { fakeClock, realClock } from '../../fakes/fakeClock.ts'
import { fakeDesktop } from '../../fakes/fakeDesktop.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function grant(parts: Partial<ProviderGrant> = {}): ProviderGrant {
  return {
    id: 'g1',
    machineId: 'm1',
    requestedBy: 'tess',
    state: 'open',
    ports: [22],
    source: '127.0.0.1',
    reason: '',
    requestedAt: '2030-01-01T00:00:00.000Z',
    endsAt: '2030-01-01T01:00:00.000Z',
    remainingMs: 3_600_000,
    endpoints: [],
    ...parts,
  }
}

function liveOver(provider = fakeProvider(), clock: Parameters<typeof createLiveGrants>[1] = fakeClock(), warnMs = 0) {
  const live = createLiveGrants(
    createProviders([provider]),
    clock,
    quiet,
    () => warnMs,
    () => 'web-1',
  )
  onTestFinished(() => live.close())
  const told = { ended: [] as object[], warned: [] as string[], changed: 0 }
  live.onEnded((end) => void told.ended.push(end))
  live.onWarning(({ grantId }) => void told.warned.push(grantId))
  live.onChanged(() => void told.changed++)
  return { live, told, provider }
}

describe('the time left', () => {
  test.each([24 * 3_600_000, -24 * 3_600_000, -3_600_000])('F-104: is right although the clock is set by %d ms', (stepMs) => {
    const clock = fakeClock()
    const { live, provider } = liveOver(fakeProvider(), clock)
    live.take(provider, grant())
    clock.pass(60_000)
    clock.step(stepMs)
    expect(live.list()[0]?.remainingMs).toBe(3_600_000 - 60_000)
    clock.pass(3_600_000)
    expect(live.list()[0]?.remainingMs).toBe(0)
  })
})

describe('F-101: after a sleep of eight hours', () => {
  test('a grant that ran out is over in every answer before its provider has said a word, and the provider is asked', async () => {
    const clock = fakeClock()
    const { live, told, provider } = liveOver(fakeProvider(), clock)
    live.take(provider, grant())
    provider.unplug(true)
    clock.pass(8 * 3_600_000)
    expect(live.list()).toMatchObject([{ state: 'closed', closeReason: 'expired', endpoints: [] }])
    expect(live.own('desk:m1')).toEqual([])
    expect(live.ownRow('desk:m1')).toBeUndefined()
    expect(told.ended).toEqual([])
    live.wake()
    await expect.poll(() => told.ended).toEqual([{ grantId: 'desk:g1', reason: 'expired' }])
  })

  test('one that was extended meanwhile is open again as soon as its provider says so', async () => {
    const clock = fakeClock()
    const { live, told, provider } = liveOver(fakeProvider(), clock)
    live.take(provider, grant())
    provider.held.set('g1', grant({ remainingMs: 9 * 3_600_000, endsAt: '2030-01-01T17:00:00.000Z' }))
    clock.pass(8 * 3_600_000)
    expect(live.list()).toMatchObject([{ state: 'closed' }])
    live.wake()
    await expect.poll(() => live.list()).toMatchObject([{ state: 'open', remainingMs: 9 * 3_600_000 }])
    expect(told.ended).toEqual([])
  })
})

describe('F-54: the address by which the gateway sees the console', () => {
  test('that changed in mid-session is told on the grants that are for the old one, and no more once it is back', async () => {
    const clock = fakeClock()
    const { live, told, provider } = liveOver(fakeProvider(), clock)
    let myAddress = '203.0.113.5'
    provider.source = () => Promise.resolve({ myAddress, servesOtherSources: false })
    provider.held.set('g1', grant({ source: '203.0.113.5' })).set('g2', grant({ id: 'g2', source: '203.0.113.5', requestedBy: 'karl' }))
    await live.refresh()
    await expect.poll(() => told.changed).toBeGreaterThan(0)
    expect(live.list().map(({ observedSource }) => observedSource)).toEqual([undefined, undefined])
    myAddress = '2001:db8::7'
    live.wake()
    await expect.poll(() => live.own('desk:m1')[0]?.observedSource).toBe('2001:db8::7')
    // A colleague's grant is the colleague's business.
    expect(live.list().find(({ requestedBy }) => requestedBy === 'karl')?.observedSource).toBeUndefined()
    myAddress = '203.0.113.5'
    live.wake()
    await expect.poll(() => live.own('desk:m1')[0]?.observedSource).toBeUndefined()
  })

  test.each([
    ['10.0.0.7', '10.0.0.7', ['10.0.0.7'], true, false],
    ['10.0.0.0/24', '10.0.0.9', ['10.0.0.7'], true, false],
    ['::ffff:10.0.0.7', '10.0.0.7', [], false, false],
    ['10.0.0.7', '100.64.3.2', ['10.0.0.7'], true, true],
    ['2001:db8::1', '2001:db8::2', ['2001:db8::1'], true, true],
    ['198.51.100.1', '10.0.0.7', ['10.0.0.7'], true, false],
    ['198.51.100.1', '10.0.0.7', [], false, true],
    ['nonsense', '10.0.0.7', ['10.0.0.7'], false, false],
  ])('a grant for %s, seen as %s after %j: others served %s, moved %s', (source, now, before, servesOthers, moved) => {
    expect(hasMoved(source, { now, before: new Set(before), servesOthers })).toBe(moved)
  })
})

describe('an end', () => {
  test('is told once, however often the provider says so', async () => {
    const { live, told, provider } = liveOver()
    live.take(provider, grant())
    provider.held.set('g1', grant({ state: 'closed', closeReason: 'revoked' }))
    await live.refresh()
    await live.refresh()
    expect(told.ended).toEqual([{ grantId: 'desk:g1', reason: 'revoked' }])
  })

  test('is not taken back by an answer that was overtaken', () => {
    const { live, provider } = liveOver()
    live.take(provider, grant())
    live.take(provider, grant({ state: 'closed', closeReason: 'expired' }))
    expect(live.take(provider, grant()).state).toBe('closed')
  })

  test('long ago, of a grant that is on no list any more, is found out and told', async () => {
    const { live, told, provider } = liveOver()
    live.take(provider, grant())
    await live.refresh()
    expect(told.ended).toEqual([{ grantId: 'desk:g1', reason: 'closed' }])
  })

  test('REQ-7: comes at its time although the provider cannot be reached', async () => {
    const { live, told, provider } = liveOver(fakeProvider(), realClock)
    provider.unplug(true)
    live.take(provider, grant({ remainingMs: 50 }))
    await expect.poll(() => told.ended).toEqual([{ grantId: 'desk:g1', reason: 'expired' }])
    expect(live.own('desk:m1')).toEqual([])
  })

  test("that the provider put off is not told: its word counts, not the console's sum", async () => {
    const { live, told, provider } = liveOver(fakeProvider(), realClock)
    live.take(provider, grant({ remainingMs: 50 }))
    provider.held.set('g1', grant({ remainingMs: 60_000, endsAt: '2030-01-01T02:00:00.000Z' }))
    await expect.poll(() => live.list()[0]?.endsAt).toBe('2030-01-01T02:00:00.000Z')
    expect(told.ended).toEqual([])
  })
})

describe('the warning', () => {
  test('comes once before the end, and again after an extension', async () => {
    const { live, told, provider } = liveOver(fakeProvider(), realClock, 10_000)
    live.take(provider, grant({ remainingMs: 10_060 }))
    await expect.poll(() => told.warned).toEqual(['desk:g1'])
    live.take(provider, grant({ remainingMs: 9900 }))
    live.take(provider, grant({ remainingMs: 10_060, endsAt: '2030-01-01T03:00:00.000Z' }))
    await expect.poll(() => told.warned.length).toBe(2)
  })

  test('does not come for a window shorter than it, nor for a colleague', async () => {
    const { live, told, provider } = liveOver(fakeProvider(), realClock, 10_000)
    live.take(provider, grant({ remainingMs: 5000 }))
    live.take(provider, grant({ id: 'g2', requestedBy: 'karl', remainingMs: 10_050 }))
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(told.warned).toEqual([])
  })

  test.each([
    ['en', 'Access to web-1 ends soon', 'About 5 minutes'],
    ['de', 'Der Zugang zu web-1 endet bald', 'etwa 5 Minuten'],
  ] as const)('speaks %s', (language, title, body) => {
    const desktop = fakeDesktop()
    const { live, provider } = liveOver()
    warnOfEnd(desktop, language, live.take(provider, grant({ remainingMs: 300_000 })), true)
    expect(desktop.notified[0]?.title).toBe(title)
    expect(desktop.notified[0]?.body).toContain(body)
  })
})

test.each([
  ['en', 'reconnect'],
  ['de', 'neu verbinden'],
] as const)('where the end of a window leaves sessions, the warning says until when one can reconnect (%s)', (language, word) => {
  const desktop = fakeDesktop()
  const { live, provider } = liveOver()
  warnOfEnd(desktop, language, live.take(provider, grant({ remainingMs: 300_000 })), false)
  expect(desktop.notified[0]?.body).toContain(word)
})

test("only this technician's own grants count as open for a connect, the longest first", () => {
  const { live, provider } = liveOver()
  live.take(provider, grant({ id: 'short', remainingMs: 1000 }))
  live.take(provider, grant({ id: 'long', remainingMs: 5000 }))
  live.take(provider, grant({ id: 'other', requestedBy: 'karl' }))
  live.take(provider, grant({ id: 'unsure', state: 'unknown' }))
  expect(live.own('desk:m1').map((own) => own.grantId)).toEqual(['desk:long', 'desk:short'])
})
