/** Stretches of time and their marks in the window's language. Pure. */
import type { Tick } from './bars.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

function isMidnight(ms: number): boolean {
  const at = new Date(ms)
  return at.getHours() + at.getMinutes() + at.getSeconds() + at.getMilliseconds() === 0
}

/** "21 – 23 Nov 2026" for whole days, else with the times; seconds where the stretch is short. `toMs` is without. */
export function rangeText(fromMs: number, toMs: number, language: string): string {
  if (isMidnight(fromMs) && isMidnight(toMs)) {
    const days = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
    return days.formatRange(fromMs, Math.max(fromMs, toMs - 1))
  }
  const isLong = toMs - fromMs > 10 * dayMs
  const times = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    ...(isLong ? { year: 'numeric' } : { weekday: 'short', hour: '2-digit', minute: '2-digit' }),
    ...(toMs - fromMs < 2 * minuteMs ? { second: '2-digit' } : {}),
  })
  return times.formatRange(fromMs, toMs)
}

const tickFormats: Record<Tick['says'], Intl.DateTimeFormatOptions> = {
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short' },
  year: { year: 'numeric' },
}

export function tickText({ atMs, says }: Tick, language: string): string {
  return new Intl.DateTimeFormat(language, tickFormats[says]).format(atMs)
}

/** How long after the first event: "+12 s", "+3 min", "+2 h 5 min"; with its sign where a clock was set back. */
export function sinceText(ms: number): string {
  const sign = ms < 0 ? '−' : '+'
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (seconds < 120) return `${sign}${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${sign}${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${sign}${hours} h` : `${sign}${hours} h ${minutes % 60} min`
  return `${sign}${Math.floor(hours / 24)} d`
}
