/** What the command line understands and what it prints. The same calls as the window's, so it can do nothing that the door does not check. */
import { parseArgs } from 'node:util'
import type { AuditRow, Failure, MachineRow, MachineState } from '../preload/contract.ts'
import { calls } from '../preload/contract.ts'
import type { App } from './app.ts'

export const usage = `usage: gatehouse machines list [--tab configured|notConfigured|unsupported] [--search WORDS] [--json]
       gatehouse audit list [--limit COUNT] [--json]`

export type Order =
  | { name: 'machines'; tab: MachineState; search: string; json: boolean }
  | { name: 'audit'; limit: number; json: boolean }
  | { name: 'wrong'; problem: string }

const tabs = ['configured', 'notConfigured', 'unsupported'] as const
const pageSize = 200

/** Reads the arguments after the program's name. */
export function toOrder(args: readonly string[]): Order {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { tab: { type: 'string' }, search: { type: 'string' }, limit: { type: 'string' }, json: { type: 'boolean' } },
    })
    const { json = false, search = '' } = values
    switch (positionals.join(' ')) {
      case 'machines list': {
        const tab = tabs.find((each) => each === (values.tab ?? 'configured'))
        return tab ? { name: 'machines', tab, search, json } : { name: 'wrong', problem: `no such tab: ${values.tab ?? ''}` }
      }
      case 'audit list': {
        const limit = Number(values.limit ?? 50)
        return Number.isSafeInteger(limit) && limit > 0
          ? { name: 'audit', limit, json }
          : { name: 'wrong', problem: '--limit takes a number' }
      }
      default:
        return { name: 'wrong', problem: positionals.length === 0 ? 'what to do is missing' : `no such command: ${positionals.join(' ')}` }
    }
  } catch (error) {
    return { name: 'wrong', problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Does it, line by line into `print`. The failure is that of the call which was refused. */
export async function run(
  app: Pick<App, 'call' | 'onChange'>,
  order: Exclude<Order, { name: 'wrong' }>,
  print: (line: string) => void,
): Promise<Failure | undefined> {
  return order.name === 'machines' ? listMachines(app, order, print) : listAudit(app, order, print)
}

async function listMachines(
  app: Pick<App, 'call' | 'onChange'>,
  { tab, search, json }: Extract<Order, { name: 'machines' }>,
  print: (line: string) => void,
): Promise<Failure | undefined> {
  await untilRead(app)
  for (let offset = 0, total = 1; offset < total; offset += pageSize) {
    const reply = await app.call('machines.list', { tab, search, sort: 'name', descending: false, offset, limit: pageSize })
    if (!reply.ok) return reply.failure
    const slice = calls['machines.list'].output.parse(reply.value)
    ;({ total } = slice)
    for (const row of slice.rows) print(json ? JSON.stringify(row) : machineLine(row))
  }
  return undefined
}

async function listAudit(
  app: Pick<App, 'call' | 'onChange'>,
  { limit, json }: Extract<Order, { name: 'audit' }>,
  print: (line: string) => void,
): Promise<Failure | undefined> {
  let left = limit
  for (let before: number | undefined; left > 0;) {
    const reply = await app.call('audit.list', { filter: {}, limit: Math.min(left, pageSize), ...(before !== undefined && { before }) })
    if (!reply.ok) return reply.failure
    const page = calls['audit.list'].output.parse(reply.value)
    for (const row of page.rows) print(json ? JSON.stringify(row) : auditLine(row))
    left -= page.rows.length
    before = page.next
    if (before === undefined) break
  }
  return undefined
}

/** The app has just been made, and its list is still being read. Half a minute is more than any list needs. */
async function untilRead(app: Pick<App, 'call' | 'onChange'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, 30_000)
  const look = async () => {
    const reply = await app.call('machines.list', { tab: 'configured', search: '', sort: 'name', descending: false, offset: 0, limit: 1 })
    if (!reply.ok || calls['machines.list'].output.parse(reply.value).asOf !== undefined) resolve()
  }
  const stop = app.onChange((topic) => {
    if (topic === 'machines') void look()
  })
  await look()
  await promise
  stop()
  clearTimeout(timer)
}

function machineLine(row: MachineRow): string {
  return columns([row.name, row.address, row.os, row.site, row.ports.join(','), row.ownGrant ? `open until ${row.ownGrant.endsAt}` : ''])
}

function auditLine(row: AuditRow): string {
  return columns([row.at, row.actor, row.action, row.outcome, row.machineName ?? '', row.port === undefined ? '' : String(row.port)])
}

/** Separated by tabs. Names come from elsewhere: what would move a terminal's cursor or its text is shown as a replacement character. */
function columns(cells: readonly string[]): string {
  return cells.map((cell) => cell.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')).join('\t')
}
