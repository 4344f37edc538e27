/**
 * How grants end: first the gate, at once and whatever else happens, then the store. What could not be done (the disk is full, a gate failed)
 * is tried again with growing pauses until it is; until then the grant is shown as closing, and nothing opens it again.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { CloseReason } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { GatewayAction, NewEvent } from './auditLog.ts'
import type { Gate, GateTraffic } from './gates/gate.ts'
import { transition } from './grant.ts'
import { columnsOf, lifeOf } from './grantRow.ts'
import type { Log } from './log.ts'
import { isDiskFull } from './store/database.ts'
import type { Store } from './store/database.ts'
import type { GrantRow } from './store/tables.ts'

export interface Ending {
  reason: CloseReason
  /** Who ended it. */
  actor: string
}

export interface Endings {
  /**
   * Ends grants, those with live connections first. By the time that it returns, before the promise settles, the first 250 gates are closed.
   * Never rejects.
   */
  end(ids: readonly string[], ending: Ending): Promise<void>
  /** Waits to be written. */
  isEnding(id: string): boolean
  /** Why it ends, while that waits to be written. */
  reasonOf(id: string): CloseReason | undefined
  /** Forgets what waits to be written of all other grants: somebody else sees to those now. */
  keepOnly(ids: ReadonlySet<string>): void
  stop(): Promise<void>
}

// Small enough that a chunk holds the event loop for some milliseconds only (F-65).
const gatesAtOnce = 250
const rowsAtOnce = 200
const firstPauseMs = 1000
const longestPauseMs = 30_000

const failuresToAlarm = 3
/** How long a gate may take to close before that counts as failed (F-58). */
const closeTimeoutMs = 10_000
const writePauseMs = 250
/** A chunk is written in less, on an idle computer: the next deadline finds the event loop free. */
const nearMs = 100
/** Where deadlines never pause, writing does not wait any longer. */
const longestWaitMs = 2000
const restPauseMs = 10

interface Closed extends Ending {
  atMs: number
  traffic: GateTraffic | undefined
  gate: 'asked' | 'closed' | 'failed'
  failures: number
  isAlarmTold: boolean
  isWritten: boolean
}

/**
 * `now` is the wall clock in milliseconds. `freeRoom` gives the disk some room when it is full, and answers false when it has none left to give.
 * `nextInMs` is the time to the next deadline: while one is near, its gate has the event loop, and the store waits.
 */
