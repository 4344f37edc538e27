/** This computer's clocks. The one that never steps also goes on while the computer sleeps, which Node's does only on Windows (F-101). */
import { uptime } from 'node:os'
import type { Clock } from '../ports.ts'

/** The two sources are read one after the other, and the uptime of some systems has whole seconds. */
const toleranceMs = 2000
const sampleEveryMs = 50

/** In milliseconds. `sinceStartMs` may stand still in sleep; `sinceBootMs` does not. */
export function createSystemClock(
  sources: { wall: () => number; sinceStartMs: () => number; sinceBootMs: () => number } = {
    wall: () => Date.now(),
    sinceStartMs: () => performance.now(),
    sinceBootMs: () => uptime() * 1000,
  },
): Clock {
  const { wall, sinceStartMs, sinceBootMs } = sources
  const apartMs = sinceBootMs() - sinceStartMs()
  let sleptMs = 0
  let sampledMs = Number.NEGATIVE_INFINITY
  return {
    now: wall,
    monotonicMs() {
      const awakeMs = sinceStartMs()
      // Asking for the uptime reads a file on Linux, and this is asked for each of thousands of grants.
      if (awakeMs - sampledMs < sampleEveryMs) return awakeMs + sleptMs
      sampledMs = awakeMs
      const missedMs = sinceBootMs() - awakeMs - apartMs
      if (missedMs > sleptMs + toleranceMs) sleptMs = missedMs
      return awakeMs + sleptMs
    },
  }
}
