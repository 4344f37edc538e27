/** Durations as they cross a provider's border: ISO 8601. */
import { Duration } from 'luxon'

/** Milliseconds of an ISO 8601 duration; 0 for anything that is not one, so that a bad rule allows nothing. */
export function toMs(isoDuration: string): number {
  const duration = Duration.fromISO(isoDuration)
  const ms = duration.isValid ? duration.toMillis() : 0
  return Number.isSafeInteger(ms) && ms > 0 ? ms : 0
}

/** ISO 8601, from milliseconds: whole seconds as H, M and S ("PT3H"). */
export function toIsoDuration(ms: number): string {
  return Duration.fromMillis(ms).shiftTo('hours', 'minutes', 'seconds').removeZeros().toISO() ?? 'PT0S'
}
