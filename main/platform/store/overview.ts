/** The timeline: how many of the events that fit are in each stretch of time. */
import type { AuditFilter, AuditOverview } from '../../../preload/contract.ts'
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { matches } from './matches.ts'
import { readKind } from './rows.ts'
import { maskPart, partsOf, wantedOf, type Wanted } from './wanted.ts'

/** Events that words are looked for in are counted up to here. */
const mostHits = 100_000

type Count = (at: number, kind: number, log: Log) => void

export function readOverview(logs: Logs, filter: AuditFilter, bins: number): AuditOverview {
  const asked = logs.all().flatMap((log) => {
    const wanted = wantedOf(log, filter)
    return wanted && log.count > 0 ? [{ log, wanted }] : []
  })
  const hits = asked.map(({ log, wanted }) => (wanted.words.length > 0 || wanted.seqs ? hitsOf(log, wanted) : undefined))
  const each = (count: Count): void => {
    for (const [index, { log, wanted }] of asked.entries()) {
      const seqs = hits[index]?.seqs
      if (seqs) eachHit(log, seqs, count)
      else eachFitting(log, wanted, count)
    }
  }

  const times = createTimes()
  each((at) => times.add(at))
  const isAtLeast = hits.some((hit) => hit?.isAtLeast === true)
  if (times.count() === 0) return { bins: [], total: 0, isAtLeast }
  const range = times.range()
  const from = filter.from === undefined ? range.from : Date.parse(filter.from)
  const to = Math.max(from, filter.to === undefined ? range.to : Date.parse(filter.to))
  const widthMs = Math.max(1, Math.ceil((to - from + 1) / bins))
  const counts = Array.from({ length: Math.ceil((to - from + 1) / widthMs) }, (_, index) => ({
    at: new Date(from + index * widthMs).toISOString(),
    ok: 0,
    refused: 0,
    failed: 0,
  }))
  const outcomes = new Map<Log, ('ok' | 'refused' | 'failed')[]>()
  for (const { log } of asked) {
    const byKind: ('ok' | 'refused' | 'failed')[] = []
    for (const [id, value] of log.names.all('kind')) byKind[id] = readKind(value).outcome
    outcomes.set(log, byKind)
  }
  each((at, kind, log) => {
    const bin = counts[Math.floor((at - from) / widthMs)]
    const outcome = outcomes.get(log)?.[kind]
    if (bin && outcome) bin[outcome] += 1
  })
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bins: counts, total: times.count(), isAtLeast }
}

function hitsOf(log: Log, wanted: Wanted): { seqs: number[]; isAtLeast: boolean } {
  const seqs: number[] = []
  for (const seq of matches(log, wanted, { first: log.first, last: log.last, descending: true })) {
    if (seqs.length === mostHits) return { seqs, isAtLeast: true }
    seqs.push(seq)
  }
  return { seqs, isAtLeast: false }
}

function eachHit(log: Log, seqs: readonly number[], count: Count): void {
  for (const seq of seqs) {
    const part = log.columns.partOf(seq)
    count(part.at()[seq - part.first] ?? 0, part.column('kind')[seq - part.first] ?? 0, log)
  }
}

function eachFitting(log: Log, wanted: Wanted, count: Count): void {
  const mask = new Uint8Array(partSize)
  for (const start of partsOf(log)) {
    const part = log.columns.partOf(start)
    if (maskPart(log, part, wanted, mask) === 0) continue
    const times = part.at()
    const kinds = part.column('kind')
    for (let at = 0; at < partSize; at += 1) if (mask[at] === 1) count(times[at] ?? 0, kinds[at] ?? 0, log)
  }
}

/** The range of times, in which single clocks that were wrong by years do not make everything else one bar (F-92). */
function createTimes() {
  const mostSamples = 2048
  let samples: number[] = []
  let every = 1
  let count = 0
  let [least, most] = [Infinity, -Infinity]
  return {
    count: () => count,
    add(at: number): void {
      if (at < least) least = at
      if (at > most) most = at
      if (count % every === 0) {
        samples.push(at)
        if (samples.length === mostSamples) {
          samples = samples.filter((_, index) => index % 2 === 0)
          every *= 2
        }
      }
      count += 1
    },
    range(): { from: number; to: number } {
      const sorted = samples.toSorted((one, other) => one - other)
      const low = sorted[Math.floor(sorted.length * 0.02)] ?? least
      const high = sorted[Math.ceil(sorted.length * 0.98) - 1] ?? most
      const reach = (high - low) / 2
      return reach > 0 ? { from: Math.max(least, low - reach), to: Math.min(most, high + reach) } : { from: least, to: most }
    },
  }
}
