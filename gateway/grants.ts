/**
 * Grants in action: what the state machine (grant.ts) and policy decide is done here, gate by gate. Every change and its audit events are one
 * transaction, written before the gate opens and after it closed, so that a crash at any point leaves nothing open that the store denies.
 */
import { createHash } from 'node:crypto'
import type { Caller, CloseReason, Grant, GrantRequest, ReleaseGrant } from './api.ts'
import { writeCancelled, writeDecision, writeLapse } from './approvals.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import { canonicalJson } from './canonicalJson.ts'
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
import { askGate, writeBegun, writeOpened } from './opening.ts'
import { policyFor } from './policies/stored.ts'
import { GatewayProblem } from './problems.ts'
import { reasonsToEnd } from './reasonsToEnd.ts'
import type { Store } from './store/database.ts'
import type { GrantRow, MachineRow } from './store/tables.ts'

export interface Grants extends GrantViews {
  /**
   * `isNew` is false when this key was answered before: then it is that grant, as it is now. A request that was refused left no grant, so its
   * key can be used again, after JIT was turned on for instance.
   */
  request(caller: Caller, key: string, input: GrantRequest): Promise<{ grant: Grant; isNew: boolean }>
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
}

/** How soon to try again to write that requests have lapsed, where the disk was full. */
const lapseAgainMs = 30_000

export function createGrants(parts: GrantParts): Grants {
  const { store, gate, clock, deadlines, lapses, endings, log, onChange } = parts
  const views = createGrantViews(parts)
  const get: Grants['get'] = (id, caller) => views.get(id, caller)
  /** Requests being worked on: key to hash. */
  const inFlight = new Map<string, string>()

  async function request(caller: Caller, key: string, input: GrantRequest): Promise<{ grant: Grant; isNew: boolean }> {
    const hash = createHash('sha256').update(canonicalJson(input)).digest('hex')
    const flight = `${key} ${caller.technician}`
    const working = inFlight.get(flight)
    if (working !== undefined) throw new GatewayProblem(working === hash ? 'inProgress' : 'keyReused')
    inFlight.set(flight, hash)
    try {
      const known = await store
        .selectFrom('grants')
        .selectAll()
        .where('requestedBy', '=', caller.technician)
        .where('requestKey', '=', key)
        .executeTakeFirst()
      if (known === undefined) return { grant: await requestNew(caller, key, hash, input), isNew: true }
      if (known.requestHash !== hash) throw new GatewayProblem('keyReused')
      if (endings.isEnding(known.id) || known.closeReason === 'gateFailed') throw new GatewayProblem('gateFailed')
      return { grant: await get(known.id, caller), isNew: false }
    } finally {
      inFlight.delete(flight)
    }
  }

  async function requestNew(caller: Caller, key: string, hash: string, input: GrantRequest): Promise<Grant> {
    const asked = await store.transaction().execute((tx) => writeBegun(clock, tx, caller, key, hash, input))
    onChange()
    if (!asked.ok) throw asked.problem
    const { row, machine } = asked
    if (row.lapsesAt === null) await open(row, machine)
    else lapses.set(row.id, row.lapsesAt - clock.now())
    return await get(row.id, caller)
  }

  /** Opens the gate of a grant whose window has begun. Throws GatewayProblem when it is not open then. */
  async function open(row: GrantRow, machine: MachineRow): Promise<void> {
    const endsAt = row.endsAt ?? 0
    // Set before the gate is asked: however long that takes, it cannot be open for longer than the window.
    deadlines.set(row.id, endsAt - clock.now())
    const endsInMs = deadlines.remaining(row.id) ?? 0
    const order = { grantId: row.id, address: machine.address, ports: portsIn(row), source: row.source, endsInMs }
    const outcome = await askGate(gate, order, () => void finish(row.id, 'gateFailed', gatewayActor))
    if (outcome.gate === 'noAnswer') await writeUnknown(row, machine)
    if (outcome.gate !== 'open') {
      log.error('a gate did not open', { grantId: row.id, error: outcome.error })
      await finish(row.id, 'gateFailed', gatewayActor)
      throw new GatewayProblem('gateFailed', { reason: outcome.error })
    }
    try {
      const refused = await store.transaction().execute((tx) => writeOpened(clock, deadlines, tx, order, outcome.endpoints))
      if (refused !== undefined) {
        await finish(row.id, refused, gatewayActor)
        throw new GatewayProblem('grantEnded', { reason: refused })
      }
    } catch (error) {
      if (error instanceof GatewayProblem) throw error
      // What cannot be written must not stay open (F-63).
      await finish(row.id, 'gateFailed', gatewayActor)
      throw error
    }
    onChange()
  }

  async function writeUnknown(row: GrantRow, machine: MachineRow): Promise<void> {
    await store.transaction().execute(async (tx) => {
      const next = transition(lifeOf(row), { type: 'noAnswer' })
      if (next.ok)
        await tx.updateTable('grants').set(columnsOf(next.life)).where('id', '=', row.id).where('state', '=', row.state).execute()
      await writeEvents(tx, clock.now(), [{ actor: gatewayActor, action: 'grant.unknown', outcome: 'failed', machine, grantId: row.id }])
    })
  }

  async function finish(id: string, reason: CloseReason, actor: string): Promise<void> {
    deadlines.clear(id)
    await endings.end([id], { reason, actor })
  }

  async function decide(caller: Caller, id: string, decision: Decision): Promise<Grant> {
    const decided = await store.transaction().execute((tx) => writeDecision(clock, tx, caller, id, decision))
    onChange()
    if (!decided.ok) throw decided.problem
    if (decided.row.state !== 'requested') lapses.clear(id)
    if (decided.opens) await open(decided.row, decided.machine)
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
    } else if (!isOver(grant.state)) await finish(id, why === 'cancelled' ? 'released' : why, actor)
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

  return { ...views, request, decide, release, extend, review, lapse }
}
