/** The audit log on this computer, put together: what is kept of each log, whether it is right, and what the console adds to it. */
import type { Topic } from '../../preload/contract.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { LocalStore } from '../localStore.ts'
import type { Log } from '../log.ts'
import type { Clock, Desktop, Secrets } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import { createAuditCalls } from './calls.ts'
import { openCheckpoints } from './checkpoints.ts'
import { createExports } from './exports.ts'
import { createRecorder } from './record.ts'
import { createRetention } from './retention.ts'
import { createAuditSync } from './sync.ts'
import { createLogWitness } from './witness.ts'

export interface Audit {
  /** What the console did itself (AUD-4); machine and grant by their console ids. Throws CallError, but not for want of a network. */
  record(event: ConsoleEvent): Promise<void>
  /** Less, or more, is to be kept than before. */
  limitsChanged(): void
  readonly handlers: HandlersOf<'audit'>
  /** Why files could not be read. */
  readonly limits: (string | undefined)[]
  /** Ends exports, and answers when all is written down. */
  close(): Promise<void>
}

export function createAudit(deps: {
  providers: Providers
  store: LocalStore
  secrets: Secrets
  folder: string
  desktop: Pick<Desktop, 'chooseSavePath'>
  clock: Clock
  log: Pick<Log, 'info' | 'warn' | 'error'>
  /** How long, and in how much room, events are kept. */
  limits: () => { keepDays: number; keepMegabytes: number }
  nameOf?: (machineId: string) => string | undefined
  ring: (topic: Extract<Topic, 'audit' | 'logs' | 'exports'>) => void
}): Audit {
  const { providers, store, secrets, folder, desktop, clock, log, limits, nameOf, ring } = deps
  const recorder = createRecorder({ providers, folder, clock, log, ...(nameOf && { nameOf }) })
  const checkpoints = openCheckpoints({ folder, secrets, clock, log })
  const witness = createLogWitness({ providers, checkpoints, clock, log, changed: () => ring('logs') })
  const retention = createRetention({ store, limits, clock, log, changed: () => ring('audit') })
  const sync = createAuditSync({
    providers,
    store,
    witness,
    clock,
    log,
    isKept: retention.isKept,
    changed: (what) => ring(what === 'rows' ? 'audit' : 'logs'),
  })
  const { events } = store
  const exports = createExports({ providers, events, witness, recorder, desktop, clock, log, changed: () => ring('exports') })

  return {
    record: (event) => recorder.record(event),
    limitsChanged: () => retention.limitsChanged(),
    handlers: { ...createAuditCalls({ providers, store, sync }), ...exports.handlers, ...witness.handlers },
    limits: [checkpoints.limit, recorder.limit],
    async close() {
      await exports.close()
      sync.close()
      retention.close()
      witness.close()
      recorder.close()
      await recorder.settled()
    },
  }
}
