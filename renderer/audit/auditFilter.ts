/** What the activity is filtered by, as the screen has it and as main is asked. Pure. */
import type { AuditFilter, AuditRow } from '../../preload/contract.ts'

/** The screen's topics, each with the actions' own. */
export const topicGroups = {
  access: ['grant', 'gate'],
  sessions: ['session', 'connect', 'recording'],
  signIns: ['challenge', 'signIn'],
  identity: ['hostKey', 'certificate', 'person'],
  machines: ['machine', 'policy'],
  system: ['gateway', 'audit', 'link', 'log'],
} as const
export type TopicGroup = keyof typeof topicGroups
export const topicNames: readonly TopicGroup[] = ['access', 'sessions', 'signIns', 'identity', 'machines', 'system']

export const outcomes: readonly AuditRow['outcome'][] = ['ok', 'refused', 'failed']

export const spans = ['any', 'hour', 'day', 'week', 'month', 'range'] as const
export type Span = (typeof spans)[number]
const spanMs = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const

export interface ChosenFilter {
  topics: readonly TopicGroup[]
  outcomes: readonly AuditRow['outcome'][]
  span: Span
  /** Local days, "2026-11-22", for the span `range`. */
  from: string
  to: string
  text: string
  machine?: { id: string; name?: string | undefined } | undefined
  grantId?: string | undefined
}

export const noFilter: ChosenFilter = { topics: [], outcomes: [], span: 'any', from: '', to: '', text: '' }

export function isFiltered(filter: ChosenFilter): boolean {
  return Object.keys(toFilter(filter, 0)).length > 0
}

/** The group of an action; an action of no group is of none. */
export function topicOf(action: string): TopicGroup | undefined {
  const topic = action.split('.', 1)[0]
  return topicNames.find((name) => topicGroups[name].some((one) => one === topic))
}

/** The beginning of a local day, or of the one `addDays` later. */
function dayAt(local: string, addDays: number): string | undefined {
  if (local === '') return undefined
  const date = new Date(`${local}T00:00`)
  date.setDate(date.getDate() + addDays)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** As main is asked. `nowMs` is when a span like "last hour" was chosen: a page further down must not ask another question. */
export function toFilter(filter: ChosenFilter, nowMs: number): AuditFilter {
  const { span, machine, grantId } = filter
  const text = filter.text.trim()
  const from = span === 'range' ? dayAt(filter.from, 0) : span === 'any' ? undefined : new Date(nowMs - spanMs[span]).toISOString()
  const to = span === 'range' ? dayAt(filter.to, 1) : undefined
  return {
    ...(machine ? { machineId: machine.id } : {}),
    ...(grantId === undefined ? {} : { grantId }),
    ...(text === '' ? {} : { text }),
    ...(filter.topics.length > 0 ? { topics: filter.topics.flatMap((name) => [...topicGroups[name]]) } : {}),
    ...(filter.outcomes.length > 0 ? { outcomes: [...filter.outcomes] } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

export interface Day {
  /** Local midnight, milliseconds. */
  startMs: number
  rows: AuditRow[]
}

/** Rows by local day, in the order in which they come: the log's order is by number, and clocks may have been set (F-92). */
export function byDay(rows: readonly AuditRow[]): Day[] {
  const days: Day[] = []
  for (const row of rows) {
    const startMs = new Date(row.at).setHours(0, 0, 0, 0)
    const last = days.at(-1)
    if (last?.startMs === startMs) last.rows.push(row)
    else days.push({ startMs, rows: [row] })
  }
  return days
}
