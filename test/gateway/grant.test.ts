import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOver, transition } from '../../gateway/grant.ts'
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
