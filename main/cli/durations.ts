/** Durations as people type them ("90m", "2h30m", "PT3H"), and as they read them. */
import { toMs } from '../providers/isoDuration.ts'

/** Milliseconds; undefined for what is no duration above zero. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/i.exec(text)
  const [, hours = '0', minutes = '0', seconds = '0'] = parts ?? []
  const ms = parts ? (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 : toMs(text.toUpperCase())
  return ms > 0 ? ms : undefined
}

/** "2h 30m", "45s". */
export function writeDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const [hours] = parts
  // Seconds are of no interest beside hours.
  const shown = parts.filter(([count, unit]) => count > 0 && !(unit === 's' && hours[0] > 0))
  return shown.length === 0 ? '0s' : shown.map(([count, unit]) => `${count}${unit}`).join(' ')
}
