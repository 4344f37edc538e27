/** The sessions there are: what the window shows of them, how each ended, and their audit events (AUD-4). */
import { randomUUID } from 'node:crypto'
import type { Session } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Clock } from '../ports.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import { brokenGraceMs, releaseGraceMs, type GrantHolds } from './grantHolds.ts'

export type SessionEnd = NonNullable<Session['end']>

/** What a session is when it starts. */
export type NewSession = Pick<
  Session,
  'machineId' | 'machineName' | 'grantId' | 'way' | 'where' | 'client' | 'user' | 'localEndpoint' | 'command'
> & {
  port: number
  /** The grant is not given back because this session ends. */
  keep?: boolean | undefined
}

/** What its makers keep in hand. */
export interface Live {
  /** Cuts it now, without waiting for anybody. Called at most once. */
  cut(end: SessionEnd): void
  resize?(cols: number, rows: number): void
  /** Bytes from and to the machine so far, where they are known. */
  bytes?(): { fromMachine: number; toMachine: number }
}

export interface SessionList {
  /** `finish` says how it ended; the first one counts. Absent values of `facts` are left out. */
  start(
    facts: NewSession,
    sessionId?: string,
  ): { sessionId: string; live(live: Live): void; finish(end: SessionEnd, exitCode?: number): void }
  view(): Session[]
  /** All throw CallError notFound (session). */
  close(sessionId: string): void
  resize(sessionId: string, cols: number, rows: number): void
  endOfGrant(grantId: string): void
  /** Ends the sessions on a machine whose port no window is open for any more. */
  endUncovered(machineId: string, isCovered: (port: number) => boolean): void
  closeAll(): void
}

interface Entry {
  session: Session
  port: number
  startedMs: number
  live?: Live
  keep: boolean
  letGo: (graceMs?: number) => void
}

/** Ended ones are kept for their last words, but not without end. */
const endedKept = 100

export function createSessionList(
  clock: Clock,
  holds: GrantHolds,
  record: (event: ConsoleEvent) => void,
  changed: () => void,
): SessionList {
  const entries = new Map<string, Entry>()

  function get(sessionId: string): Entry {
    const entry = entries.get(sessionId)
    if (!entry) throw new CallError({ tag: 'notFound', what: 'session' })
    return entry
  }

  function finish(entry: Entry, end: SessionEnd, exitCode?: number): void {
    const { session, live } = entry
    if (session.end) return
    entry.session = {
      ...session,
      end,
      endedAt: new Date(clock.now()).toISOString(),
      ...(exitCode !== undefined && { exitCode }),
    }
    const durationMs = Math.round(clock.monotonicMs() - entry.startedMs)
    record(event(entry, 'session.ended', { end, durationMs, ...live?.bytes?.(), ...(exitCode !== undefined && { exitCode }) }))
    delete entry.live
    entry.letGo(end === 'grantEnded' || entry.keep ? undefined : end === 'connectionLost' ? brokenGraceMs : releaseGraceMs)
    dropOldest()
    changed()
  }

  function cut(entry: Entry, end: SessionEnd): void {
    const { live } = entry
    finish(entry, end)
    live?.cut(end)
  }

  function dropOldest(): void {
    const ended = [...entries.values()].filter((entry) => entry.session.end)
    for (const entry of ended.slice(0, Math.max(0, ended.length - endedKept))) entries.delete(entry.session.sessionId)
  }

  return {
    start({ port, keep = false, ...facts }, sessionId = randomUUID()) {
      const session: Session = { sessionId, ...facts, port, startedAt: new Date(clock.now()).toISOString() }
      const entry: Entry = { session, port, keep, startedMs: clock.monotonicMs(), letGo: holds.hold(facts.grantId) }
      entries.set(sessionId, entry)
      record(event(entry, 'session.started', {}))
      changed()
      return {
        sessionId,
        live(live) {
          // It may have been closed while its maker was still busy.
          if (entry.session.end) live.cut(entry.session.end)
          else entry.live = live
        },
        finish: (end, exitCode) => finish(entry, end, exitCode),
      }
    },
    view: () => [...entries.values()].map((entry) => entry.session),
    close(sessionId) {
      const entry = get(sessionId)
      if (!entry.session.end) {
        cut(entry, 'closed')
        return
      }
      entries.delete(sessionId)
      changed()
    },
    resize: (sessionId, cols, rows) => get(sessionId).live?.resize?.(cols, rows),
    endOfGrant(grantId) {
      for (const entry of entries.values()) if (entry.session.grantId === grantId && !entry.session.end) cut(entry, 'grantEnded')
    },
    endUncovered(machineId, isCovered) {
      for (const entry of entries.values())
        if (entry.session.machineId === machineId && !entry.session.end && !isCovered(entry.port)) cut(entry, 'grantEnded')
    },
    closeAll() {
      for (const entry of entries.values()) if (!entry.session.end) cut(entry, 'closed')
    },
  }
}

function event({ session, port }: Entry, action: string, more: ConsoleEvent['detail']): ConsoleEvent {
  const { machineId, grantId, way, where, client, user, sessionId } = session
  const detail = { session: sessionId, way, where, ...(client !== undefined && { client }), ...(user !== undefined && { user }), ...more }
  return { action, outcome: more['end'] === 'connectionLost' ? 'failed' : 'ok', machineId, grantId, port, detail }
}
