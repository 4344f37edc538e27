/** What there is to filter by among the events that fit, with how often it is there. */
import type { AuditFacets, AuditFilter } from '../../../preload/contract.ts'
import type { ColumnName } from './columns.ts'
import { eachGroup, type Group } from './groups.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { machineOf, readKind } from './rows.ts'

const most = 50
const counted = ['kind', 'actor', 'site', 'machine', 'port'] as const satisfies readonly ColumnName[]
type Counted = (typeof counted)[number]
/** By id; a port by its number and one. */
type Counts = Record<Counted, Uint32Array>
const ports = 65_537

export async function readFacets(logs: Logs, filter: AuditFilter): Promise<AuditFacets> {
  const [actors, actions, sites, byPort] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ]
  const machines = new Map<string, { id: string; name: string; count: number }>()
  const countsOf = new Map<Log, Counts>()
  await eachGroup(logs, filter, (group) => {
    const counts = countsOf.get(group.log) ?? emptyCounts(group.log)
    countsOf.set(group.log, counts)
    for (const name of counted) countInto(counts[name], group.part.column(name), group)
  })
  for (const [log, counts] of countsOf) {
    const { names } = log
    eachCount(counts.actor, (id, count) => add(actors, names.valueOf(id), count))
    eachCount(counts.kind, (id, count) => add(actions, readKind(names.valueOf(id)).action, count))
    eachCount(counts.site, (id, count) => add(sites, names.valueOf(id), count))
    eachCount(counts.port, (number, count) => add(byPort, String(number - 1), count))
    eachCount(counts.machine, (nameId, count) => {
      const { id, name = '' } = machineOf(names, nameId)
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

function emptyCounts(log: Log): Counts {
  const end = log.names.end()
  return {
    kind: new Uint32Array(end),
    actor: new Uint32Array(end),
    site: new Uint32Array(end),
    machine: new Uint32Array(end),
    port: new Uint32Array(ports),
  }
}

function countInto(counts: Uint32Array, column: Uint32Array, { places, count }: Group): void {
  for (let index = 0; index < count; index += 1) {
    const id = column[places[index] ?? 0] ?? 0
    counts[id] = (counts[id] ?? 0) + 1
  }
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
