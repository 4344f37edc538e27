/** Exports of the log (AUD-5), one file each: as CSV, as JSON Lines, or as a bundle that proves itself. Each is in the log itself (AUD-4). */
import { randomUUID } from 'node:crypto'
import type { AuditExport, AuditFilter, ExportFormat } from '../../preload/contract.ts'
import type { WriteChunk } from '../atomicFile.ts'
import { CallError } from '../callError.ts'
import { newIncident, type HandlersOf } from '../dispatch.ts'
import type { StoredEvents } from '../localStore.ts'
import type { Log } from '../log.ts'
import { leafOf } from '../logLeaf.ts'
import type { Clock, Desktop } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider } from '../providers/provider.ts'
import { writeBundle } from './bundle.ts'
import { csvOf } from './csv.ts'
import { writeExport } from './exportFile.ts'
import type { Recorder } from './record.ts'
import { pagesOf, type EventRow } from './rows.ts'
import type { LogWitness } from './witness.ts'

export interface Exports {
  readonly handlers: Pick<HandlersOf<'audit'>, 'audit.export' | 'audit.exports' | 'audit.cancelExport'>
  /** Cancels what is under way, and answers when nothing of it is left. */
  close(): Promise<void>
}

interface Running {
  told: AuditExport
  readonly abort: AbortController
  done: Promise<void>
}

const extensionOf: Record<ExportFormat, string> = { csv: 'csv', jsonl: 'jsonl', bundle: 'gatehouse-log' }
/** What is over stays in the list until so many newer ones are. */
const mostTold = 20
const tellEveryMs = 200

export function createExports(deps: {
  providers: Providers
  events: StoredEvents
  witness: Pick<LogWitness, 'look' | 'kept'>
  recorder: Pick<Recorder, 'recordAt'>
  desktop: Pick<Desktop, 'chooseSavePath'>
  clock: Clock
  log: Pick<Log, 'warn' | 'error'>
  changed: () => void
}): Exports {
  const { providers, events, witness, recorder, desktop, clock, log, changed } = deps
  const all: Running[] = []

  /** Whose events it has. A bundle is all of one log, whatever is filtered by. */
  function concerned(format: ExportFormat, filter: AuditFilter, gatewayId: string | undefined): Provider[] {
    if (format === 'bundle') return providers.all.filter(({ id }) => id === gatewayId)
    if (filter.machineId !== undefined) return [providers.of(filter.machineId, 'machine').provider]
    if (filter.grantId !== undefined) return [providers.of(filter.grantId, 'grant').provider]
    const ids = gatewayId === undefined ? filter.gatewayIds : [gatewayId]
    return providers.all.filter(({ id }) => ids?.includes(id) ?? true)
  }

  async function run(one: Running, filter: AuditFilter, of: Provider[]): Promise<void> {
    const { path, format } = one.told
    const { signal } = one.abort
    let toldAt = Number.NEGATIVE_INFINITY
    function tell(part: Partial<AuditExport>): void {
      one.told = { ...one.told, ...part }
      const now = clock.monotonicMs()
      if (part.state === undefined && now - toldAt < tellEveryMs) return
      toldAt = now
      changed()
    }
    try {
      let rows = 0
      await writeExport(path, async (write) => {
        if (format === 'bundle') rows = await bundle(of[0], write, signal, (done, most) => tell({ rows: done, ...(most && { of: most }) }))
        else rows = await table(format, filter, write, signal, (done) => tell({ rows: done }))
      })
      await record(of, 'ok', { format, rows })
      tell({ state: 'done', rows, of: rows })
    } catch (error) {
      await record(of, 'failed', { format, ...(signal.aborted && { cancelled: true }) })
      if (signal.aborted) tell({ state: 'cancelled' })
      else tell({ state: 'failed', failure: failureOf(error) })
    }
  }

  function bundle(provider: Provider | undefined, write: WriteChunk, signal: AbortSignal, onProgress: Parameters<typeof writeBundle>[3]) {
    if (!provider) throw new CallError({ tag: 'notFound', what: 'gateway' })
    return writeBundle({ provider, events, witness }, write, signal, onProgress)
  }

  /** Answers how many rows there were. */
  async function table(
    format: 'csv' | 'jsonl',
    filter: AuditFilter,
    write: WriteChunk,
    signal: AbortSignal,
    onProgress: (rows: number) => void,
  ): Promise<number> {
    let rows = 0
    async function* counted(): AsyncGenerator<EventRow[]> {
      for await (const page of pagesOf(providers, events, filter)) {
        signal.throwIfAborted()
        rows += page.length
        onProgress(rows)
        yield page
      }
    }
    for await (const text of format === 'csv' ? csvOf(rowsIn(counted())) : linesOf(counted())) await write(text)
    return rows
  }

  function failureOf(error: unknown): NonNullable<AuditExport['failure']> {
    if (error instanceof CallError) return error.failure
    const incident = newIncident()
    log.error({ incident, err: error }, 'an export failed')
    return { tag: 'internal', incident }
  }

  async function record(of: Provider[], outcome: 'ok' | 'failed', detail: Record<string, string | number | boolean>): Promise<void> {
    for (const provider of of)
      await recorder
        .recordAt(provider, { action: 'audit.exported', outcome, detail })
        .catch((error: unknown) => log.warn({ err: error }, 'an export was not recorded'))
  }

  return {
    handlers: {
      async 'audit.export'({ filter, format, gatewayId }) {
        const of = concerned(format, filter, gatewayId)
        if (of.length === 0) throw new CallError({ tag: 'notFound', what: 'gateway' })
        const day = new Date(clock.now()).toISOString().slice(0, 10)
        const path = await desktop.chooseSavePath(`gatehouse-audit-${day}.${extensionOf[format]}`)
        if (path === undefined) return {}
        const total = format === 'bundle' ? undefined : await events.overview(filter, 10)
        const told: AuditExport = { id: randomUUID(), format, state: 'running', path, rows: 0 }
        const one: Running = {
          told: total && !total.isAtLeast ? { ...told, of: total.total } : told,
          abort: new AbortController(),
          done: Promise.resolve(),
        }
        all.unshift(one)
        all.splice(mostTold)
        one.done = run(one, filter, of)
        changed()
        return { exportId: told.id }
      },
      'audit.exports': () => ({ exports: all.map(({ told }) => told) }),
      async 'audit.cancelExport'({ exportId }) {
        const one = all.find(({ told }) => told.id === exportId)
        if (!one) throw new CallError({ tag: 'notFound', what: 'export' })
        one.abort.abort()
        await one.done
        return {}
      },
    },
    async close() {
      for (const { abort } of all) abort.abort()
      await Promise.all(all.map(({ done }) => done))
    },
  }
}

async function* rowsIn(pages: AsyncIterable<EventRow[]>): AsyncGenerator<EventRow['row'][]> {
  for await (const page of pages) yield page.map(({ row }) => row)
}

/** `event` is in the log's own form and its own ids: its bytes are its leaf (docs/log-format.md). */
async function* linesOf(pages: AsyncIterable<EventRow[]>): AsyncGenerator<string> {
  for await (const page of pages)
    yield page
      .map(({ row, event }) => `{"event":${leafOf(event)},"gateway":${JSON.stringify(row.gateway)},"mark":"${row.mark}"}\n`)
      .join('')
}
