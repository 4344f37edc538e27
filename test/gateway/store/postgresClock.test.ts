/** The store's clock as a gateway knows it: by asking, and by a clock of its own that never steps. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStoreClock } from '../../../gateway/store/postgres/clock.ts'

const storeEpochMs = 1_900_000_000_000

function clockAt(monotonic: { ms: number }) {
  return createStoreClock(() => monotonic.ms)
}

describe('the one clock of gateways that share a store', () => {
  test('F-107: is the store’s, wherever this computer’s wall clock stands', () => {
    const monotonic = { ms: 50 }
    const clock = clockAt(monotonic)
    expect(() => clock.now()).toThrow('was not asked')
    clock.note(40, storeEpochMs, 50)
    monotonic.ms = 1045
    expect(clock.now()).toBe(storeEpochMs + 1000)
  })

  test('F-107: is known by the answer that took the least time, until drift makes another one better', () => {
    const monotonic = { ms: 0 }
    const clock = clockAt(monotonic)
    clock.note(0, storeEpochMs + 1, 2)
    // Half of two seconds there, none back: the middle is a second off, and it could not be known.
    clock.note(10, storeEpochMs + 10, 2010)
    monotonic.ms = 2010
    expect(clock.now()).toBe(storeEpochMs + 2010)
    clock.note(600_000, storeEpochMs + 600_150, 600_100)
    monotonic.ms = 600_100
    expect(clock.now()).toBe(storeEpochMs + 600_200)
  })

  test('F-107: follows a store’s clock that was set, forward and back', () => {
    const monotonic = { ms: 0 }
    const clock = clockAt(monotonic)
    clock.note(0, storeEpochMs, 0)
    clock.note(1000, storeEpochMs + 91_000, 1010)
    monotonic.ms = 1010
    expect(clock.now()).toBe(storeEpochMs + 91_005)
    clock.note(2000, storeEpochMs + 2000, 2010)
    monotonic.ms = 2010
    expect(clock.now()).toBe(storeEpochMs + 2005)
  })

  test('F-107: is never further off than half of the time that the best answer took, and the drift since', () => {
    const answers = fc.array(fc.record({ afterMs: fc.nat(5000), thereMs: fc.nat(500), backMs: fc.nat(500) }), {
      minLength: 1,
      maxLength: 50,
    })
    fc.assert(
      fc.property(answers, (asked) => {
        const monotonic = { ms: 0 }
        const clock = clockAt(monotonic)
        let withinMs = Infinity
        for (const { afterMs, thereMs, backMs } of asked) {
          const askedMs = monotonic.ms + afterMs
          monotonic.ms = askedMs + thereMs + backMs
          clock.note(askedMs, storeEpochMs + askedMs + thereMs, monotonic.ms)
          withinMs = Math.min(withinMs + (afterMs + thereMs + backMs) * 0.0002, (thereMs + backMs) / 2)
          expect(Math.abs(clock.now() - (storeEpochMs + monotonic.ms))).toBeLessThanOrEqual(withinMs + 1)
        }
      }),
    )
  })
})
