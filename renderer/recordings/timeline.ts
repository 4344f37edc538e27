/** Time in a recording: how it is told, and how far it has come. Pure. */

const two = (value: number): string => String(value).padStart(2, '0')

/** "1:02:05", "4:07": hours only where there are some. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** What is left of a longer pause where pauses are skipped. */
export const longestPauseMs = 2000

interface Playing {
  atMs: number
  endMs: number
  /** When something happens next; absent: nothing more does. */
  nextAtMs: number | undefined
  skipsPauses: boolean
}

/** Where a recording is after `byMs` more of playing it. Never back, never beyond its end. */
export function advance({ atMs, endMs, nextAtMs, skipsPauses }: Playing, byMs: number): number {
  const goalMs = nextAtMs ?? endMs
  const fromMs = skipsPauses && goalMs - atMs > longestPauseMs ? goalMs - longestPauseMs : atMs
  return Math.min(Math.max(atMs, fromMs + byMs), endMs)
}

/** Stretches that were not recorded, from the markers around them; one that was never resumed lasts to the end. */
export function gapsOf(markers: readonly { atMs: number; label: string }[], endMs: number): { fromMs: number; toMs: number }[] {
  const gaps: { fromMs: number; toMs: number }[] = []
  let fromMs: number | undefined
  for (const { atMs, label } of markers) {
    if (label === 'paused') fromMs ??= atMs
    if (label === 'resumed' && fromMs !== undefined) {
      gaps.push({ fromMs, toMs: atMs })
      fromMs = undefined
    }
  }
  return fromMs === undefined ? gaps : [...gaps, { fromMs, toMs: endMs }]
}

/** The hit after (or before) a moment; the first one after the last. */
export function stepHit(hitsMs: readonly number[], atMs: number, step: 1 | -1): number | undefined {
  // Going to a hit leaves the playhead on it, which must not find it again.
  const nearMs = 5
  if (step === 1) return hitsMs.find((ms) => ms > atMs + nearMs) ?? hitsMs[0]
  return hitsMs.findLast((ms) => ms < atMs - nearMs) ?? hitsMs.at(-1)
}
