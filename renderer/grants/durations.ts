/** Durations and instants as people read them here. Units are the same in English and German. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** "45 s", "30 min", "2 h", "2 h 30 min". Rounded to the largest two units. */
export function durationText(ms: number): string {
  if (ms < minuteMs) return `${Math.max(0, Math.round(ms / 1000))} s`
  const minutes = Math.round(ms / minuteMs)
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** The choices offered for a duration of at most `mostMs`, shortest first; the last is always the most. */
export function durationChoices(mostMs: number): number[] {
  return [...[30 * minuteMs, hourMs, 2 * hourMs].filter((ms) => ms < mostMs), mostMs]
}

/** By how much a grant may be extended; the last choice is all there is. Empty when less than a minute is left to give. */
export function extensionChoices(grant: { endsAt?: string | undefined; extendableUntil?: string | undefined }): number[] {
  if (grant.endsAt === undefined || grant.extendableUntil === undefined) return []
  const roomMs = Date.parse(grant.extendableUntil) - Date.parse(grant.endsAt)
  if (!(roomMs >= minuteMs)) return []
  return [...[15 * minuteMs, 30 * minuteMs, hourMs].filter((ms) => ms < roomMs), roomMs]
}

/** Time of day, with the date when it is not today. */
export function instantText(at: string | number, locale: string): string {
  const instant = new Date(at)
  const isToday = instant.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(locale, isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(instant)
}
