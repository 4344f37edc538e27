/** Times and durations in the window's language. */
import { dateTimeFormat, numberFormat, relativeTimeFormat } from './intl.ts'

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** "5 minutes ago"; undefined within the last minute and for what a wrong clock puts into the future. */
export function agoText(at: string, nowMs: number, language: string): string | undefined {
  const pastMs = nowMs - Date.parse(at)
  const step = steps.find(([, ms]) => pastMs >= ms)
  if (!step) return undefined
  return relativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(-Math.floor(pastMs / step[1]), step[0])
}

/** Date and time as a person reads them; the seconds only in `exactText`. */
export function momentText(at: string, language: string): string {
  return dateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

export function exactText(at: string, language: string): string {
  return dateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
}

/** Milliseconds of an ISO 8601 duration of days, hours, minutes and seconds; undefined for any other text. */
export function durationMs(iso: string): number | undefined {
  const parts = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/.exec(iso)
  if (!parts || !/\d/.test(iso)) return undefined
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = parts
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}

/** "3 hours", "1 hr 30 min": whole minutes, days only from two on. */
export function durationText(ms: number, language: string): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  const days = minutes >= 2880 ? Math.floor(minutes / 1440) : 0
  const hours = Math.floor((minutes - days * 1440) / 60)
  const rest = minutes - days * 1440 - hours * 60
  const say = (value: number, unit: string, unitDisplay: 'long' | 'short') =>
    numberFormat(language, { style: 'unit', unit, unitDisplay }).format(value)
  const parts: [number, string][] = [
    [days, 'day'],
    [hours, 'hour'],
    [rest, 'minute'],
  ]
  const said = parts.filter(([value]) => value > 0)
  if (said.length === 0) return say(0, 'minute', 'long')
  return said.map(([value, unit]) => say(value, unit, said.length === 1 ? 'long' : 'short')).join(' ')
}

/** The ISO 8601 duration of whole minutes, in hours where it can be. */
export function isoDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes % 60 === 0) return `PT${minutes / 60}H`
  return minutes < 60 ? `PT${minutes}M` : `PT${Math.floor(minutes / 60)}H${minutes % 60}M`
}
