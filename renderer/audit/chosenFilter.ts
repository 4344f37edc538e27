/** What the activity is filtered by, as the screen has it in chips, and as main is asked. Pure. */
import type { AuditFilter, AuditRow } from '../../preload/contract.ts'

/** The screen's topics, each with the actions' own. */
export const topicGroups = {
  access: ['grant', 'gate'],
  sessions: ['session', 'connect'],
  signIns: ['challenge', 'signIn'],
  identity: ['hostKey', 'certificate', 'person'],
  machines: ['machine', 'policy'],
  system: ['gateway', 'audit', 'link', 'log'],
} as const
export type TopicGroup = keyof typeof topicGroups
export const topicNames: readonly TopicGroup[] = ['access', 'sessions', 'signIns', 'identity', 'machines', 'system']

export type Outcome = AuditRow['outcome']
export const outcomes: readonly Outcome[] = ['ok', 'refused', 'failed']
export type EventMark = AuditRow['mark']
export const marks: readonly EventMark[] = ['verified', 'unverified', 'changed']

export const spans = ['hour', 'day', 'week', 'month'] as const
export type Span = (typeof spans)[number]
const spanMs = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const

/** `last` is counted from when it was chosen: a page further down must not ask another question. `between` is without its end. */
export type ChosenTime =
  | { kind: 'any' }
  | { kind: 'last'; span: Span; chosenMs: number }
  | { kind: 'between'; fromMs?: number | undefined; toMs?: number | undefined }

export interface ChosenFilter {
  text: string
  time: ChosenTime
  machine?: { id: string; name?: string | undefined } | undefined
  topics: readonly TopicGroup[]
  actions: readonly string[]
  actors: readonly string[]
  outcomes: readonly Outcome[]
  sites: readonly string[]
  ports: readonly number[]
  gateways: readonly string[]
  marks: readonly EventMark[]
}

export const noFilter: ChosenFilter = {
  text: '',
  time: { kind: 'any' },
  topics: [],
  actions: [],
  actors: [],
  outcomes: [],
  sites: [],
  ports: [],
  gateways: [],
  marks: [],
}

/** What has a chip of its own. */
export const dimensions = ['time', 'machine', 'actors', 'events', 'outcomes', 'sites', 'ports', 'gateways', 'marks'] as const
export type Dimension = (typeof dimensions)[number]

/** The filter without one chip: what removing it leaves, and what its own choices are counted in. */
export function without(filter: ChosenFilter, dimension: Dimension): ChosenFilter {
  if (dimension === 'events') return { ...filter, topics: [], actions: [] }
  return { ...filter, [dimension]: noFilter[dimension] }
}

export function isSet(filter: ChosenFilter, dimension: Dimension): boolean {
  switch (dimension) {
    case 'time':
      return filter.time.kind !== 'any'
    case 'machine':
      return filter.machine !== undefined
    case 'events':
      return filter.topics.length > 0 || filter.actions.length > 0
    case 'actors':
    case 'outcomes':
    case 'sites':
    case 'ports':
    case 'gateways':
    case 'marks':
      return filter[dimension].length > 0
  }
}

export function isFiltered(filter: ChosenFilter): boolean {
  return filter.text.trim() !== '' || dimensions.some((one) => isSet(filter, one))
}

/** The group of an action; an action of no group is of none. */
export function topicOf(action: string): TopicGroup | undefined {
  const topic = action.split('.', 1)[0]
  return topicNames.find((name) => topicGroups[name].some((one) => one === topic))
}

/** Other topics; a chosen event that is of none of them would leave nothing to see. */
export function withTopics(filter: ChosenFilter, topics: readonly TopicGroup[]): ChosenFilter {
  const stays = (action: string) => topics.length === 0 || topics.some((name) => name === topicOf(action))
  return { ...filter, topics, actions: filter.actions.filter(stays) }
}

/** A value into a list, or out of it when it is there. */
export function toggled<Value>(list: readonly Value[], value: Value): Value[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value]
}

/** Milliseconds of the chosen time; undefined where it is open. */
export function rangeOf(time: ChosenTime): { fromMs?: number | undefined; toMs?: number | undefined } {
  switch (time.kind) {
    case 'any':
      return {}
    case 'last':
      return { fromMs: time.chosenMs - spanMs[time.span] }
    case 'between':
      return { fromMs: time.fromMs, toMs: time.toMs }
  }
}

const instant = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

/** As many values as main takes; nothing for none. */
const few = <Value>(name: string, values: readonly Value[]) => (values.length > 0 ? { [name]: values.slice(0, 50) } : {})

/** As main is asked: only what is chosen. */
export function toFilter(filter: ChosenFilter): AuditFilter {
  const { machine, topics } = filter
  const text = filter.text.trim()
  const range = rangeOf(filter.time)
  const from = instant(range.fromMs)
  // Main's end is included.
  const to = instant(range.toMs === undefined ? undefined : range.toMs - 1)
  return {
    ...(text === '' ? {} : { text }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(machine === undefined ? {} : { machineId: machine.id }),
    ...few(
      'topics',
      topics.flatMap((name) => [...topicGroups[name]]),
    ),
    ...few('actions', filter.actions),
    ...few('actors', filter.actors),
    ...few('outcomes', filter.outcomes),
    ...few('sites', filter.sites),
    ...few('ports', filter.ports),
    ...few('gatewayIds', filter.gateways),
    ...few('marks', filter.marks),
  }
}

/** The stretch of the same length before or after; undefined where the time has no two ends. */
export function shifted(time: ChosenTime, nowMs: number, by: -1 | 1): ChosenTime | undefined {
  const { fromMs, toMs = time.kind === 'last' ? nowMs : undefined } = rangeOf(time)
  if (fromMs === undefined || toMs === undefined) return undefined
  const length = toMs - fromMs
  return { kind: 'between', fromMs: fromMs + by * length, toMs: toMs + by * length }
}
