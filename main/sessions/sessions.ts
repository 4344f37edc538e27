/** Sessions: connects on their way, what is open, and what the window may do with both. */
import type { Attempt, ConnectInput, Failure } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { createAttempt, type RunningAttempt } from './attempt.ts'
import { runConnect } from './connect.ts'
import type { SessionsDeps, Surroundings } from './connecting.ts'
import { createGrantHolds } from './grantHolds.ts'
import { findClients, toClient } from './rdp/findClients.ts'
import { createSessionList } from './sessionList.ts'
import { createConnections } from './ssh/connections.ts'
import { isCovered } from './windowEnd.ts'

export type { SessionsDeps } from './connecting.ts'

export interface Sessions {
  readonly handlers: HandlersOf<'sessions'>
  /** Ends every attempt and session; resolves when each attempt has noticed and grants without a session are given back. */
  close(): Promise<void>
}

/** How long an attempt can still be looked at when it is over. A failed one waits for the technician, within reason. */
const insideKeptMs = 60_000
const failedKeptMs = 10 * 60_000

export function createSessions(deps: SessionsDeps): Sessions {
  const { grants, machines } = deps
  const { clock } = deps.ports
  const changed = () => deps.changed()
  const holds = createGrantHolds(grants, () => deps.settings().releaseAfterLastSession)
  const list = createSessionList(clock, holds, (event) => deps.record(event), changed)
  const connections = createConnections()
  const around: Surroundings = { ...deps, list, connections, holds }
  /** By every id that a click had: a second click on the same thing is the first one's attempt (F-47). */
  const attempts = new Map<string, RunningAttempt>()
  const running = new Set<Promise<void>>()
  let connecting: Promise<unknown> = Promise.resolve()
  const stopListening = grants.onEnded((grantId, _reason, leftOn) => {
    if (leftOn === undefined) list.endOfGrant(grantId)
    else if (deps.settings().endSessionsWithWindow) list.endUncovered(leftOn, (port) => isCovered(deps, leftOn, port))
  })

  function get(attemptId: string): RunningAttempt {
    const attempt = attempts.get(attemptId)
    if (!attempt) throw new CallError({ tag: 'notFound', what: 'attempt' })
    return attempt
  }

  function forgetOld(): void {
    const now = clock.monotonicMs()
    for (const [attemptId, attempt] of attempts) {
      const overAt = attempt.overAtMs()
      if (overAt === undefined) continue
      const keptMs = attempt.view().outcome?.kind === 'failed' ? failedKeptMs : insideKeptMs
      if (now - overAt > keptMs) attempts.delete(attemptId)
    }
  }

  async function connect(asked: ConnectInput): Promise<void> {
    // A desktop has no tab yet.
    const input: ConnectInput = asked.way === 'rdp' && asked.where === 'tab' ? { ...asked, where: 'system' } : asked
    forgetOld()
    if (attempts.has(input.attemptId)) return
    const same = [...attempts.values()].find((attempt) => attempt.overAtMs() === undefined && isSameClick(attempt.input, input))
    if (same) {
      attempts.set(input.attemptId, same)
      return
    }
    const machine = await machines.get(input.machineId)
    machines.used(input.machineId).catch((error: unknown) => deps.log.warn({ err: error }, 'a machine could not be noted as used'))
    const attempt = createAttempt(input, machine.name, clock, changed)
    attempts.set(input.attemptId, attempt)
    changed()
    const run = runConnect(around, attempt, machine).finally(() => running.delete(run))
    running.add(run)
  }

  function views(): Attempt[] {
    forgetOld()
    return [...new Set(attempts.values())].map((attempt) => attempt.view())
  }

  /** A running one is stopped; one that is over is taken off the list. */
  function cancel(attemptId: string): void {
    const attempt = get(attemptId)
    if (attempt.overAtMs() === undefined) {
      attempt.stop({ tag: 'cancelled' })
      return
    }
    for (const [id, each] of attempts) if (each === attempt) attempts.delete(id)
    changed()
  }

  return {
    handlers: {
      async 'sessions.connect'(input) {
        // One after the other: a second click must find what the first began.
        const mine = connecting.then(() => connect(input))
        connecting = mine.catch(() => undefined)
        await mine
        return {}
      },
      'sessions.attempt': ({ attemptId }) => get(attemptId).view(),
      'sessions.cancel': ({ attemptId }) => answered(() => cancel(attemptId)),
      'sessions.answer': ({ attemptId, promptId, answer }) => answered(() => get(attemptId).answer(promptId, answer)),
      'sessions.list': () => ({ sessions: list.view(), attempts: views() }),
      'sessions.resize': ({ sessionId, cols, rows }) => answered(() => list.resize(sessionId, cols, rows)),
      'sessions.close': ({ sessionId }) => answered(() => list.close(sessionId)),
      'sessions.clients': async () => ({ clients: (await findClients(deps.ports.programs, deps.ports.info.platform)).map(toClient) }),
    },
    async close() {
      stopListening()
      const stopped: Failure = { tag: 'cancelled' }
      for (const attempt of attempts.values()) attempt.stop(stopped)
      list.closeAll()
      connections.closeAll()
      await Promise.allSettled(running)
      await holds.close()
    },
  }
}

function answered(act: () => void): Record<string, never> {
  act()
  return {}
}

function isSameClick(one: ConnectInput, other: ConnectInput): boolean {
  return one.machineId === other.machineId && one.way === other.way && one.where === other.where && one.port === other.port
}
