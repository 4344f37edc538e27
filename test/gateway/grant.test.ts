import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOver, transition, transitions } from '../../gateway/grant.ts'
import type { GrantEvent, GrantLife } from '../../gateway/grant.ts'

const instant = fc.integer({ min: 0, max: 1000 })
const reason = fc.constantFrom(
  'expired',
  'released',
  'lastSessionEnded',
  'revoked',
  'gateFailed',
  'gatewayRestarted',
  'machineRemoved',
  'policyChanged',
)
const event: fc.Arbitrary<GrantEvent> = fc.oneof(
  fc.record({ type: fc.constant('approve') }),
  fc.record({ type: fc.constantFrom('deny', 'cancel', 'lapse'), atMs: instant }),
  fc.record({ type: fc.constant('beginOpening'), endsAtMs: instant }),
  fc.record({ type: fc.constant('opened'), atMs: instant }),
  fc.record({ type: fc.constant('noAnswer') }),
  fc.record({ type: fc.constant('extend'), atMs: instant, endsAtMs: instant, latestMs: instant }),
  fc.record({ type: fc.constant('end'), reason }),
  fc.record({ type: fc.constant('gateClosed'), atMs: instant }),
)
/** Biased towards getting somewhere: random events alone rarely open a grant. */
const history = fc
  .tuple(fc.boolean(), instant, fc.array(event, { maxLength: 12 }))
  .map(([isOpened, endsAtMs, events]): GrantEvent[] =>
    isOpened
      ? [{ type: 'approve' }, { type: 'beginOpening', endsAtMs: endsAtMs + 1 }, { type: 'opened', atMs: endsAtMs / 2 }, ...events]
      : events,
  )

/** Every step of a history: the life before, the event, and what came of it. */
function steps(events: readonly GrantEvent[]) {
  let life: GrantLife = { state: 'requested' }
  return events.map((step) => {
    const before = life
    const next = transition(before, step)
    if (next.ok) life = next.life
    return { before, event: step, next, after: life }
  })
}

test('a grant that is over stays as it is, whatever happens', () => {
  fc.assert(
    fc.property(history, (events) => {
      for (const { before, next } of steps(events)) if (isOver(before.state)) expect(next).toEqual({ ok: false, refusal: 'over' })
    }),
  )
})

test('no grant opens at or after its end, and none is lengthened after it', () => {
  fc.assert(
    fc.property(history, (events) => {
      for (const { before, event: step, next } of steps(events)) {
        if (!next.ok || !('endsAtMs' in before)) continue
        if (step.type === 'opened' || step.type === 'extend') expect(step.atMs).toBeLessThan(before.endsAtMs)
      }
    }),
  )
})

test('F-53: an extension neither revives, nor shortens, nor passes the latest end', () => {
  fc.assert(
    fc.property(history, (events) => {
      for (const { before, event: step, next, after } of steps(events)) {
        if (step.type !== 'extend' || !next.ok) continue
        expect(before.state).toBe('open')
        if (!('endsAtMs' in before) || !('endsAtMs' in after)) throw new Error('an open grant has an end')
        expect(after.endsAtMs).toBeGreaterThan(before.endsAtMs)
        expect(after.endsAtMs).toBeLessThanOrEqual(step.latestMs)
      }
    }),
  )
})

test('an event that is refused changes nothing, and none is looked at twice', () => {
  fc.assert(
    fc.property(history, (events) => {
      for (const { before, event: step, next, after } of steps(events)) {
        if (!next.ok) expect(after).toBe(before)
        expect(transition(structuredClone(before), structuredClone(step))).toEqual(next)
      }
    }),
  )
})

test('what closes keeps the first reason, and only a closed gate closes a grant', () => {
  fc.assert(
    fc.property(history, (events) => {
      let first: string | undefined
      for (const { before, event: step, after } of steps(events)) {
        if (after.state === 'closing' && before.state !== 'closing') first = after.reason
        if (after.state === 'closed' && before.state !== 'closed') {
          expect(before.state).toBe('closing')
          expect(step.type).toBe('gateClosed')
          expect(after.reason).toBe(first)
        }
      }
    }),
  )
})

test('every way through the states is one of the design', () => {
  const allowed: Record<GrantLife['state'], GrantLife['state'][]> = {
    requested: ['approved', 'denied', 'cancelled', 'lapsed'],
    approved: ['opening', 'cancelled', 'lapsed'],
    opening: ['open', 'unknown', 'closing'],
    open: ['open', 'unknown', 'closing'],
    unknown: ['closing'],
    closing: ['closed'],
    closed: [],
    denied: [],
    cancelled: [],
    lapsed: [],
  }
  const seen = new Set<string>()
  fc.assert(
    fc.property(history, (events) => {
      for (const { before, next } of steps(events)) {
        if (!next.ok) continue
        expect(allowed[before.state]).toContain(next.life.state)
        seen.add(`${before.state} ${next.life.state}`)
      }
    }),
    { numRuns: 2000 },
  )
  const all = Object.entries(allowed).flatMap(([from, states]) => states.map((to) => `${from} ${to}`))
  expect([...seen].sort()).toEqual(all.sort())
})

