/**
 * What a gateway does before it serves anything (REQ-7, F-61, F-62): gates that bear our mark and belong to no open grant are closed, grants that
 * ran out while it was down are closed as expired, and those whose window goes on get their gate again. A relay dies with its process, so such a
 * grant comes back at the same endpoints only where they are free; the same id, window and audit trail. Where that fails it is closed as `gatewayRestarted`, and so is what
 * was half open: nobody was ever told that it is open.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Endpoint } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { NewEvent } from './auditLog.ts'
import type { Clock, Deadlines } from './deadlines.ts'
import type { Ending, Endings } from './endings.ts'
import type { Gate } from './gates/gate.ts'
import { endpointsIn, portsIn } from './grantRow.ts'
import type { Log } from './log.ts'
import { askGate } from './opening.ts'
import { reasonsToEnd } from './reasonsToEnd.ts'
import type { Store } from './store/database.ts'
import type { GrantRow, MachineRow } from './store/tables.ts'

export interface RecoveryParts {
  store: Store
  gate: Gate
  clock: Clock
  deadlines: Deadlines
  /** When requests lapse, and what is done then. */
  lapses: Deadlines
  lapse: (ids: readonly string[]) => Promise<void>
  endings: Endings
  log: Log
  /** What was recovered for is over: nothing more is opened, ended or written. */
  isGivenUp?: () => boolean
}

const rowsAtOnce = 200

/** For the one gateway of a store: every grant that is not over is its own. */
export async function recover(parts: RecoveryParts): Promise<void> {
  const { store } = parts
  await writeStarted(parts)
  await closeOrphans(parts)
  await recoverGrants(parts, await store.selectFrom('grants').selectAll().where('closedAt', 'is', null).orderBy('id').execute())
}

/** `clean`: whoever ran before stopped in order. */
export async function writeStarted({ store, clock }: Pick<RecoveryParts, 'store' | 'clock'>): Promise<void> {
  await store.transaction().execute(async (tx) => {
    const last = await tx.selectFrom('audit').select('action').orderBy('seq', 'desc').limit(1).executeTakeFirst()
    const clean = last === undefined || last.action === 'gateway.stopped'
    await writeEvents(tx, clock.now(), [{ actor: gatewayActor, action: 'gateway.started', outcome: 'ok', detail: { clean } }])
  })
}

/** Gates of ours that no grant in the store accounts for: opened, but never written (F-61). */
async function closeOrphans({ store, gate, endings, log }: RecoveryParts): Promise<void> {
  for (const id of await gate.list()) {
    const known = await store.selectFrom('grants').select('id').where('id', '=', id).where('state', '=', 'open').executeTakeFirst()
    if (known !== undefined) continue
    // Through the endings: one that does not close must not keep the others waiting, and is asked again until it does.
    await endings.end([id], { reason: 'gatewayRestarted', actor: gatewayActor })
    log.error('a gate without a grant was closed', { grantId: id })
  }
}

