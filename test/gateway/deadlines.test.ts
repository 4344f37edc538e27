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

test('the last one cleared, or all of them stopped, leaves no timer behind and nothing to strike', () => {
  deadlines.set('one', 300)
  deadlines.clear('one')
  expect(vi.getTimerCount()).toBe(0)
  deadlines.set('two', 300)
  deadlines.set('three', 400)
  expect(vi.getTimerCount()).toBe(1)
  deadlines.stop()
  expect(vi.getTimerCount()).toBe(0)
  expect(deadlines.remaining('two')).toBeUndefined()
  expect(deadlines.nextInMs()).toBe(Infinity)
  pass(1000)
  expect(due).toEqual([])
})

test('those that run out together are told at once and the earliest first, and nobody is told of none', () => {
  const told: string[][] = []
  const late = createDeadlines(
    { now: () => wallMs, monotonicMs: () => monotonicMs },
    (ids) => told.push(ids),
    (byMs) => stepsMs.push(byMs),
  )
  for (const [id, ms] of Object.entries({ fifth: 500, first: 100, fourth: 400, second: 200, third: 300, far: 9000 })) late.set(id, ms)
  // The machine was busy, or slept: no timer could fire.
  wallMs += 600
  monotonicMs += 600
  expect(late.nextInMs()).toBe(-500)
  expect(late.remaining('first')).toBe(0)
  expect(late.remaining('far')).toBe(8400)
  vi.advanceTimersByTime(100)
  expect(told).toEqual([['first', 'second', 'third', 'fourth', 'fifth']])
  pass(3000)
  expect(told).toHaveLength(1)
  late.stop()
})

test('a deadline strikes in the very millisecond of its end, by either clock', () => {
  deadlines.set('byWall', 1000)
  wallMs += 1000
  vi.advanceTimersByTime(1000)
  expect(due).toMatchObject([{ id: 'byWall' }])
  deadlines.set('byMonotonic', 1000)
  monotonicMs += 1000
  vi.advanceTimersByTime(1000)
  expect(due).toMatchObject([{ id: 'byWall' }, { id: 'byMonotonic' }])
})

test('many deadlines strike in their order when the wall clock stands still', () => {
  const order = [7, 3, 9, 1, 8, 2, 6, 4, 5]
  for (const at of order) deadlines.set(String(at), at * 10)
  for (let step = 0; step < 100; step += 1) {
    monotonicMs += 1
    vi.advanceTimersByTime(1)
  }
  // A timer is set by what the clocks said when it was set: with one of them standing still it asks again within the same time.
  expect(due.map(({ id }) => id)).toEqual(order.toSorted((a, b) => a - b).map(String))
})

test('F-105: the wall clock is told of from two seconds on, once for each step, and measured anew after it', () => {
  deadlines.set('g', 60_000)
  wallMs += 1999
  pass(1000)
  expect(stepsMs).toEqual([])
  wallMs += 1
  pass(1000)
  expect(stepsMs).toEqual([2000])
  pass(3000)
  wallMs -= 2000
  pass(1000)
  expect(stepsMs).toEqual([2000, -2000])
  pass(3000)
  expect(stepsMs).toHaveLength(2)
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
  wallMs += 1_800_000
  expect(deadlines.remaining('g')).toBe(1_799_990)
  wallMs += 5_400_000
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
