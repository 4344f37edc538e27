/** Asking for access, giving it back, having it longer, and deciding on what others ask for. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Grant } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { command, listReader, reader, wholeNumber, type Context } from './context.ts'
import { until, type Door } from './door.ts'
import { parseDuration, writeDuration } from './durations.ts'
import { exitCodeOf, exitCodes } from './exitCodes.ts'
import { findGrant, findMachine, untilRead } from './find.ts'
import { createRows, printFacts, type Column } from './output.ts'
import type { Terminal } from './terminal.ts'
import { wordsOf } from './words.ts'

export interface Wanted {
  port?: number[]
  for?: number
  reason?: string
  source?: string
}

const columns: Column<Grant>[] = [
  { title: 'grant', of: (grant) => grant.grantId },
  { title: 'machine', of: (grant) => grant.machineName },
  { title: 'who', of: (grant) => grant.requestedBy },
  { title: 'state', of: (grant) => grant.state },
  { title: 'ports', of: (grant) => grant.ports.join(',') },
  { title: 'left', of: (grant) => (grant.remainingMs === undefined ? '' : writeDuration(grant.remainingMs)) },
  { title: 'endpoint', of: endpointsOf },
]

const over: ReadonlySet<Grant['state']> = new Set(['denied', 'cancelled', 'lapsed', 'closing', 'closed'])

/** The options of a request, for the commands that make one. */
export function withRequestOptions(made: Command): Command {
  return made
    .option('--port <port>', 'the port; may be repeated', listReader('a port, 1 to 65535', wholeNumber(1, 65_535)))
    .option('--for <duration>', 'for how long: 90m, 2h30m, PT3H', reader('a duration, such as 90m or 2h30m', parseDuration))
    .option('--reason <text>', 'why, for approvers and the log')
    .option('--source <address>', 'for which address or range; this one if it is not named')
}

export function addAccessCommands(program: Command, context: Context): void {
  const { terminal } = context

  program.addCommand(
    withRequestOptions(command('request <machines...>', 'Ask for access to machines'))
      .option('--wait', 'wait for approvers, until it is open or denied')
      .option('--hold', 'stay until it is over; Ctrl-C gives it back')
      .action(async (names: string[], options: Wanted & { wait?: true; hold?: true; json?: true }) => {
        const door = await context.door()
        const { grants, failed } = await requestAccess(door, terminal, names, options)
        const rows = createRows(terminal, options.json === true, columns)
        for (const asked of grants) {
          const grant = options.wait || options.hold ? await untilOpen(door, terminal, asked) : asked
          rows.add(grant)
          rows.flush()
          if (options.hold) await untilOver(door, terminal, grant)
          else if (!door.isElsewhere && grant.state === 'open' && grant.grantId.startsWith('desk:')) {
            terminal.say('No console runs, so the port opens again when one does; or keep it open from here with --hold.')
          }
        }
        if (failed !== undefined) context.endWith(failed)
      }),
  )

  program.addCommand(
    command('grants', 'List what is open, waits, or ended in the last minutes').action(async ({ json }: { json?: true }) => {
      const door = await context.door()
      const { grants } = await door.ask('grants.list', {})
      const rows = createRows(terminal, json === true, columns)
      for (const grant of grants) rows.add(grant)
      rows.flush()
    }),
  )

  program.addCommand(
    command('extend <grant> <duration>', 'Have access longer, as far as policy allows').action(
      async (wanted: string, text: string, { json }: { json?: true }) => {
        const byMs = reader('a duration, such as 30m', parseDuration)(text)
        const door = await context.door()
        const { grantId } = await findGrant(door, wanted, ({ state }) => state === 'open')
        printGrant(terminal, json === true, await door.ask('grants.extend', { grantId, byMs }))
      },
    ),
  )

  program.addCommand(
    command('release <grants...>', 'Give access back; open connections are cut').action(
      async (names: string[], { json }: { json?: true }) => {
        const door = await context.door()
        const rows = createRows(terminal, json === true, columns)
        for (const wanted of names) {
          const { grantId } = await findGrant(door, wanted, ({ state }) => !over.has(state))
          const grant = await door.ask('grants.release', { grantId })
          rows.add(grant)
          if (grant.releaseWaits !== true) continue
          terminal.say(`${wanted}: its gateway does not answer. It is given back as soon as it does.`)
          context.endWith(exitCodes.offline)
        }
        rows.flush()
      },
    ),
  )

  for (const decision of ['approve', 'deny'] as const) {
    program.addCommand(
      command(`${decision} <grant>`, decision === 'approve' ? 'Approve what somebody asks for' : 'Deny what somebody asks for')
        .option('--reason <text>', 'why, for whoever asked and for the log')
        .action(async (wanted: string, { reason, json }: { reason?: string; json?: true }) => {
          const door = await context.door()
          const { grantId } = await findGrant(door, wanted, ({ state }) => state === 'requested')
          printGrant(
            terminal,
            json === true,
            await door.ask('grants.decide', { grantId, decision, ...(reason !== undefined && { reason }) }),
          )
        }),
    )
  }
}

