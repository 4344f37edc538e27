/** `gatehouse connect MACHINE`: the port is opened, and the person is inside, or told where to go. What was opened here is given back at the end. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Option, type Command } from 'commander'
import type { MachineRow, Session, Way } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import { requestAccess, untilOpen, untilOver, withRequestOptions, type Wanted } from './access.ts'
import { command, type Context } from './context.ts'
import { until, type Door } from './door.ts'
import { findMachine } from './find.ts'
import { printFacts } from './output.ts'
import { answerPrompt } from './prompts.ts'
import type { Terminal } from './terminal.ts'

interface Options extends Wanted {
  way?: Way
  print?: true
  keep?: true
  json?: true
}

export function addConnectCommand(program: Command, context: Context): void {
  const { terminal } = context
  program.addCommand(
    withRequestOptions(command('connect <machine> [command...]', 'Open the port and go inside; with a command, run it there (SSH)'))
      .addOption(new Option('--way <way>', 'how').choices(['ssh', 'rdp', 'forward']))
      .option('--print', 'only print where to connect to, and stay until Ctrl-C or the end of the time')
      .option('--keep', 'do not give the access back at the end')
      .action(async (name: string, remote: string[], options: Options) => {
        const door = await context.door()
        const machine = await findMachine(door, terminal, name)
        const way: Way = options.print ? 'forward' : (options.way ?? machine.ways[0] ?? 'ssh')
        const [port] = options.port ?? (way === 'forward' ? machine.ports : [])
        const before = await openHere(door, machine)
        try {
          if (asksForMore(options)) {
            const { grants } = await requestAccess(door, terminal, [machine.id], {
              ...options,
              ...(port !== undefined && { port: [port] }),
            })
            for (const grant of grants) await untilOpen(door, terminal, grant)
          }
          const session = await goInside(door, terminal, { machineId: machine.id, way, port, keep: options.keep === true })
          try {
            context.endWith(await stay(door, terminal, session, remote, options))
          } finally {
            await door.ask('sessions.close', { sessionId: session.sessionId }).catch(() => undefined)
          }
        } finally {
          if (!options.keep) await giveBack(door, machine, before)
        }
      }),
  )
}

/** This person's own open access to the machine. */
async function openHere(door: Door, { id, provider }: Pick<MachineRow, 'id' | 'provider'>): Promise<string[]> {
  const [{ grants }, { gateways }] = await Promise.all([door.ask('grants.list', {}), door.ask('account.gateways', {})])
  const me = gateways.find((gateway) => gateway.id === provider.id)?.technician
  return grants
    .filter((grant) => grant.machineId === id && grant.state === 'open' && grant.requestedBy === me)
    .map(({ grantId }) => grantId)
}

/** What was open before this command stays as it was. A release that fails is no harm: the grant ends at its own time. */
async function giveBack(door: Door, machine: Pick<MachineRow, 'id' | 'provider'>, before: readonly string[]): Promise<void> {
  const open = await openHere(door, machine).catch(() => [])
  const opened = open.filter((grantId) => !before.includes(grantId))
  await Promise.allSettled(opened.map((grantId) => door.ask('grants.release', { grantId })))
}

const asksForMore = (wanted: Wanted): boolean => wanted.for !== undefined || wanted.reason !== undefined || wanted.source !== undefined

/** Until the person has left. Answers the exit code. */
async function stay(door: Door, terminal: Terminal, session: Session, remote: readonly string[], options: Options): Promise<number> {
  if (session.command) return await runHere(door, terminal, session.command, session, remote)
  const { grants } = await door.ask('grants.list', {})
  const grant = grants.find(({ grantId }) => grantId === session.grantId)
  if (session.way === 'forward') {
    printFacts(terminal, options.json === true, session, [
      ['endpoint', session.localEndpoint],
      ['ends', grant?.endsAt],
    ])
    if (grant && !(options.keep && door.isElsewhere)) await untilOver(door, terminal, grant)
    return 0
  }
  terminal.say(`${session.client ?? 'The program'} is open. This ends with it; Ctrl-C ends it.`)
  const ended = await until(door, 'sessions', terminal.stopped, async () => {
    const { sessions } = await door.ask('sessions.list', {})
    const now = sessions.find(({ sessionId }) => sessionId === session.sessionId)
    return now?.end === undefined && now !== undefined ? undefined : { code: now?.exitCode ?? 0 }
  })
  return ended.code
}

/** `ssh` in this terminal. It ends with its own code; when the time is over the gate cuts it, and here that is said. */
async function runHere(
  door: Door,
  terminal: Terminal,
  { file, args }: NonNullable<Session['command']>,
  { grantId }: Session,
  remote: readonly string[],
): Promise<number> {
  // The address stands behind "--", so nothing after it is taken for an option of ssh.
  const code = await terminal.run(file, [...args, ...remote]).ended
  if (code !== 255) return code
  // The gate cuts a moment before it says so.
  for (let look = 0; look < 5; look++) {
    const { grants } = await door.ask('grants.list', {})
    const grant = grants.find((one) => one.grantId === grantId)
    if (grant && grant.state !== 'open') {
      terminal.say(`The access is over (${grant.closeReason ?? grant.state}).`)
      break
    }
    await delay(100)
  }
  return code
}

/** The click, as the window makes it: its steps are told, its questions asked here. Throws CallError with what it failed with. */
async function goInside(
  door: Door,
  terminal: Terminal,
  { machineId, way, port, keep }: { machineId: string; way: Way; port: number | undefined; keep: boolean },
): Promise<Session> {
  const attemptId = randomUUID()
  await door.ask('sessions.connect', {
    attemptId,
    machineId,
    way,
    where: 'caller',
    ...(port !== undefined && { port }),
    ...(keep && { keep }),
  })
  const asked = new Set<string>()
  try {
    const sessionId = await until(door, 'sessions', terminal.stopped, async () => {
      const { outcome, prompt } = await door.ask('sessions.attempt', { attemptId })
      switch (outcome?.kind) {
        case 'inside':
          return outcome.sessionId
        case 'failed':
          throw new CallError(outcome.failure)
        case 'cancelled':
          throw new CallError({ tag: 'cancelled' })
        case undefined:
          break
      }
      if (prompt && !asked.has(prompt.promptId)) {
        asked.add(prompt.promptId)
        const answer = await answerPrompt(terminal, prompt)
        await door.ask('sessions.answer', { attemptId, promptId: prompt.promptId, answer })
      }
      return undefined
    })
    const { sessions } = await door.ask('sessions.list', {})
    const session = sessions.find((one) => one.sessionId === sessionId)
    if (!session) throw new CallError({ tag: 'notFound', what: 'session' })
    return session
  } catch (error) {
    await door.ask('sessions.cancel', { attemptId }).catch(() => undefined)
    throw error
  }
}
