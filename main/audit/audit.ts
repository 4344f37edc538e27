/** The audit calls: pages of the provider's log, what the console adds to it, and the export. */
import type { AuditFilter, AuditPage } from '../../preload/contract.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { Clock, Desktop } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { ConsoleEvent, Provider } from '../providers/provider.ts'
import { exportCsv } from './csv.ts'

export interface Audit {
  /** What the console did itself (AUD-4); machine and grant by their console ids. Throws CallError when the log cannot be reached. */
  record(event: ConsoleEvent): Promise<void>
  readonly handlers: Pick<HandlersOf<'audit'>, 'audit.list' | 'audit.exportCsv'>
}

const exportPageSize = 200

export function createAudit(deps: { providers: Providers; desktop: Pick<Desktop, 'chooseSavePath'>; clock: Clock }): Audit {
  const { providers, desktop, clock } = deps

  /**
   * Whose log: that of the machine or grant, else the first provider's. A page's place is a number of one log, so the logs of several
   * providers cannot be paged through as one.
   */
  function logOf(about: { machineId?: string | undefined; grantId?: string | undefined }): {
    provider: Provider
    machineId?: string
    grantId?: string
  } {
    const machine = about.machineId === undefined ? undefined : providers.of(about.machineId, 'machine')
    const grant = about.grantId === undefined ? undefined : providers.of(about.grantId, 'grant')
    const provider = machine?.provider ?? grant?.provider ?? providers.all[0]
    if (!provider) throw new Error('the console has no provider')
    return { provider, ...(machine && { machineId: machine.id }), ...(grant && { grantId: grant.id }) }
  }

  async function page(filter: AuditFilter, before: number | undefined, limit: number): Promise<AuditPage> {
    const { machineId: _machine, grantId: _grant, ...rest } = filter
    const { provider, ...ids } = logOf(filter)
    return provider.audit({ ...rest, ...ids }, before, limit)
  }

  async function record(event: ConsoleEvent): Promise<void> {
    const { machineId: _machine, grantId: _grant, ...rest } = event
    const { provider, ...ids } = logOf(event)
    await provider.record?.({ ...rest, ...ids })
  }

  /** Newest first, each page when the one before is written: a log of millions is never in memory. */
  async function* rows(filter: AuditFilter): AsyncGenerator<AuditPage['rows'][number]> {
    let before: number | undefined
    do {
      const found = await page(filter, before, exportPageSize)
      yield* found.rows
      before = found.next
    } while (before !== undefined)
  }

  return {
    record,
    handlers: {
      'audit.list': ({ filter, before, limit }) => page(filter, before, limit),
      async 'audit.exportCsv'({ filter }) {
        const day = new Date(clock.now()).toISOString().slice(0, 10)
        const path = await desktop.chooseSavePath(`gatehouse-audit-${day}.csv`)
        if (path === undefined) return { rows: 0 }
        try {
          const written = await exportCsv(path, rows(filter))
          await record({ action: 'audit.exported', outcome: 'ok', detail: { rows: written } })
          return { path, rows: written }
        } catch (error) {
          await record({ action: 'audit.exported', outcome: 'failed', detail: {} }).catch(() => undefined)
          throw error
        }
      },
    },
  }
}
