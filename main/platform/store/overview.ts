/** The timeline: how many of the events that fit are in each stretch of time. */
import type { AuditFilter, AuditOverview } from '../../../preload/contract.ts'
import { eachGroup, type Group } from './groups.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { readKind } from './rows.ts'

const outcomes = ['ok', 'refused', 'failed'] as const
const samplesPerGroup = 32

export async function readOverview(logs: Logs, filter: AuditFilter, bins: number): Promise<AuditOverview> {
  let total = 0
  const samples: number[] = []
  let [least, most] = [Infinity, -Infinity]
  const groups: Group[] = []
  const { isAtLeast } = await eachGroup(logs, filter, (group) => {
    const { part, places, count } = group
    total += count
    // Two bytes an event: less than to look for them twice.
    groups.push({ ...group, places: places.slice(0, count) })
    const at = part.at()
    const step = Math.max(1, Math.floor(count / samplesPerGroup))
    for (let index = 0; index < count; index += step) samples.push(at[places[index] ?? 0] ?? 0)
    for (let index = 0; index < count; index += 1) {
      const time = at[places[index] ?? 0] ?? 0
      if (time < least) least = time
      if (time > most) most = time
    }
  })
  if (total === 0) return { bins: [], total, isAtLeast }

  const range = usualRange(samples, least, most)
  const from = filter.from === undefined ? range.from : Date.parse(filter.from)
  const to = Math.max(from, filter.to === undefined ? range.to : Date.parse(filter.to))
  const widthMs = Math.max(1, Math.ceil((to - from + 1) / bins))
  const length = Math.ceil((to - from + 1) / widthMs)
  const counts = new Uint32Array(length * outcomes.length)
  const outcomesOf = new Map<Log, Uint8Array>()
  for (const group of groups) {
    const known = outcomesOf.get(group.log) ?? outcomesByKind(group.log)
    outcomesOf.set(group.log, known)
    countInto(counts, group, known, from, widthMs, length)
  }
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    bins: Array.from({ length }, (_, bin) => {
      const [ok = 0, refused = 0, failed = 0] = counts.subarray(bin * outcomes.length, (bin + 1) * outcomes.length)
      return { at: new Date(from + bin * widthMs).toISOString(), ok, refused, failed }
    }),
    total,
    isAtLeast,
  }
}

function countInto(
  counts: Uint32Array,
  { part, places, count }: Group,
  outcomeOf: Uint8Array,
  from: number,
  widthMs: number,
  length: number,
): void {
  const [at, kinds] = [part.at(), part.column('kind')]
  for (let index = 0; index < count; index += 1) {
    const place = places[index] ?? 0
    const bin = Math.floor(((at[place] ?? 0) - from) / widthMs)
    if (bin < 0 || bin >= length) continue
    const cell = bin * outcomes.length + (outcomeOf[kinds[place] ?? 0] ?? 0)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
}

function outcomesByKind(log: Log): Uint8Array {
  const byKind = new Uint8Array(log.names.end())
  for (const [id, value] of log.names.all('kind')) byKind[id] = outcomes.indexOf(readKind(value).outcome)
  return byKind
}

/** In which single clocks that were wrong by years do not make everything else one bar (F-92). */
function usualRange(samples: number[], least: number, most: number): { from: number; to: number } {
  const sorted = Float64Array.from(samples).sort()
  const low = sorted[Math.floor(sorted.length * 0.02)] ?? least
  const high = sorted[Math.ceil(sorted.length * 0.98) - 1] ?? most
  const reach = (high - low) / 2
  return reach > 0
    ? { from: Math.max(least, Math.floor(low - reach)), to: Math.min(most, Math.ceil(high + reach)) }
    : { from: least, to: most }
}