export function createEndings(
  store: Store,
  gate: Gate,
  now: () => number,
  log: Log,
  onEnded: () => void,
  freeRoom: () => boolean = () => false,
  nextInMs: () => number = () => Infinity,
): Endings {
  const waiting = new Map<string, Closed>()
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  let work = Promise.resolve()
  let writing: Promise<void> | undefined
  let closingGates = 0
  let isStopped = false

  /** Asks all gates, and answers what settles when each has closed, or failed to. */
  async function closeGates(ids: readonly string[], ending: Ending): Promise<{ settled: Promise<unknown> }> {
    const settled: Promise<void>[] = []
    const timeout = createTimeout()
    const isLive = new Set(ids.filter((id) => (gate.traffic(id)?.connections ?? 0) > 0))
    const ordered = [...isLive, ...ids.filter((id) => !isLive.has(id))]
    for (let start = 0; start < ordered.length; start += gatesAtOnce) {
      if (start > 0) await setImmediate()
      for (const id of ordered.slice(start, start + gatesAtOnce)) {
        const traffic = gate.traffic(id)
        const first = waiting.get(id)
        const closing = gate.close(id)
        const before = { failures: 0, isAlarmTold: false, ...ending, ...first }
        const closed = { ...before, atMs: now(), traffic: traffic ?? first?.traffic, gate: 'asked' as const, isWritten: false }
        waiting.set(id, closed)
        settled.push(noteClosed(id, closed, Promise.race([closing, timeout.passed])))
      }
    }
    return { settled: Promise.all(settled).finally(timeout.stop) }
  }

  async function noteClosed(id: string, closed: Closed, closing: Promise<void>): Promise<void> {
    try {
      await closing
      waiting.set(id, { ...closed, gate: 'closed' })
    } catch (error) {
      waiting.set(id, { ...closed, gate: 'failed', failures: closed.failures + 1 })
      log.error('a gate did not close', { grantId: id, error: String(error) })
    }
  }

  /** One writer for all: transactions that follow each other without a pause would keep the deadlines from their turn (F-65). */
  function write(): Promise<void> {
    writing ??= writeWaiting().finally(() => (writing = undefined))
    return writing
  }

  async function writeAll(ids: readonly string[]): Promise<void> {
    // A writer that was just ending may not have seen these.
    while (ids.some((id) => needsWriting(waiting.get(id)))) await write()
    if (waiting.size > 0) await write()
  }

  async function writeWaiting(): Promise<void> {
    for (;;) {
      const ids = [...waiting].filter(([, closed]) => needsWriting(closed)).map(([id]) => id)
      if (ids.length === 0) return
      const sinceMs = performance.now()
      for (let start = 0; start < ids.length; start += rowsAtOnce) {
        await untilGatesRest(sinceMs)
        await writeOrFreeRoom(ids.slice(start, start + rowsAtOnce))
        await setImmediate()
      }
    }
  }

  function isClosing(): boolean {
    return closingGates > 0
  }

  /** Gates come first: while some are still to be closed, or will be at once, nothing is written. */
  async function untilGatesRest(sinceMs: number): Promise<void> {
    const isNear = (): boolean => nextInMs() < nearMs && performance.now() - sinceMs < longestWaitMs && !isStopped
    while (isClosing() || isNear()) await (isClosing() ? setImmediate() : sleep(restPauseMs))
  }

  async function writeOrFreeRoom(ids: readonly string[]): Promise<void> {
    const seen = ids.map((id) => waiting.get(id))
    await writeChunk(ids).catch(async (error: unknown) => {
      if (!isDiskFull(error) || !freeRoom()) throw error
      await writeChunk(ids)
    })
    for (const [index, id] of ids.entries()) {
      const closed = waiting.get(id)
      if (closed?.gate === 'closed') waiting.delete(id)
      // Written as closing; it is written again when its gate has closed.
      else if (closed !== undefined && closed === seen[index]) Object.assign(closed, { isWritten: true, isAlarmTold: isAlarming(closed) })
    }
  }

  async function writeChunk(ids: readonly string[]): Promise<void> {
    await store.transaction().execute(async (tx) => {
      const rows = await tx
        .selectFrom('grants')
        .leftJoin('machines', 'machines.id', 'grants.machineId')
        .selectAll('grants')
        .select(['machines.name as machineName', 'machines.site as site'])
        .where('grants.id', 'in', ids)
        .execute()
      const events: NewEvent[] = []
      const same = new Map<string, { ids: string[]; set: Partial<GrantRow> }>()
      for (const row of rows) {
        const closed = waiting.get(row.id)
        if (closed === undefined) continue
        if (isAlarming(closed) && !closed.isAlarmTold) events.push(alarmOf(row, closed.failures))
        const life = lifeOf(row)
        const ended = transition(life, { type: 'end', reason: closed.reason })
        const closing = ended.ok ? ended.life : life
        const next = closed.gate === 'closed' ? transition(closing, { type: 'gateClosed', atMs: closed.atMs }) : ended
        if (!next.ok) continue
        const { state, closedAt, closeReason } = columnsOf(next.life)
        const key = `${state} ${closedAt} ${closeReason}`
        const group = same.get(key) ?? { ids: [], set: { state, closedAt, closeReason } }
        group.ids.push(row.id)
        same.set(key, group)
        events.push(...eventsOf(row, closed, ended.ok))
      }
      for (const group of same.values()) {
        await tx.updateTable('grants').set(group.set).where('id', 'in', group.ids).execute()
      }
      await writeEvents(tx, now(), events)
    })
  }

  async function attempt(ids: readonly string[], ending: Ending): Promise<void> {
    try {
      closingGates += 1
      const { settled } = await closeGates(ids, ending).finally(() => (closingGates -= 1))
      // One gate that does not answer must not keep the others' endings from being written.
      await orPause(settled)
      await writeAll(ids)
      await settled
      await writeAll(ids)
      pauseMs = firstPauseMs
    } catch (error) {
      log.error('ended grants could not be written', { count: waiting.size, error: String(error) })
    }
    onEnded()
    if (waiting.size > 0 && !isStopped) retryLater()
  }

  function retryLater(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const failed = [...waiting].filter(([, closed]) => closed.gate === 'failed').map(([id]) => id)
      work = work.then(() => attempt(failed, { reason: 'gateFailed', actor: gatewayActor }))
    }, pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }

  return {
    end(ids, ending) {
      // Not queued behind what is being written: the gates close now.
      const ended = attempt(ids, ending)
      work = afterBoth(work, ended)
      return ended
    },
    isEnding: (id) => waiting.has(id),
    reasonOf: (id) => waiting.get(id)?.reason,
    keepOnly(ids) {
      for (const id of waiting.keys()) if (!ids.has(id)) waiting.delete(id)
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await work
    },
  }
}

