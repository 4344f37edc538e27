/**
 * Grants in action: what the state machine (grant.ts) and policy decide is done here, gate by gate. Every change and its audit events are one
 * transaction, written before the gate opens and after it closed, so that a crash at any point leaves nothing open that the store denies.
 */
import { createHash } from 'node:crypto'
import type { Caller, CloseReason, Grant, GrantRequest, ReleaseGrant } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import { canonicalJson } from './canonicalJson.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import { parseDuration, toDuration } from './durations.ts'
import type { Endings } from './endings.ts'
import type { Gate } from './gates/gate.ts'
import { isOver, transition } from './grant.ts'
import { columnsOf, lifeOf, portsIn, toGrant } from './grantRow.ts'
import { judge, longestFor } from './judge.ts'
import type { Log } from './log.ts'
import { rulesOf } from './machineRow.ts'
import { askGate, writeBegun, writeOpened } from './opening.ts'
import { GatewayProblem } from './problems.ts'
import type { Store } from './store/database.ts'
import type { GrantRow, MachineRow } from './store/tables.ts'

export interface Grants {
  /**
   * `isNew` is false when this key was answered before: then it is that grant, as it is now. A request that was refused left no grant, so its
   * key can be used again, after JIT was turned on for instance.
   */
  request(caller: Caller, key: string, input: GrantRequest): Promise<{ grant: Grant; isNew: boolean }>
  get(id: string): Promise<Grant>
  /** Those that are not over, and those that ended in the last ten minutes; newest first. */
  list(): Promise<Grant[]>
  /** A grant that is over already is answered as it is. */
  release(actor: string, id: string, why: ReleaseGrant['why']): Promise<Grant>
  extend(actor: string, id: string, by: string): Promise<Grant>
  /** Ends the open grants on these machines that may not be (any more) (F-56). `isMoved`: the machines have another address. */
  review(machineIds: readonly string[], isMoved?: boolean): Promise<void>
}

export interface GrantParts {
  store: Store
  gate: Gate
  clock: Clock
  deadlines: Deadlines
  endings: Endings
  log: Log
  onChange: () => void
}

const shownAfterEndMs = 10 * 60 * 1000

export function createGrants({ store, gate, clock, deadlines, endings, log, onChange }: GrantParts): Grants {
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
      return { grant: await get(known.id), isNew: false }
    } finally {
      inFlight.delete(flight)
    }
  }

  async function requestNew(caller: Caller, key: string, hash: string, input: GrantRequest): Promise<Grant> {
    const asked = await store.transaction().execute((tx) => writeBegun(clock, tx, caller, key, hash, input))
    onChange()
    if (!asked.ok) throw asked.problem
    const { row, machine } = asked
    const endsAt = row.endsAt ?? 0
    // Set before the gate is asked: however long that takes, it cannot be open for longer than the window.
    deadlines.set(row.id, endsAt - clock.now())
    const endsInMs = deadlines.remaining(row.id) ?? 0
    const order = { grantId: row.id, address: machine.address, ports: portsIn(row), source: row.source, endsInMs }
    const outcome = await askGate(gate, order)
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
    return await get(row.id)
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

  function see(row: GrantRow & { rules: string | null }): Grant {
    const rules = row.rules === null ? [] : rulesOf({ rules: row.rules })
    return toGrant(row, {
      remainingMs: deadlines.remaining(row.id),
      isEnding: endings.isEnding(row.id),
      rules,
      traffic: gate.traffic(row.id),
    })
  }

  const rows = () =>
    store.selectFrom('grants').leftJoin('machines', 'machines.id', 'grants.machineId').selectAll('grants').select('machines.rules')

  async function get(id: string): Promise<Grant> {
    const row = await rows().where('grants.id', '=', id).executeTakeFirst()
    if (row === undefined) throw new GatewayProblem('notFound', { field: 'grantId' })
    return see(row)
  }

  async function list(): Promise<Grant[]> {
    const notOver = await rows().where('closedAt', 'is', null).execute()
    const lately = await rows()
      .where('closedAt', '>', clock.now() - shownAfterEndMs)
      .orderBy('closedAt', 'desc')
      .limit(1000)
      .execute()
    return [...notOver, ...lately].sort((one, other) => other.requestedAt - one.requestedAt).map(see)
  }

  async function release(actor: string, id: string, why: ReleaseGrant['why']): Promise<Grant> {
    const grant = await get(id)
    if (!isOver(grant.state)) await finish(id, why === 'cancelled' ? 'released' : why, actor)
    return await get(id)
  }

  async function extend(actor: string, id: string, by: string): Promise<Grant> {
    const byMs = parseDuration(by)
    if (byMs === undefined) throw new GatewayProblem('invalidInput', { field: 'by', reason: 'badDuration' })
    const problem = await store.transaction().execute(async (tx) => {
      const row = await tx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst()
      const machine = row && (await tx.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
      if (row === undefined || machine === undefined) return new GatewayProblem('notFound', { field: 'grantId' })
      // The deadline knows better than the wall clock whether it is over (F-105).
      if (deadlines.remaining(id) === undefined) return new GatewayProblem('grantEnded', { reason: row.closeReason ?? 'expired' })
      const longestMs = longestFor(machine, portsIn(row))
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
    // No timer can run between the transaction's end and here, so the old deadline cannot strike in between.
    deadlines.set(id, (deadlines.remaining(id) ?? 0) + byMs)
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

  async function review(machineIds: readonly string[], isMoved = false): Promise<void> {
    const open = await store.selectFrom('grants').selectAll().where('closedAt', 'is', null).where('machineId', 'in', machineIds).execute()
    const machines = await store.selectFrom('machines').selectAll().where('id', 'in', machineIds).execute()
    const byId = new Map(machines.map((machine) => [machine.id, machine]))
    for (const row of open) {
      const reason = reasonToEnd(row, byId.get(row.machineId), isMoved)
      if (reason !== undefined) await finish(row.id, reason, gatewayActor)
    }
  }

  return { request, get, list, release, extend, review }
}

/** Why a grant may not stay open, if so. */
export function reasonToEnd(row: GrantRow, machine: MachineRow | undefined, isMoved = false): CloseReason | undefined {
  if (machine === undefined) return 'machineRemoved'
  if (isMoved) return 'revoked'
  const windowMs = row.openedAt === null || row.endsAt === null ? row.durationMs : Math.max(row.durationMs, row.endsAt - row.openedAt)
  return judge(machine, { ports: portsIn(row), durationMs: windowMs, source: row.source }) === undefined ? undefined : 'policyChanged'
}
