/** The timeline's picture: bins to bars, places to bins, bins to a stretch of time, and the marks of its axis. Pure; pixels in, pixels out. */
import type { AuditOverview } from '../../preload/contract.ts'
import { type Outcome, outcomes } from './chosenFilter.ts'

export interface Bin {
  fromMs: number
  toMs: number
  counts: Record<Outcome, number>
  total: number
}

/** Bins with their ends; all are equally long. Empty where there is nothing to show. */
export function toBins({ bins, from, to }: Pick<AuditOverview, 'bins' | 'from' | 'to'>): Bin[] {
  const starts = bins.map(({ at }) => Date.parse(at))
  const [first, second] = starts
  if (first === undefined) return []
  const whole = to === undefined ? Number.NaN : Date.parse(to) - (from === undefined ? first : Date.parse(from))
  const length = Math.max(1, second === undefined ? (Number.isFinite(whole) ? whole : 1) : second - first)
  return bins.map(({ ok, refused, failed }, index) => {
    const fromMs = starts[index] ?? first
    return { fromMs, toMs: fromMs + length, counts: { ok, refused, failed }, total: ok + refused + failed }
  })
}

export interface Bar {
  x: number
  width: number
  /** From the bottom up. */
  parts: { outcome: Outcome; y: number; height: number }[]
}

/** One failure among thousands is what is looked for: what is there at all is this high. */
const leastHeight = 2

/** One bar a bin; `y` is from the top. */
export function toBars(bins: readonly Bin[], size: { width: number; height: number }): Bar[] {
  const most = Math.max(1, ...bins.map(({ total }) => total))
  const step = size.width / Math.max(1, bins.length)
  const gap = step >= 4 ? 1 : 0
  return bins.map(({ counts }, index) => {
    let y = size.height
    const parts = outcomes
      .filter((outcome) => counts[outcome] > 0)
      .map((outcome) => {
        const height = Math.max(leastHeight, (counts[outcome] / most) * size.height)
        // What was made larger to be seen must not grow out of the picture.
        y = Math.max(0, y - height)
        return { outcome, y, height: Math.min(height, size.height) }
      })
    return { x: index * step, width: Math.max(1, step - gap), parts }
  })
}

/** The bin at a place between 0 (left) and 1 (right); places outside belong to the nearest. */
export function binAt(place: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor(place * count)))
}

/** The time of all bins between two, both included, in whichever order they were touched. */
export function toRange(bins: readonly Bin[], one: number, other: number): { fromMs: number; toMs: number } | undefined {
  const first = bins[Math.min(one, other)]
  const last = bins[Math.max(one, other)]
  return first && last && { fromMs: first.fromMs, toMs: last.toMs }
}

/** The bins of a range summed up: what the brush holds. */
export function sumOf(bins: readonly Bin[], one: number, other: number): Bin['counts'] & { total: number } {
  const held = bins.slice(Math.min(one, other), Math.max(one, other) + 1)
  const sum = (outcome: Outcome) => held.reduce((all, { counts }) => all + counts[outcome], 0)
  const [ok, refused, failed] = [sum('ok'), sum('refused'), sum('failed')]
  return { ok, refused, failed, total: ok + refused + failed }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const steps = [
  1000,
  5000,
  15_000,
  30_000,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  dayMs,
  2 * dayMs,
  7 * dayMs,
  14 * dayMs,
]

export interface Tick {
  atMs: number
  /** What is worth saying there. */
  says: 'second' | 'minute' | 'day' | 'month' | 'year'
}

/** At most `most` marks at round local times: seconds, minutes, hours, days, then months and years. */
export function toTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const length = toMs - fromMs
  if (!(length > 0) || most < 1) return []
  const step = steps.find((one) => length / one <= most)
  if (step === undefined) return monthTicks(fromMs, toMs, most)
  const ticks: Tick[] = []
  const at = new Date(fromMs)
  at.setHours(0, 0, 0, 0)
  if (step >= dayMs) {
    // By the calendar, not by milliseconds: days have 23 to 25 hours where the clocks are changed.
    for (; at.getTime() < toMs; at.setDate(at.getDate() + step / dayMs)) {
      if (at.getTime() >= fromMs) ticks.push({ atMs: at.getTime(), says: 'day' })
    }
    return ticks
  }
  const midnight = at.getTime()
  for (let atMs = midnight + Math.ceil((fromMs - midnight) / step) * step; atMs < toMs; atMs += step) {
    const isMidnight = new Date(atMs).getHours() === 0 && new Date(atMs).getMinutes() === 0 && new Date(atMs).getSeconds() === 0
    ticks.push({ atMs, says: isMidnight ? 'day' : step < minuteMs ? 'second' : 'minute' })
  }
  return ticks
}

function monthTicks(fromMs: number, toMs: number, most: number): Tick[] {
  const months = (toMs - fromMs) / (30 * dayMs)
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 600].find((one) => months / one <= most) ?? 1200
  const at = new Date(fromMs)
  at.setHours(0, 0, 0, 0)
  at.setDate(1)
  at.setMonth(Math.floor(at.getMonth() / step) * step)
  const ticks: Tick[] = []
  for (; at.getTime() < toMs; at.setMonth(at.getMonth() + step)) {
    if (at.getTime() >= fromMs) ticks.push({ atMs: at.getTime(), says: at.getMonth() === 0 ? 'year' : 'month' })
  }
  return ticks
}
