/** One access as a story: all events of a grant in the log's order, and the five steps that they make up. Pure. */
import type { AuditRow } from '../../preload/contract.ts'

export const chapters = ['request', 'approval', 'gate', 'sessions', 'end'] as const
export type Chapter = (typeof chapters)[number]

const chapterActions: Record<Chapter, readonly string[]> = {
  request: ['grant.requested', 'grant.refused', 'grant.cancelled'],
  approval: ['grant.approved', 'grant.approvalGiven', 'grant.denied', 'grant.lapsed', 'grant.decisionRefused'],
  gate: ['grant.opened', 'grant.extended', 'grant.unknown', 'gate.opened', 'gate.failed', 'gate.drift'],
  sessions: [],
  end: ['grant.expired', 'grant.released', 'grant.closed', 'gate.closed', 'gate.alarm'],
}

/** Whatever else happens under a grant (sessions, sign-ins, identities, failed connects) happens while it is used. */
export function chapterOf(action: string): Chapter {
  return chapters.find((chapter) => chapterActions[chapter].includes(action)) ?? 'sessions'
}

export interface StoryStep {
  chapter: Chapter
  /** `none`: nothing of it happened (yet). The worst outcome counts, but an event that went well after it makes it good again. */
  state: 'none' | 'ok' | 'refused' | 'failed'
  atMs?: number
  count: number
}

export interface StoryEvent {
  row: AuditRow
  chapter: Chapter
  /** The first of its chapter in a run: the chapter's name stands there. */
  begins: boolean
  /** From the first event on; negative when a clock was set back. */
  sinceMs: number
}

export interface Story {
  machine?: { id: string; name?: string | undefined } | undefined
  requestedBy?: string | undefined
  reason?: string | undefined
  ports: number[]
  startMs: number
  /** From the first event to the end of the access; undefined while it is not over. */
  lastedMs?: number | undefined
  steps: StoryStep[]
  events: StoryEvent[]
}

/** What makes a story over. A gate that closes does not: others may hold it open. */
const endings = new Set([
  'grant.expired',
  'grant.released',
  'grant.closed',
  'grant.denied',
  'grant.cancelled',
  'grant.lapsed',
  'grant.refused',
])

/** Undefined without events. The order is the log's, by number, never by time (F-92). */
export function toStory(rows: readonly AuditRow[]): Story | undefined {
  const ordered = [...rows].sort((one, other) => one.seq - other.seq)
  const [first] = ordered
  if (!first) return undefined
  const startMs = Date.parse(first.at)
  const events = ordered.map((row, index): StoryEvent => {
    const chapter = chapterOf(row.action)
    const before = ordered[index - 1]
    return { row, chapter, begins: !before || chapterOf(before.action) !== chapter, sinceMs: Date.parse(row.at) - startMs }
  })
  const request = ordered.find(({ action }) => action === 'grant.requested') ?? first
  const end = ordered.findLast(({ action }) => endings.has(action))
  const named = ordered.find(({ machineId }) => machineId !== undefined)
  const reason = request.detail['reason']
  return {
    ...(named?.machineId === undefined ? {} : { machine: { id: named.machineId, name: named.machineName } }),
    requestedBy: request.actor,
    ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
    ports: [...new Set(ordered.flatMap(({ port }) => (port === undefined ? [] : [port])))].sort((one, other) => one - other),
    startMs,
    lastedMs: end && Date.parse(end.at) - startMs,
    steps: chapters.map((chapter) => toStep(chapter, ordered)),
    events,
  }
}

function toStep(chapter: Chapter, ordered: readonly AuditRow[]): StoryStep {
  const own = ordered.filter(({ action }) => chapterOf(action) === chapter)
  const [first] = own
  const last = own.at(-1)
  if (!first || !last) return { chapter, state: 'none', count: 0 }
  const isRefused = own.some(({ action }) => action === 'grant.denied' || action === 'grant.refused')
  return { chapter, state: isRefused ? 'refused' : last.outcome, atMs: Date.parse(first.at), count: own.length }
}
