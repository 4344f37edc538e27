/** `gatehouse-agent …`: the machine's part (GTW-3). The exit code is 2 for a wrong command line, 3 where the machine is not supported, 1 for a failure. */
import { parseArgs } from 'node:util'
import { enrol } from './enrol.ts'
import { agentVersion } from './facts.ts'
import { log } from './log.ts'
import { askForPam } from './pamClient.ts'
import { placesBelow } from './places.ts'
import { run } from './programs.ts'
import { remove } from './remove.ts'
import { serve } from './service.ts'
import { askAgent, type Question } from './socket.ts'

const usage = `Usage: gatehouse-agent COMMAND

  enrol CODE     enrols this machine at the gateway that made the code, and starts
                 the agent (--no-systemd: something else runs "gatehouse-agent run")
  run            the service, in the foreground
  status         how it is doing
  report         tells the gateway of this machine now
  reset          switches challenges on again after they switched themselves off
  uninstall      takes everything of it off this machine again
  --version, --help

docs/agent.md of Gatehouse says what it changes here and how to get in when it fails.
`

const places = placesBelow()

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  try {
    const options = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' }, 'no-systemd': { type: 'boolean' } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    const [command = '', ...rest] = positionals
    if (values.help === true) return print(usage.trimEnd())
    if (values.version === true) return print(agentVersion)
    const withSystemd = values['no-systemd'] !== true
    switch (command) {
      case 'enrol':
        return rest.length === 0 ? wrong('enrol needs the code') : await enrol(places, run, rest.join(' '), withSystemd, tell)
      case 'run':
        return await runService()
      case 'status':
      case 'report':
      case 'reset':
        return await ask({ do: command })
      case 'uninstall':
        return await remove(places, run, tell)
      case 'pam':
        return await askForPam(places, rest[0] ?? '', Number(rest[1]))
      default:
        return wrong(command === '' ? 'there is no command' : `there is no command "${command}"`)
    }
  } catch (error) {
    // parseArgs says what is wrong with the command line in words.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')) return wrong(error.message)
    tell(error instanceof Error ? error.message : String(error))
    return 1
  }
}

async function runService(): Promise<number> {
  const stopping = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort())
  await serve(places, run, log, stopping.signal)
  return 0
}

async function ask(question: Question): Promise<number> {
  const reply = await askAgent(places, question, 10_000)
  if (reply === undefined) {
    tell('The agent does not run here, or you are not root.')
    return 1
  }
  if (reply.lines.length > 0) print(reply.lines.join('\n'))
  return reply.ok ? 0 : 1
}

function wrong(what: string): number {
  tell(`${what}\n\n${usage.trimEnd()}`)
  return 2
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