/** F-60: told once; until the gate has closed the machine takes no new grants (opening.ts). */
function isAlarming(closed: Closed): boolean {
  return closed.gate === 'failed' && closed.failures >= failuresToAlarm
}

function alarmOf(row: GrantRow & { machineName: string | null; site: string | null }, failures: number): NewEvent {
  return { ...aboutOf(row), actor: gatewayActor, action: 'gate.alarm', outcome: 'failed', detail: { failures } }
}

/** One for all gates that are closed at once: a timer for each cost more than closing it. `passed` rejects. */
function createTimeout(): { passed: Promise<never>; stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer')), closeTimeoutMs)
  // When all gates have answered nobody waits for it.
  promise.catch(() => {})
  return { passed: promise, stop: () => clearTimeout(timer) }
}

/** Waits, but not for long. */
async function orPause(settled: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const pause = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, writePauseMs)
  })
  await Promise.race([settled, pause]).finally(() => clearTimeout(timer))
}

function needsWriting(closed: Closed | undefined): boolean {
  return closed !== undefined && closed.gate !== 'asked' && !closed.isWritten
}

async function afterBoth(one: Promise<void>, other: Promise<void>): Promise<void> {
  await one
  await other
}

function aboutOf(row: GrantRow & { machineName: string | null; site: string | null }): Pick<NewEvent, 'machineId' | 'machine' | 'grantId'> {
  return {
    machineId: row.machineId,
    ...(row.machineName === null ? {} : { machine: { id: row.machineId, name: row.machineName, site: row.site ?? '' } }),
    grantId: row.id,
  }
}

/** One event for why it ended, and one for the gate, with what went through it. */
function eventsOf(row: GrantRow & { machineName: string | null; site: string | null }, closed: Closed, isFirst: boolean): NewEvent[] {
  const about = aboutOf(row)
  const events: NewEvent[] = []
  if (isFirst)
    events.push({ ...about, actor: closed.actor, action: actionOf(closed.reason), outcome: 'ok', detail: { reason: closed.reason } })
  if (closed.gate !== 'closed')
    return [...events, { ...about, actor: gatewayActor, action: 'gate.failed', outcome: 'failed', detail: { while: 'closing' } }]
  const detail = closed.traffic === undefined ? {} : { bytesUp: closed.traffic.bytes.up, bytesDown: closed.traffic.bytes.down }
  return [...events, { ...about, actor: gatewayActor, action: 'gate.closed', outcome: 'ok', detail }]
}

function actionOf(reason: CloseReason): GatewayAction {
  if (reason === 'expired') return 'grant.expired'
  return reason === 'released' || reason === 'lastSessionEnded' ? 'grant.released' : 'grant.closed'
}
