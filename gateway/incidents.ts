/** What befell the gateway, its gates and its clock, as the operator is told of it: in the log, and as events that stand alone. */
import { gatewayActor, writeEvents } from './auditLog.ts'
import type { NewEvent } from './auditLog.ts'
import type { Drift } from './gates/drift.ts'
import type { DialFailure } from './gates/relay.ts'
import type { Log } from './log.ts'
import type { Store } from './store/database.ts'

export interface Incidents {
  /** F-105, F-106: grants end by the earlier clock; the operator learns that one of them moved. */
  clockStep: (byMs: number) => void
  /** A machine behind an open gate could not be reached. */
  unreachable: (failure: DialFailure) => void
  /** F-59: somebody changed what the gate wrote. */
  drift: (drift: Drift) => void
  /** Events that stand alone: nothing else depends on them, so a full disk costs the event and no more. */
  record: (events: readonly NewEvent[]) => Promise<void>
}

interface Parts {
  store: Store
  /** Wall clock, milliseconds. */
  now: () => number
  log: Log
  ring: (topic: 'audit' | 'grants') => void
}

export function createIncidents({ store, now, log, ring }: Parts): Incidents {
  async function record(events: readonly NewEvent[]): Promise<void> {
    try {
      await store.transaction().execute((tx) => writeEvents(tx, now(), events))
      ring('audit')
    } catch (error) {
      log.error('an event could not be written', { error: String(error) })
    }
  }

  async function aboutGrant(grantId: string): Promise<Pick<NewEvent, 'grantId' | 'machine'>> {
    const row = await store.selectFrom('grants').select('machineId').where('id', '=', grantId).executeTakeFirst()
    const machine = row && (await store.selectFrom('machines').selectAll().where('id', '=', row.machineId).executeTakeFirst())
    return { grantId, ...(machine === undefined ? {} : { machine }) }
  }

  async function recordAbout(grantId: string | undefined, event: Pick<NewEvent, 'action' | 'port' | 'detail'>): Promise<void> {
    try {
      const about = grantId === undefined ? {} : await aboutGrant(grantId)
      await record([{ actor: gatewayActor, outcome: 'failed', ...about, ...event }])
    } catch (error) {
      log.error('an event could not be written', { error: String(error) })
    }
  }

  return {
    clockStep(byMs) {
      log.error('the wall clock was moved', { byMs })
      void recordAbout(undefined, { action: 'gateway.clockChanged', detail: { byMs: Math.round(byMs) } })
    },
    unreachable({ grantId, port, cause }) {
      void recordAbout(grantId, { action: 'gate.failed', port, detail: { cause } }).then(() => ring('grants'))
    },
    drift({ what, element, grantId }) {
      const detail = { what, ...(element === undefined ? {} : { element }) }
      log.error("the gate's rules were changed by somebody else", detail)
      void recordAbout(grantId, { action: 'gate.drift', detail })
    },
    record,
  }
}
