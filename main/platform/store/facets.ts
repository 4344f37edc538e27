/** What there is to filter by among the events that fit, with how often it is there. */
import type { AuditFacets, AuditFilter } from '../../../preload/contract.ts'
import { partSize, type ColumnName } from './columns.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { matches } from './matches.ts'
import { readKind, readMachine } from './rows.ts'
import { maskPart, partsOf, wantedOf, type Wanted } from './wanted.ts'

const most = 50
/** Of events that words are looked for in, so many are counted, the newest ones. */
const mostHits = 100_000
const counted = ['kind', 'actor', 'site', 'machine', 'port'] as const satisfies readonly ColumnName[]
type Counted = (typeof counted)[number]
/** By id; a port by its number and one. */
type Counts = Record<Counted, Uint32Array>
const ports = 65_537

export function readFacets(logs: Logs, filter: AuditFilter): AuditFacets {
  const [actors, actions, sites, byPort] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ]
  const machines = new Map<string, { id: string; name: string; count: number }>()
  for (const log of logs.all()) {
    const wanted = wantedOf(log, filter)
    if (!wanted || log.count === 0) continue
    const counts = countsOf(log, wanted)
    const { names } = log
    eachCount(counts.actor, (id, count) => add(actors, names.valueOf(id), count))
    eachCount(counts.kind, (id, count) => add(actions, readKind(names.valueOf(id)).action, count))
    eachCount(counts.site, (id, count) => add(sites, names.valueOf(id), count))
    eachCount(counts.port, (number, count) => add(byPort, String(number - 1), count))
    eachCount(counts.machine, (nameId, count) => {
      const { id, name = '' } = readMachine(names.valueOf(nameId))
      if (id === undefined) return
      const qualified = `${log.providerId}:${id}`
      // A machine that was renamed is one, by its last name.
      machines.set(qualified, { id: qualified, name, count: count + (machines.get(qualified)?.count ?? 0) })
    })
  }
  return {
    actors: toFacet(actors),
    actions: toFacet(actions),
    sites: toFacet(sites),
    ports: toFacet(byPort),
    machines: [...machines.values()].sort((one, other) => other.count - one.count || compare(one.id, other.id)).slice(0, most),
  }
}

function countsOf(log: Log, wanted: Wanted): Counts {
  const end = log.names.end()
  const counts: Counts = {
    kind: new Uint32Array(end),
    actor: new Uint32Array(end),
    site: new Uint32Array(end),
    machine: new Uint32Array(end),
    port: new Uint32Array(ports),
  }
  if (wanted.words.length > 0 || wanted.seqs) {
    let left = mostHits
    for (const seq of matches(log, wanted, { first: log.first, last: log.last, descending: true })) {
      const part = log.columns.partOf(seq)
      for (const name of counted) bump(counts[name], part.column(name)[seq - part.first] ?? 0)
      left -= 1
      if (left === 0) break
    }
    return counts
  }
  const mask = new Uint8Array(partSize)
  for (const start of partsOf(log)) {
    const part = log.columns.partOf(start)
    if (maskPart(log, part, wanted, mask) === 0) continue
    for (const name of counted) {
      const [column, count] = [part.column(name), counts[name]]
      for (let at = 0; at < partSize; at += 1) if (mask[at] === 1) bump(count, column[at] ?? 0)
    }
  }
  return counts
}

function bump(counts: Uint32Array, id: number): void {
  counts[id] = (counts[id] ?? 0) + 1
}

/** Of all but 0, which stands for none. */
function eachCount(counts: Uint32Array, tell: (id: number, count: number) => void): void {
  for (let id = 1; id < counts.length; id += 1) {
    const count = counts[id] ?? 0
    if (count > 0) tell(id, count)
  }
}

function add(counts: Map<string, number>, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count)
}

function toFacet(counts: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || compare(one.value, other.value))
    .slice(0, most)
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
