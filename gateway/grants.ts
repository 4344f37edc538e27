/**
 * Grants in action: what the state machine (grant.ts) and policy decide is done here, gate by gate. Every change and its audit events are one
 * transaction, written before the gate opens and after it closed, so that a crash at any point leaves nothing open that the store denies.
 */
import type { Caller, CloseReason, Grant, ReleaseGrant } from './api.ts'
import { writeCancelled, writeDecision, writeLapse } from './approvals.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { Decision } from './contract/policies.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import { parseDuration, toDuration } from './durations.ts'
import type { Endings } from './endings.ts'
import type { Gate } from './gates/gate.ts'
import { isOver, transition } from './grant.ts'
import { columnsOf, lifeOf, portsIn } from './grantRow.ts'
import { createGrantViews } from './grantViews.ts'
import type { GrantViews } from './grantViews.ts'
import { longestFor } from './judge.ts'
import type { Log } from './log.ts'
import { createOpenings } from './openings.ts'
import { policyFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import { reasonsToEnd } from './reasonsToEnd.ts'
import { createRequests } from './requests.ts'
import type { RequestGrant } from './requests.ts'
import type { Store } from './store/database.ts'
import type { GrantRow } from './store/tables.ts'

export interface Grants extends Pick<GrantViews, 'get' | 'list'> {
  request: RequestGrant
  /** POL-6: approves or denies a request of somebody else. Resolves when the gate is open, where this was the last approval. */
  decide(caller: Caller, id: string, decision: Decision): Promise<Grant>
  /** A grant that is over already is answered as it is. */
  release(actor: string, id: string, why: ReleaseGrant['why']): Promise<Grant>
  extend(actor: string, id: string, by: string): Promise<Grant>
  /** Ends the grants and requests on these machines that may not be (any more) (F-56). `isMoved`: the machines have another address. */
  review(machineIds: Iterable<string>, isMoved?: boolean): Promise<void>
  /** Nobody decided on these in time. */
  lapse(ids: readonly string[]): Promise<void>
}

export interface GrantParts {
  store: Store
  gate: Gate
  clock: Clock
  deadlines: Deadlines
  /** When requests lapse. */
  lapses: Deadlines
  endings: Endings
  log: Log
  onChange: () => void
  /** What a grant has left that another gateway keeps, in milliseconds; undefined for those that are kept here. */
  leftElsewhere?: (row: GrantRow) => number | undefined
}

/** How soon to try again to write that requests have lapsed, where the disk was full. */
const lapseAgainMs = 30_000

export function createGrants(parts: GrantParts): Grants {
  const { store, gate, clock, deadlines, lapses, endings, log, onChange } = parts
  const views = createGrantViews(parts)
  const get: Grants['get'] = (id, caller) => views.get(id, caller)
  const openings = createOpenings(parts)
  const request = createRequests(parts, views, openings)
  async function decide(caller: Caller, id: string, decision: Decision): Promise<Grant> {
    const decided = await store.transaction().execute((tx) => writeDecision(clock, tx, caller, id, decision))
    onChange()
    if (!decided.ok) throw decided.problem
    if (decided.row.state !== 'requested') lapses.clear(id)
    if (decided.opens) await openings.open(decided.row, decided.machine)
    return await get(id, caller)
  }

  async function lapse(ids: readonly string[], reason?: CloseReason): Promise<void> {
    try {
      await store.transaction().execute(async (tx) => {
        for (const id of ids) {
          const row = await tx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst()
          const machine = row && (await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
          if (row?.state === 'requested') await writeLapse(clock, tx, row, machine, reason)
        }
      })
      for (const id of ids) lapses.clear(id)
    } catch (error) {
      log.error('lapsed requests could not be written', { count: ids.length, error: String(error) })
      for (const id of ids) lapses.set(id, lapseAgainMs)
    }
    onChange()
  }

  async function release(actor: string, id: string, why: ReleaseGrant['why']): Promise<Grant> {
    const grant = await get(id)
    if (grant.state === 'requested') {
      await store.transaction().execute((tx) => writeCancelled(clock, tx, actor, id))
      lapses.clear(id)
      onChange()
    } else if (!isOver(grant.state)) await openings.finish(id, why === 'cancelled' ? 'released' : why, actor)
    return await get(id)
  }

  async function extend(actor: string, id: string, by: string): Promise<Grant> {
    const byMs = parseDuration(by)
    if (byMs === undefined) throw new GatewayProblem('invalidInput', { field: 'by', reason: 'badDuration' })
    const problem = await store.transaction().execute(async (tx) => {
      const row = await tx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst()
      const machine = row && (await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
      if (row === undefined) return new GatewayProblem('notFound', { field: 'grantId' })
      if (machine === undefined) return new GatewayProblem('grantEnded', { reason: row.closeReason ?? 'machineRemoved' })
      // The deadline knows better than the wall clock whether it is over (F-105).
      if (deadlines.remaining(id) === undefined) return new GatewayProblem('grantEnded', { reason: row.closeReason ?? 'expired' })
      const longestMs = longestFor(await policyFor(tx, machine), portsIn(row))
      const endsAtMs = (row.endsAt ?? 0) + byMs
      const latestMs = (row.openedAt ?? 0) + longestMs
      const next = transition(lifeOf(row), { type: 'extend', atMs: clock.now(), endsAtMs, latestMs })
      const about = { actor, action: 'grant.extended', machine, grantId: id }
      if (!next.ok) {
        await writeEvents(tx, clock.now(), [{ ...about, outcome: 'refused', detail: { by, why: next.refusal } }])
        return next.refusal === 'tooLong'
          ? new GatewayProblem('durationNotAllowed', { allowed: toDuration(longestMs) })
          : new GatewayProblem('grantEnded', { reason: row.closeReason ?? (next.refusal === 'tooLate' ? 'expired' : row.state) })
      }
      await tx.updateTable('grants').set(columnsOf(next.life)).where('id', '=', id).execute()
      await writeEvents(tx, clock.now(), [{ ...about, outcome: 'ok', detail: { by, endsAt: new Date(endsAtMs).toISOString() } }])
      return undefined
    })
    if (problem !== undefined) throw problem
    // The old deadline may have struck while this was written: then it counts (F-53).
    const leftMs = deadlines.remaining(id)
    if (leftMs === undefined) throw new GatewayProblem('grantEnded', { reason: 'expired' })
    deadlines.set(id, leftMs + byMs)
    await extendGate(id)
    onChange()
    return await get(id)
  }

  /** A gate that does not hear of it closes when it was to close before: too early, never too late. */
  async function extendGate(id: string): Promise<void> {
    try {
      await gate.extend?.(id, deadlines.remaining(id) ?? 0)
    } catch (error) {
      log.error('a gate was not told of a longer window', { grantId: id, error: String(error) })
    }
  }

  async function review(machineIds: Iterable<string>, isMoved = false): Promise<void> {
    const wanted = new Set(machineIds)
    const notOver = await store.selectFrom('grants').selectAll().where('closedAt', 'is', null).execute()
    const rows = notOver.filter((row) => wanted.has(row.machineId))
    if (rows.length === 0) return
    const reasons = await reasonsToEnd(store, rows, isMoved)
    const waiting = rows.filter(({ state }) => state === 'requested').map(({ id }) => id)
    for (const [reason, ids] of reasons) {
      const lapsed = ids.filter((id) => waiting.includes(id))
      if (lapsed.length > 0) await lapse(lapsed, reason)
      const ended = ids.filter((id) => !waiting.includes(id))
      for (const id of ended) deadlines.clear(id)
      if (ended.length > 0) await endings.end(ended, { reason, actor: gatewayActor })
    }
  }

  const list: Grants['list'] = (caller, state) => views.list(caller, state)

  return { get, list, request, decide, release, extend, review, lapse }
}
