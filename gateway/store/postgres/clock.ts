/**
 * The store's clock, as this computer sees it (F-107): its own monotonic clock, and how far the store's is ahead of that, measured again and again.
 * This computer's wall clock is never asked.
 */
import type { Clock } from '../../deadlines.ts'

export interface StoreClock extends Clock {
  /** The store said `storeMs`; it was asked and had answered at these monotonic instants. */
  note(askedMs: number, storeMs: number, answeredMs: number): void
}

/** How far two clocks go apart: 200 millionths is much for a quartz. */
const drift = 0.0002

interface Sample {
  aheadMs: number
  /** It is not more wrong than this, at `atMs`. */
  withinMs: number
  atMs: number
}

/** Has to be told the time once before it knows it. */
export function createStoreClock(monotonicMs: () => number): StoreClock {
  let best: Sample | undefined

  return {
    now() {
      if (best === undefined) throw new Error('the store was not asked for the time yet')
      return Math.floor(monotonicMs() + best.aheadMs)
    },
    monotonicMs,
    note(askedMs, storeMs, answeredMs) {
      const sample = { aheadMs: storeMs - (askedMs + answeredMs) / 2, withinMs: (answeredMs - askedMs) / 2, atMs: answeredMs }
      const nowWithinMs = best === undefined ? Infinity : best.withinMs + (answeredMs - best.atMs) * drift
      // What neither explains is a clock that was set, or a store that another server took over.
      const wasSet = best !== undefined && Math.abs(sample.aheadMs - best.aheadMs) > sample.withinMs + nowWithinMs
      if (sample.withinMs <= nowWithinMs || wasSet) best = sample
    },
  }
}
