/** `gatehouse audit`: what happened, newest first, out of the copy on this computer; or from now on, as it happens. */
import { Option, type Command } from 'commander'
import type { AuditCache, AuditFilter, AuditRow, WatchedLog } from '../../preload/contract.ts'
import { csvOf } from '../audit/csv.ts'
import { command, listReader, reader, wholeNumber, type Context } from './context.ts'
import { until, type Door } from './door.ts'
import { exitCodes } from './exitCodes.ts'
import { findMachine } from './find.ts'
import { createRows, type Column } from './output.ts'

const columns: Column<AuditRow>[] = [
  { title: 'at', of: (row) => row.at },
  { title: 'who', of: (row) => row.actor },
  { title: 'what', of: (row) => row.action },
  { title: 'outcome', of: (row) => row.outcome },
  { title: 'machine', of: (row) => row.machineName },
  { title: 'port', of: (row) => row.port },
]

const logColumns: Column<WatchedLog>[] = [
  { title: 'gateway', of: (log) => log.gatewayName },
  {
    title: 'log',
    of: (log) => (log.state === 'unverified' ? `not verified: ${log.why}` : log.state === 'changed' ? `changed: ${log.how}` : 'verified'),
  },
  {
    title: 'events',
    of: (log) => ('size' in log ? String(log.size) : 'shown' in log ? `${log.kept?.size ?? 'none'}, now ${log.shown.size}` : undefined),
  },
  { title: 'at', of: (log) => ('at' in log ? log.at : undefined) },
  { title: 'root', of: (log) => ('root' in log ? log.root : 'shown' in log ? log.shown.root : undefined) },
]

interface Options {
  machine?: string
  topic?: string[]
  outcome?: ('ok' | 'refused' | 'failed')[]
  from?: string
  to?: string
  search?: string
  limit?: number
  follow?: true
  csv?: true
  json?: true
}

const pageSize = 200
/** The newest page of a log is here at once; who asks for more waits until all of it is. */
const enough = 1000
const patienceMs = 5000
const instant = reader('a time in ISO 8601, such as 2026-01-31T08:00:00Z', (text) =>
  Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString(),
)

export function addAuditCommand(program: Command, context: Context): void {
  const { terminal } = context
  program.addCommand(
    command('audit', 'What happened, newest first')
      .option('--machine <machine>', 'only of this machine')
      .option(
        '--topic <topic>',
        'such as grant or grant.opened; may be repeated',
        listReader('a topic', (text) => text || undefined),
      )
      .option(
        '--outcome <outcome>',
        'ok, refused or failed; may be repeated',
        listReader('ok, refused or failed', (text) => (['ok', 'refused', 'failed'] as const).find((one) => one === text)),
      )
      .option('--from <time>', 'not before this time', instant)
      .option('--to <time>', 'not after this time', instant)
      .option('--search <text>', 'only with this text')
      .option('--limit <count>', 'how many; all with --csv, else 50', reader('a number from 1', wholeNumber(1, 100_000_000)))
      .addOption(new Option('--follow', 'then go on with what happens, oldest first').conflicts('csv'))
      .addOption(new Option('--csv', 'as CSV that is safe in a spreadsheet').conflicts('json'))
      .action(async (options: Options) => {
        const door = await context.door()
        const filter = await toFilter(door, context, options)
        await upToDate(door, context, options.csv === true || (options.limit ?? 0) > enough)
        if (options.csv) {
          for await (const text of csvOf(pagesOf(door, filter, options.limit ?? Infinity))) await terminal.write(Buffer.from(text))
          return
        }
        const rows = createRows(terminal, options.json === true, columns)
        const seen = options.follow ? await newestOf(door, filter) : new Map<string, number>()
        const first: AuditRow[] = []
        for await (const row of eventsOf(door, filter, options.limit ?? 50)) {
          if (options.follow) first.unshift(row)
          else rows.add(row)
        }
        for (const row of first) rows.add(row)
        rows.flush()
        if (options.follow) await follow(door, context, filter, first.reduce(take, seen), rows)
      }),
  )
}

