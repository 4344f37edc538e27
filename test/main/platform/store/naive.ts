/** The same questions answered from lists in memory, as plainly as can be: what the store's answers are compared with. */
import { fold, sortKey } from '../../../../main/machines/fold.ts'
import type { EventMark, StoredEvent, StoredEvents } from '../../../../main/localStore.ts'
import type { AuditFilter } from '../../../../preload/contract.ts'

type Options = Parameters<StoredEvents['page']>[1]

export interface NaiveLog {
  providerId: string
  /** By `seq`. */
  events: StoredEvent[]
  verified: number
  changed: Set<number>
}

interface Found {
  providerId: string
  event: StoredEvent
  mark: EventMark
}

export function fitting(logs: readonly NaiveLog[], filter: AuditFilter): Found[][] {
  return logs.map((log) =>
    log.events.map((event) => ({ providerId: log.providerId, event, mark: markOf(log, event.seq) })).filter((found) => fits(found, filter)),
  )
}

/** All that fit, in the order of the pages. */
export function ordered(logs: readonly NaiveLog[], filter: AuditFilter, { sort = 'time', descending = true }: Partial<Options>): Found[] {
  const lists = fitting(logs, filter)
  if (sort === 'time') {
    const heads = lists.map((list) => (descending ? list.toReversed() : [...list]))
    return merge(heads, (one, other) => (descending ? other.event.at - one.event.at : one.event.at - other.event.at))
  }
  const nameOf = ({ event }: Found): string => (sort === 'machine' ? event.machineName : event.actor) ?? ''
  const byName = (one: Found, other: Found): number => {
    const [a, b] = [nameOf(one), nameOf(other)]
    if (a === b) return 0
    if (a === '' || b === '') return a === '' ? 1 : -1
    const [x, y] = [sortKey(fold(a)), sortKey(fold(b))]
    const up = x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1
    return descending ? -up : up
  }
  const sorted = lists.map((list) => list.toSorted((one, other) => byName(one, other) || other.event.seq - one.event.seq))
  return merge(sorted, (one, other) => byName(one, other) || other.event.at - one.event.at)
}

/** The one that is first among the heads goes first; of equal ones that of the first list. */
function merge(lists: Found[][], compare: (one: Found, other: Found) => number): Found[] {
  const merged: Found[] = []
  for (;;) {
    let best: Found[] | undefined
    for (const list of lists) {
      const [head] = list
      const [held] = best ?? []
      if (head !== undefined && (held === undefined || compare(head, held) < 0)) best = list
    }
    const next = best?.shift()
    if (next === undefined) return merged
    merged.push(next)
  }
}

function markOf(log: NaiveLog, seq: number): EventMark {
  if (log.changed.has(seq)) return 'changed'
  return seq <= log.verified ? 'verified' : 'unverified'
}

function isIn<Value>(list: readonly Value[] | undefined, value: Value | undefined): boolean {
  return list === undefined || list.length === 0 || (value !== undefined && list.includes(value))
}

function fits({ providerId, event, mark }: Found, filter: AuditFilter): boolean {
  return (
    isIn(filter.gatewayIds, providerId) &&
    (filter.machineId === undefined || filter.machineId === `${providerId}:${event.machineId}`) &&
    (filter.grantId === undefined || filter.grantId === `${providerId}:${event.grantId}`) &&
    isIn(filter.actors, event.actor) &&
    isIn(filter.actions, event.action) &&
    isIn(filter.sites, event.site) &&
    isIn(filter.ports, event.port) &&
    isIn(filter.outcomes, event.outcome) &&
    isIn(filter.marks, mark) &&
    (isIn(filter.topics, event.action) || isIn(filter.topics, event.action.split('.')[0])) &&
    (filter.from === undefined || event.at >= Date.parse(filter.from)) &&
    (filter.to === undefined || event.at <= Date.parse(filter.to)) &&
    hasWords(event, filter.text ?? '')
  )
}

const split = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

function hasWords(event: StoredEvent, text: string): boolean {
  const values: unknown[] = Object.values(JSON.parse(event.detail))
  const words = split([event.action, event.actor, event.machineName, event.site, event.port, ...values].join(' '))
  return split(text).every((wanted) => words.some((word) => word.startsWith(wanted)))
}
