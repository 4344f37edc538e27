/** How grants open: the gate is asked after the grant was written, and closed again where that, time, policy or a release says so. */
import type { CloseReason } from './api.ts'
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { ReadyWay } from './gates/gate.ts'
import { transition } from './grant.ts'
import { columnsOf, lifeOf, portsIn } from './grantRow.ts'
import type { GrantParts } from './grants.ts'
import { askGate, writeOpened } from './opening.ts'
import type { Placed } from './opening.ts'
import { GatewayProblem } from './problems.ts'
import type { GrantRow, MachineRow } from './store/tables.ts'

export interface Openings {
  /** Opens the gate of a grant whose window has begun, and writes that it is open. Throws GatewayProblem when it is not open then. */
  open(row: GrantRow, machine: MachineRow): Promise<Placed>
  /** Opens the gate of a grant that is written as open. Throws GatewayProblem when something else has ended it. */
  openReady(row: GrantRow, way: ReadyWay): Promise<void>
  /** Ends a grant, whose gate closes first. */
  finish(id: string, reason: CloseReason, actor: string): Promise<void>
}

export function createOpenings({ store, gate, clock, deadlines, endings, log, onChange }: GrantParts): Openings {
  async function open(row: GrantRow, machine: MachineRow): Promise<Placed> {
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
      const opened = await store.transaction().execute((tx) => writeOpened(clock, deadlines, tx, order, outcome.endpoints))
      if (typeof opened === 'string') {
        await finish(row.id, opened, gatewayActor)
        throw new GatewayProblem('grantEnded', { reason: opened })
      }
      onChange()
      return opened
    } catch (error) {
      if (error instanceof GatewayProblem) throw error
      // What cannot be written must not stay open (F-63).
      await finish(row.id, 'gateFailed', gatewayActor)
      throw error
    }
  }

  async function writeUnknown(row: GrantRow, machine: MachineRow): Promise<void> {
    await store.transaction().execute(async (tx) => {
      const next = transition(lifeOf(row), { type: 'noAnswer' })
      if (next.ok)
        await tx.updateTable('grants').set(columnsOf(next.life)).where('id', '=', row.id).where('state', '=', row.state).execute()
      await writeEvents(tx, clock.now(), [{ actor: gatewayActor, action: 'grant.unknown', outcome: 'failed', machine, grantId: row.id }])
    })
  }

  async function openReady({ id }: GrantRow, way: ReadyWay): Promise<void> {
    // The deadline knows better than the wall clock whether it is over (F-105).
    const isInTime = (deadlines.remaining(id) ?? 0) > 0
    try {
      if (isInTime) {
        way.open()
        return
      }
    } catch (error) {
      // Whoever closed it in the meantime, such as a tightened policy, also writes why.
      log.info('a gate was closed before it opened', { grantId: id, error: String(error) })
    }
    await finish(id, isInTime ? 'gateFailed' : 'expired', gatewayActor)
    const row = await store.selectFrom('grants').select('closeReason').where('id', '=', id).executeTakeFirst()
    throw new GatewayProblem('grantEnded', { reason: row?.closeReason ?? 'gateFailed' })
  }

  async function finish(id: string, reason: CloseReason, actor: string): Promise<void> {
    deadlines.clear(id)
    await endings.end([id], { reason, actor })
  }

  return { open, openReady, finish }
}