/** `gatehouse logs` (AUD-3): the same as the shield in the window. */
export function addLogsCommand(program: Command, context: Context): void {
  program.addCommand(
    command('logs', "Check that each gateway's log has only grown since this console first saw it").action(
      async ({ json }: { json?: true }) => {
        const { logs } = await (await context.door()).ask('audit.checkLogs', {})
        const rows = createRows(context.terminal, json === true, logColumns)
        for (const log of logs) rows.add(log)
        rows.flush()
        if (logs.some(({ state }) => state === 'changed')) context.endWith(exitCodes.failed)
      },
    ),
  )
}

async function toFilter(door: Door, { terminal }: Context, options: Options): Promise<AuditFilter> {
  const { machine, topic, outcome, from, to, search } = options
  return {
    ...(machine !== undefined && { machineId: (await findMachine(door, terminal, machine)).id }),
    ...(topic && { topics: topic }),
    ...(outcome && { outcomes: outcome }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(search !== undefined && { text: search }),
  }
}

async function* pagesOf(door: Door, filter: AuditFilter, most: number): AsyncGenerator<AuditRow[]> {
  let left = most
  let before: string | undefined
  do {
    const page = await door.ask('audit.list', { filter, limit: Math.min(left, pageSize), ...(before !== undefined && { before }) })
    yield page.rows
    left -= page.rows.length
    before = page.next
  } while (before !== undefined && left > 0)
}

async function* eventsOf(door: Door, filter: AuditFilter, most: number): AsyncGenerator<AuditRow> {
  for await (const rows of pagesOf(door, filter, most)) yield* rows
}

/** Waits until the copy has what happened until now, as far as its gateways can be reached, and says of the others how old it is. */
async function upToDate(door: Door, { terminal }: Context, isAll: boolean): Promise<void> {
  const startedAt = Date.now()
  const stopped = isAll ? terminal.stopped : AbortSignal.any([terminal.stopped, AbortSignal.timeout(patienceMs)])
  // A console that runs hears of everything; one that was just started has to ask.
  const isFresh = ({ asOf, isSyncing, isOffline }: AuditCache) =>
    isOffline || !isSyncing || (!isAll && asOf !== undefined && (door.isElsewhere || Date.parse(asOf) >= startedAt))
  let logs: AuditCache[] = []
  await until(door, 'logs', stopped, async () => {
    ;({ logs } = await door.ask('audit.cache', {}))
    return logs.every(isFresh) || undefined
  }).catch((error: unknown) => {
    if (!stopped.aborted) throw error
  })
  for (const log of logs.filter((one) => one.isOffline || !isFresh(one)))
    terminal.say(`${log.gatewayName}: ${log.asOf === undefined ? 'its log was not read yet' : `its log as of ${log.asOf}`}`)
}

/** Each log counts for itself, so each is followed for itself: the last event of each that fits. */
async function newestOf(door: Door, filter: AuditFilter): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  const { logs } = await door.ask('audit.cache', {})
  for (const { gatewayId } of logs) {
    if (filter.machineId !== undefined && !filter.machineId.startsWith(`${gatewayId}:`)) continue
    seen.set(gatewayId, 0)
    for await (const row of eventsOf(door, { ...filter, gatewayIds: [gatewayId] }, 1)) take(seen, row)
  }
  return seen
}

function take(seen: Map<string, number>, { gateway, seq }: AuditRow): Map<string, number> {
  return seen.set(gateway.id, Math.max(seq, seen.get(gateway.id) ?? 0))
}

/** Until Ctrl-C, which is how it is meant to end. */
async function follow(
  door: Door,
  { terminal }: Context,
  filter: AuditFilter,
  seen: Map<string, number>,
  rows: { add(row: AuditRow): void; flush(): void },
): Promise<void> {
  const look = async () => {
    for (const [gatewayId, last] of seen) {
      const news: AuditRow[] = []
      for await (const row of eventsOf(door, { ...filter, gatewayIds: [gatewayId] }, Infinity)) {
        if (row.seq <= last) break
        news.unshift(row)
      }
      for (const row of news) rows.add(row)
      news.reduce(take, seen)
    }
    rows.flush()
    return undefined
  }
  await until(door, 'audit', terminal.stopped, look).catch((error: unknown) => {
    if (!terminal.stopped.aborted) throw error
  })
}
