/** A clock that stands still until it is told to go on. Wall and monotonic time can be moved apart (F-104). */
import type { Clock } from '../../main/ports.ts'

export interface FakeClock extends Clock {
  /** Both go on. */
  pass(ms: number): void
  /** Somebody sets the wall clock. */
  step(ms: number): void
}

export function fakeClock(startAt = '2030-01-02T03:04:05.000Z'): FakeClock {
  let wall = Date.parse(startAt)
  let monotonic = 1000
  return {
    now: () => wall,
    monotonicMs: () => monotonic,
    pass(ms) {
      wall += ms
      monotonic += ms
    },
    step(ms) {
      wall += ms
    },
  }
}

/** The real one, as hosts have it. */
export const realClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