/** Sees to grants that are now this gateway's and have no gate. `asked`: how some were to end while nobody could do it. */
export async function recoverGrants(parts: RecoveryParts, rows: readonly GrantRow[], asked?: ReadonlyMap<string, Ending>): Promise<void> {
  const { store, gate, clock, deadlines, lapses, lapse, endings, log } = parts
  // A wall clock that went back while we were down must not give back time that is over: the log's last instant is the least that it is now.
  const last = await store.selectFrom('audit').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  const aheadMs = Math.max(clock.now(), last?.at ?? 0) - clock.monotonicMs()
  // Read anew for each: arming many takes seconds, and none of them may be given to a grant.
  const timeMs = (): number => Math.max(clock.now(), clock.monotonicMs() + aheadMs)

  let reopened = 0
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    if (start > 0) await setImmediate()
    reopened += await recoverChunk(rows.slice(start, start + rowsAtOnce))
  }
  if (rows.length > 0) log.info('grants recovered', { found: rows.length, reopened })

  async function recoverChunk(chunk: readonly GrantRow[]): Promise<number> {
    const ids = [...new Set(chunk.map((row) => row.machineId))]
    const machines = await store.selectFrom('machines').selectAll().where('id', 'in', ids).execute()
    const byId = new Map(machines.map((machine) => [machine.id, machine]))
    const ended = new Map<string, { ending: Ending; ids: string[] }>()
    const end = (row: GrantRow, reason: Ending['reason']): void => {
      const ending = asked?.get(row.id) ?? { reason, actor: gatewayActor }
      const key = `${ending.reason} ${ending.actor}`
      ended.set(key, { ending, ids: [...(ended.get(key)?.ids ?? []), row.id] })
    }
    const open = async (row: GrantRow, machine: MachineRow): Promise<void> => {
      const endsInMs = deadlines.remaining(row.id) ?? 0
      const about = { grantId: row.id, address: machine.address, ports: portsIn(row), source: row.source }
      const order = { ...about, endsInMs, wanted: endpointsIn(row).map(({ connectPort }) => connectPort) }
      const ending = { reason: 'gatewayRestarted', actor: gatewayActor } as const
      const outcome = await askGate(gate, order, () => void endings.end([row.id], ending))
      if (outcome.gate === 'open') {
        openAgain.push({ row, machine, endpoints: outcome.endpoints })
        return
      }
      log.error('a gate did not open again', { grantId: row.id, error: outcome.error })
      deadlines.clear(row.id)
      end(row, ending.reason)
    }
    const late: string[] = []
    const reasons = await reasonsToEnd(
      store,
      chunk.filter((row) => row.state === 'open'),
    )
    const reasonOf = new Map([...reasons].flatMap(([reason, grantIds]) => grantIds.map((id) => [id, reason])))
    const openAgain: { row: GrantRow; machine: MachineRow; endpoints: Endpoint[] }[] = []
    const opening: Promise<void>[] = []
    for (const row of chunk) {
      const nowMs = timeMs()
      const machine = byId.get(row.machineId)
      if (row.state === 'requested') {
        // A request goes on waiting; whether policy still allows it is looked at when it is decided.
        const leftMs = Math.min((row.lapsesAt ?? 0) - nowMs, (row.lapsesAt ?? 0) - row.requestedAt)
        if (leftMs > 0) lapses.set(row.id, leftMs)
        else late.push(row.id)
        continue
      }
      const reason = reasonNotToReopen(row, nowMs) ?? asked?.get(row.id)?.reason ?? endings.reasonOf(row.id) ?? reasonOf.get(row.id)
      if (reason !== undefined || machine === undefined || row.endsAt === null) {
        end(row, reason ?? 'machineRemoved')
        continue
      }
      // Never longer than the window was, whatever the clocks say.
      deadlines.set(row.id, Math.min(row.endsAt - nowMs, row.endsAt - (row.openedAt ?? row.requestedAt)))
      opening.push(open(row, machine))
    }
    await Promise.all(opening)
    if (parts.isGivenUp?.() === true) throw new Error('the recovery was given up')
    await writeReopened(openAgain)
    if (late.length > 0) await lapse(late)
    for (const { ending, ids: grantIds } of ended.values()) await endings.end(grantIds, ending)
    return openAgain.length
  }

  async function writeReopened(openAgain: readonly { row: GrantRow; machine: MachineRow; endpoints: Endpoint[] }[]): Promise<void> {
    if (openAgain.length === 0) return
    await store.transaction().execute(async (tx) => {
      const cases = openAgain.map(({ row, endpoints }) => sql`when ${row.id} then ${JSON.stringify(endpoints)}`)
      const ids = openAgain.map(({ row }) => row.id)
      await tx
        .updateTable('grants')
        .set({ endpoints: sql<string>`case id ${sql.join(cases, sql` `)} end` })
        .where('id', 'in', ids)
        .execute()
      const events = openAgain.flatMap(({ row, machine, endpoints }) =>
        endpoints.map(({ port, address, connectPort }): NewEvent => ({
          actor: gatewayActor,
          action: 'gate.opened',
          outcome: 'ok',
          machine,
          grantId: row.id,
          port,
          detail: { address, connectPort, after: 'gatewayRestarted' },
        })),
      )
      await writeEvents(tx, clock.now(), events)
    })
  }
}

function reasonNotToReopen(row: GrantRow, nowMs: number): Ending['reason'] | undefined {
  if (row.endsAt === null || row.endsAt <= nowMs) return 'expired'
  return row.state === 'open' ? undefined : (row.closeReason ?? 'gatewayRestarted')
}
