/** The console's log: a file in the data folder, for the person who asks "what is incident 3FA2?". No secret and no input is ever written. */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'

type Write = (facts: object, text: string) => void
export interface Log {
  info: Write
  warn: Write
  error: Write
}

const maxBytes = 5_000_000

/** Secrets have no business in a log line at all; should a bug bring one, these names never reach the disk. */
const secretNames = ['password', 'passphrase', 'secret', 'token', 'privateKey', 'stdin', 'text', 'texts', 'answer']
const redact = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** Writes to `folder`/gatehouse.log; the one before is kept. A folder that cannot be written gives a log that says nothing (F-109). */
export function createLog(folder: string): { log: Log; close: () => void } {
  const file = join(folder, 'gatehouse.log')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(file, `${file}.1`)
    const destination = pino.destination({ dest: file, sync: true, mode: 0o600 })
    const log = pino({ redact, serializers: { err: pino.stdSerializers.err, cause: causeOf } }, destination)
    return {
      log,
      close() {
        // Whatever still ends after the app has nobody to tell.
        log.level = 'silent'
        destination.end()
      },
    }
  } catch {
    return { log: pino({ level: 'silent' }), close: () => undefined }
  }
}

/** The cause's name and message, without the properties that libraries hang on their errors (some of them are requests). */
function causeOf(cause: unknown): unknown {
  if (cause === undefined) return undefined
  return cause instanceof Error ? { type: cause.name, message: cause.message } : typeof cause
}