const lives: Record<GrantLife['state'], GrantLife> = {
  requested: { state: 'requested' },
  approved: { state: 'approved' },
  denied: { state: 'denied', closedAtMs: 5 },
  cancelled: { state: 'cancelled', closedAtMs: 5 },
  lapsed: { state: 'lapsed', closedAtMs: 5 },
  opening: { state: 'opening', endsAtMs: 100 },
  open: { state: 'open', openedAtMs: 10, endsAtMs: 100 },
  unknown: { state: 'unknown', openedAtMs: 10, endsAtMs: 100 },
  closing: { state: 'closing', openedAtMs: 10, endsAtMs: 100, reason: 'released' },
  closed: { state: 'closed', openedAtMs: 10, endsAtMs: 100, reason: 'released', closedAtMs: 90 },
}

const stories: [string, GrantEvent, Partial<Record<GrantLife['state'], GrantLife>>][] = [
  ['an approval', { type: 'approve' }, { requested: { state: 'approved' } }],
  ['a denial', { type: 'deny', atMs: 7 }, { requested: { state: 'denied', closedAtMs: 7 } }],
  [
    'a cancellation',
    { type: 'cancel', atMs: 7 },
    { requested: { state: 'cancelled', closedAtMs: 7 }, approved: { state: 'cancelled', closedAtMs: 7 } },
  ],
  [
    'a lapse by time',
    { type: 'lapse', atMs: 7 },
    { requested: { state: 'lapsed', closedAtMs: 7 }, approved: { state: 'lapsed', closedAtMs: 7 } },
  ],
  [
    'a lapse for another reason',
    { type: 'lapse', atMs: 7, reason: 'policyChanged' },
    {
      requested: { state: 'lapsed', closedAtMs: 7, reason: 'policyChanged' },
      approved: { state: 'lapsed', closedAtMs: 7, reason: 'policyChanged' },
    },
  ],
  ['the window’s beginning', { type: 'beginOpening', endsAtMs: 100 }, { approved: { state: 'opening', endsAtMs: 100 } }],
  ['a gate that opened', { type: 'opened', atMs: 99 }, { opening: { state: 'open', openedAtMs: 99, endsAtMs: 100 } }],
  [
    'a gate that does not answer',
    { type: 'noAnswer' },
    { opening: { state: 'unknown', endsAtMs: 100 }, open: { state: 'unknown', openedAtMs: 10, endsAtMs: 100 } },
  ],
  ['an extension', { type: 'extend', atMs: 99, endsAtMs: 101, latestMs: 101 }, { open: { state: 'open', openedAtMs: 10, endsAtMs: 101 } }],
  [
    'an end',
    { type: 'end', reason: 'expired' },
    {
      opening: { state: 'closing', endsAtMs: 100, reason: 'expired' },
      open: { state: 'closing', openedAtMs: 10, endsAtMs: 100, reason: 'expired' },
      unknown: { state: 'closing', openedAtMs: 10, endsAtMs: 100, reason: 'expired' },
    },
  ],
  [
    'a gate that is closed for certain',
    { type: 'gateClosed', atMs: 95 },
    { closing: { state: 'closed', openedAtMs: 10, endsAtMs: 100, reason: 'released', closedAtMs: 95 } },
  ],
]
test.each(stories)('%s moves exactly the grants that it can move', (_, step, moved) => {
  for (const life of Object.values(lives)) {
    const expected = moved[life.state]
    const refusal = isOver(life.state) ? 'over' : step.type === 'extend' ? 'notOpen' : 'illegal'
    expect(transition(life, step), life.state).toStrictEqual(expected ? { ok: true, life: expected } : { ok: false, refusal })
  }
})

test('what is denied, cancelled, lapsed or closed is over, and nothing else', () => {
  const over = Object.values(lives).filter(({ state }) => isOver(state))
  expect(over.map(({ state }) => state).toSorted()).toEqual(['cancelled', 'closed', 'denied', 'lapsed'])
})

test('a gate that took until the window’s end, or longer, was too late', () => {
  for (const atMs of [100, 101]) {
    expect(transition(lives.opening, { type: 'opened', atMs })).toEqual({ ok: false, refusal: 'tooLate' })
  }
})

const extend = (atMs: number, endsAtMs: number, latestMs: number) => transition(lives.open, { type: 'extend', atMs, endsAtMs, latestMs })

test('F-53: at its end a grant cannot be extended any more; nor beyond what policy allows; nor to where it ends anyway', () => {
  expect(extend(100, 150, 200)).toEqual({ ok: false, refusal: 'tooLate' })
  expect(extend(99, 201, 200)).toEqual({ ok: false, refusal: 'tooLong' })
  expect(extend(99, 200, 200)).toMatchObject({ ok: true })
  expect(extend(99, 100, 200)).toEqual({ ok: false, refusal: 'illegal' })
})

test('steps are taken one after the other, up to the first that cannot be', () => {
  expect(transitions(lives.requested, [])).toEqual({ ok: true, life: lives.requested })
  expect(transitions(lives.requested, [{ type: 'approve' }, { type: 'beginOpening', endsAtMs: 100 }])).toEqual({
    ok: true,
    life: lives.opening,
  })
  expect(transitions(lives.requested, [{ type: 'opened', atMs: 1 }, { type: 'approve' }])).toEqual({ ok: false, refusal: 'illegal' })
})
