/** `npm run gateway -- --config gatehouse.yaml`: a gateway for a team. The exit code is 2 when the configuration is wrong, 1 when it cannot start. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { ConfigError, parseConfig } from './daemon/config.ts'
import { startDaemon } from './daemon/daemon.ts'

process.exitCode = await serve(process.argv.slice(2))

async function serve(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { config: { type: 'string', default: 'gatehouse.yaml' } }, strict: true })
  const file = values.config
  try {
    const config = parseConfig(await readFile(file, 'utf8'), file)
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
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', () => resolve())
      process.once('SIGINT', () => resolve())
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
