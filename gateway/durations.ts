/** ISO 8601 durations as they cross the gateway's border. */
import { Duration } from 'luxon'
import { remembered } from './remembered.ts'

/** No window is longer than a year: beyond that a typing error is more likely than an intention. */
export const longestWindowMs = 366 * 24 * 3600 * 1000
/** A shorter window than this cannot be used by anybody. */
export const shortestWindowMs = 1000

/**
 * Milliseconds of an ISO 8601 duration, or undefined when it is none, is not positive, or is out of bounds (F-52).
 * Years and months are refused: how long they are depends on the day.
 */
export const parseDuration = remembered((text: string): number | undefined => {
  // No years, and no signs: two of them would make a positive one.
  if (!/^P[0-9WDTHMS.]+$/.test(text)) return undefined
  const duration = Duration.fromISO(text)
  // Of what is no duration this is NaN.
  if (duration.months !== 0) return undefined
  const ms = duration.toMillis()
  return Number.isSafeInteger(ms) && ms >= shortestWindowMs && ms <= longestWindowMs ? ms : undefined
})

/** PT3H for 10,800,000, PT0S for none: parts that say nothing are left out. */
export const toDuration = remembered((ms: number): string => Duration.fromMillis(ms).shiftTo('hours', 'minutes', 'seconds').toISO())
