/**
 * `npm run gateway -- --config gatehouse.yaml`: a gateway for a team. The exit code is 2 when the command line or the configuration is wrong,
 * 1 when it cannot start.
 */
import { parseArgs } from 'node:util'
import pino from 'pino'
import { ConfigError, readConfig } from './daemon/config.ts'
import { startDaemon } from './daemon/daemon.ts'

const usage = `Usage: npm run -s gateway -- [options]

A gateway for a team: lets its people in, and opens ports for them. Runs until SIGTERM or Ctrl-C.

Options:
  --config FILE  its configuration (default: gatehouse.yaml); docs/gateway.md says what is in it
  -h, --help     this text
`

process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  const options = { config: { type: 'string', default: 'gatehouse.yaml' }, help: { type: 'boolean', short: 'h' } } as const
  try {
    const { values } = parseArgs({ args, options, strict: true })
    if (!values.help) return await serve(values.config)
    process.stdout.write(usage)
    return 0
  } catch (error) {
    // parseArgs says what is wrong with the command line in words.
    if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'))) throw error
    tell(`${error.message}\n\n${usage.trimEnd()}`)
    return 2
  }
}

async function serve(file: string): Promise<number> {
  try {
    const config = await readConfig(file)
    const logger = pino({ level: config.log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
    const log = {
      info: (message: string, facts = {}) => logger.info(facts, message),
      error: (message: string, facts = {}) => logger.error(facts, message),
    }
    const clock = { now: () => Date.now(), monotonicMs: () => performance.now() }
    const daemon = await startDaemon(config, clock, log)
    tell(`Gateway fingerprint (compare it before joining):\n\n  ${daemon.fingerprint}\n`)
    if (daemon.invitation !== undefined) {
      tell(`Nobody is in yet. This invitation lets in one administrator, within 24 hours:\n\n  ${daemon.invitation}\n`)
    }
    // On, not once: Ctrl-C comes from the terminal and again through npm, and the second one must not cut short what the first began.
    await new Promise<void>((resolve) => {
      process.on('SIGTERM', () => resolve())
      process.on('SIGINT', () => resolve())
    })
    await daemon.stop()
    return 0
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error))
    return error instanceof ConfigError ? 2 : 1
  }
}

/** To the person at the terminal, beside the log on standard output. The invitation must not be in a log. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
