import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeadlines } from '../../gateway/deadlines.ts'

let wallMs: number
let monotonicMs: number
let due: { id: string; atMs: number }[]
let stepsMs: number[]
let deadlines: ReturnType<typeof createDeadlines>

/** Lets time pass on both clocks, in steps as small as timers can have. */
function pass(ms: number): void {
  for (let step = 0; step < ms; step += 1) {
    wallMs += 1
    monotonicMs += 1
    vi.advanceTimersByTime(1)
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  wallMs = 1_800_000_000_000
  monotonicMs = 5000
  due = []
  stepsMs = []
  deadlines = createDeadlines(
    { now: () => wallMs, monotonicMs: () => monotonicMs },
    (ids) => due.push(...ids.map((id) => ({ id, atMs: monotonicMs - 5000 }))),
    (byMs) => stepsMs.push(byMs),
  )
})

afterEach(() => {
  deadlines.stop()
  vi.useRealTimers()
})

test('each deadline strikes once, at its time', () => {
  deadlines.set('later', 2500)
  deadlines.set('soon', 300)
  expect(deadlines.remaining('soon')).toBe(300)
  pass(3000)
  expect(due).toEqual([
    { id: 'soon', atMs: 300 },
    { id: 'later', atMs: 2500 },
  ])
  expect(deadlines.remaining('soon')).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})

test('the time to the next one is that of the earlier clock, and endless when none is set', () => {
  expect(deadlines.nextInMs()).toBe(Infinity)
  deadlines.set('later', 2500)
  deadlines.set('soon', 300)
  wallMs += 100
  expect(deadlines.nextInMs()).toBe(200)
  deadlines.clear('soon')
  wallMs -= 500
  expect(deadlines.nextInMs()).toBe(2500)
})

test('one that was moved strikes at its new time only, one that was cleared never', () => {
  deadlines.set('moved', 300)
  deadlines.set('cleared', 400)
  pass(200)
  deadlines.set('moved', 1500)
  deadlines.clear('cleared')
  pass(3000)
  expect(due).toEqual([{ id: 'moved', atMs: 1700 }])
})

test('F-105: a wall clock that goes back an hour lengthens nothing, and is told of', () => {
  deadlines.set('g', 5000)
  pass(1000)
  wallMs -= 3_600_000
  expect(deadlines.remaining('g')).toBe(4000)
  pass(5000)
  expect(due).toEqual([{ id: 'g', atMs: 5000 }])
  expect(stepsMs).toEqual([-3_600_000])
})

test('F-106: a wall clock that jumps forward closes early, within a second, and is told of', () => {
  deadlines.set('g', 3_600_000)
  pass(10)
  wallMs += 7_200_000
  pass(1000)
  expect(due).toMatchObject([{ id: 'g' }])
  expect(stepsMs).toEqual([7_200_000])
})

test('a deadline beyond what one timer can hold strikes at its time and not at once', () => {
  deadlines.set('far', 2 ** 31 + 60_000)
  pass(2000)
  expect(due).toEqual([])
  wallMs += 2 ** 31
  monotonicMs += 2 ** 31
  pass(57_000)
  expect(due).toEqual([])
  pass(1001)
  expect(due).toMatchObject([{ id: 'far' }])
})

test('whatever is set, moved and cleared, whichever way the wall clock steps: nothing strikes late, and no cleared one strikes', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('set' as const), id: fc.constantFrom('a', 'b', 'c'), ms: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ do: fc.constant('clear' as const), id: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1500 }) }),
    fc.record({ do: fc.constant('step' as const), ms: fc.integer({ min: -5000, max: 5000 }) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 15 }), (actions) => {
      due = []
      // Latest instant, by the monotonic clock, at which each may still be set.
      const latest = new Map<string, number>()
      for (const act of actions) {
        if (act.do === 'set') {
          deadlines.set(act.id, act.ms)
          latest.set(act.id, monotonicMs + act.ms)
        } else if (act.do === 'clear') {
          deadlines.clear(act.id)
          latest.delete(act.id)
        } else if (act.do === 'step') wallMs += act.ms
        else pass(act.ms)
        for (const { id } of due) {
          expect(latest.has(id)).toBe(true)
          latest.delete(id)
        }
        due = []
        // A timer of 0 ms needs one turn.
        for (const atMs of latest.values()) expect(monotonicMs).toBeLessThanOrEqual(atMs + 1)
      }
      for (const id of ['a', 'b', 'c']) deadlines.clear(id)
    }),
    { numRuns: 60 },
  )
})
