/** When somebody asks to be left alone for a while (429, 503 with Retry-After, RFC 9110 10.2.3), for all calls to the same one together (F-102). */
import { setTimeout as pause } from 'node:timers/promises'

const longestWaitMs = 5 * 60_000

/** Retry-After: seconds, or a date; five minutes at most, and 0 for what is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : /^[A-Za-z]{3}/.test(header) ? Date.parse(header) - nowMs : 0
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestWaitMs)
}

/** A quarter more at most: consoles that were turned away together do not come back together. */
export function withJitter(ms: number, random: () => number = Math.random): number {
  return ms * (1 + random() / 4)
}

export interface Patience {
  /** Takes note of an answer. True when it asks to wait. */
  heed(response: Response): boolean
  /** Waits until asking is welcome. False at once when that is longer than `mostMs`: do not ask. */
  wait(mostMs: number): Promise<boolean>
}

/** Clocks in milliseconds; `sleep` is the world's. */
export function createPatience(
  clock: { now(): number; monotonicMs(): number } = { now: () => Date.now(), monotonicMs: () => performance.now() },
  sleep: (ms: number) => Promise<unknown> = (ms) => pause(ms),
): Patience {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    heed({ status, headers }) {
      const header = headers.get('retry-after')
      if ((status !== 429 && status !== 503) || header === null) return false
      untilMs = Math.max(untilMs, clock.monotonicMs() + withJitter(retryAfterMs(header, clock.now())))
      return true
    },
    async wait(mostMs) {
      const leftMs = untilMs - clock.monotonicMs()
      if (leftMs <= 0) return true
      if (leftMs > mostMs) return false
      await sleep(leftMs)
      return true
    },
  }
}