function printGrant(terminal: Terminal, json: boolean, grant: Grant): void {
  printFacts(terminal, json, grant, [
    ['grant', grant.grantId],
    ['machine', grant.machineName],
    ['state', grant.state],
    ['approved by', grant.approvals?.given.map(({ by }) => by).join(', ')],
    ['ends', grant.endsAt],
    ['endpoint', endpointsOf(grant)],
  ])
}

function endpointsOf({ endpoints }: Grant): string {
  return endpoints.map(({ address, connectPort }) => `${address.includes(':') ? `[${address}]` : address}:${connectPort}`).join(' ')
}

/**
 * Asks for all of them with one key. What was refused is said, and `failed` is the exit code for it. Throws CallError when nothing was granted.
 */
export async function requestAccess(
  door: Door,
  terminal: Pick<Terminal, 'say' | 'stopped'>,
  names: readonly string[],
  wanted: Wanted,
): Promise<{ grants: Grant[]; failed?: number }> {
  await untilRead(door, terminal)
  const machines: { machineId: string; ports: number[] }[] = []
  for (const name of names) {
    const { id, ports } = await findMachine(door, terminal, name)
    machines.push({ machineId: id, ports: wanted.port ?? ports.slice(0, 1) })
  }
  const asked = machines.filter(({ ports }) => ports.length > 0)
  const off = machines.find(({ ports }) => ports.length === 0)
  if (off) throw new CallError({ tag: 'jitOff', machineId: off.machineId })
  const durationMs = wanted.for ?? (await longest(door, asked))
  const { results } = await door.ask('grants.request', {
    idempotencyKey: randomUUID(),
    machines: asked,
    durationMs,
    reason: wanted.reason ?? '',
    ...(wanted.source !== undefined && { source: wanted.source }),
  })
  const grants = results.flatMap(({ result }) => (result.ok ? [result.grant] : []))
  const failures = results.flatMap(({ result }) => (result.ok ? [] : [result.failure]))
  const [first] = failures
  if (first && grants.length === 0) throw new CallError(first)
  for (const failure of failures) terminal.say(wordsOf(failure))
  return { grants, ...(first && { failed: exitCodeOf(first) }) }
}

/** The most that policy allows for all of these ports together. */
async function longest(door: Door, asked: readonly { machineId: string; ports: readonly number[] }[]): Promise<number> {
  const options = await door.ask('grants.options', { machineIds: asked.map(({ machineId }) => machineId) })
  const limits = options.machines.flatMap((machine) =>
    machine.ports
      .filter(({ port }) => asked.some(({ machineId, ports }) => machineId === machine.machineId && ports.includes(port)))
      .map(({ maxDurationMs }) => maxDurationMs),
  )
  // Without a rule for the port there is no limit either: the gateway refuses it, with the ports that are allowed.
  return limits.length === 0 ? 3_600_000 : Math.min(...limits)
}

/** Waits for approvers and for the gate. Throws CallError `denied` or `grantEnded`; a Ctrl-C takes the request back. */
export async function untilOpen(door: Door, terminal: Pick<Terminal, 'say' | 'stopped'>, asked: Grant): Promise<Grant> {
  const { grantId } = asked
  if (asked.state === 'requested') terminal.say(`Waiting for approval (${grantId}). Ctrl-C takes the request back.`)
  try {
    return await until(door, 'grants', terminal.stopped, async () => {
      const grant = await current(door, grantId)
      if (grant.state === 'open') return grant
      if (!over.has(grant.state)) return undefined
      throw new CallError(
        grant.denied
          ? { tag: 'denied', why: 'denied', by: grant.denied.by, reason: grant.denied.reason }
          : grant.state === 'lapsed'
            ? { tag: 'denied', why: 'lapsed', reason: '' }
            : { tag: 'grantEnded', reason: grant.closeReason ?? grant.state },
      )
    })
  } catch (error) {
    if (terminal.stopped.aborted) await door.ask('grants.release', { grantId })
    throw error
  }
}

/** Until its time is over, or Ctrl-C gives it back. */
export async function untilOver(door: Door, terminal: Pick<Terminal, 'stopped'>, { grantId }: Grant): Promise<void> {
  try {
    await until(door, 'grants', terminal.stopped, async () => (over.has((await current(door, grantId)).state) ? true : undefined))
  } catch (error) {
    if (!terminal.stopped.aborted) throw error
    await door.ask('grants.release', { grantId })
  }
}

async function current(door: Door, grantId: string): Promise<Grant> {
  const { grants } = await door.ask('grants.list', {})
  const grant = grants.find((one) => one.grantId === grantId)
  if (!grant) throw new CallError({ tag: 'notFound', what: 'grant' })
  return grant
}
