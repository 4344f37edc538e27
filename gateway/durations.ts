/** ISO 8601 durations as they cross the gateway's border. */
import { Duration } from 'luxon'

/** No window is longer than a year: beyond that a typing error is more likely than an intention. */
export const longestWindowMs = 366 * 24 * 3600 * 1000
/** A shorter window than this cannot be used by anybody. */
export const shortestWindowMs = 1000

/**
 * Milliseconds of an ISO 8601 duration, or undefined when it is none, is not positive, or is out of bounds (F-52).
 * Years and months are refused: how long they are depends on the day.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^P[0-9WDTHMS.]+$/.test(text)) return undefined
  const duration = Duration.fromISO(text)
  if (!duration.isValid || duration.years !== 0 || duration.months !== 0) return undefined
  const ms = duration.toMillis()
  return Number.isSafeInteger(ms) && ms >= shortestWindowMs && ms <= longestWindowMs ? ms : undefined
}

/** PT3H for 10,800,000. */
export function toDuration(ms: number): string {
  const iso = Duration.fromMillis(ms).shiftTo('hours', 'minutes', 'seconds').toISO()
  return iso.replace(/(?<=[HT])0[MS](?=\d|$)/g, '').replace(/^PT0H(?=\d)/, 'PT')
}
