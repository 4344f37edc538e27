/**
 * The one door: checks the name, the input and also the answer against the contract, and turns whatever is thrown into a failure.
 * Nothing behind it needs to check again, and nothing but contract data gets out.
 */
import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { calls, type CallName, type Output, type Reply } from '../preload/contract.ts'
import { CallError } from './callError.ts'
import type { Log } from './log.ts'
import type { Clock } from './ports.ts'

type Parsed<Name extends CallName> = z.output<(typeof calls)[Name]['input']>

/** What answers each call. Input is parsed already. Expected failures are thrown as CallError. */
export type Handlers = { [Name in CallName]: (input: Parsed<Name>) => Output<Name> | Promise<Output<Name>> }

/** The calls of one topic: what a feature has to offer. */
export type HandlersOf<Topic extends string> = Pick<Handlers, Extract<CallName, `${Topic}.${string}`>>

const slowMs = 250

/** Answers the function that a host calls with whatever came over the wire. It never rejects. */
export function createDispatch(handlers: Handlers, log: Log, clock: Clock): (name: unknown, input: unknown) => Promise<Reply> {
  async function run(name: CallName, input: unknown): Promise<unknown> {
    const parsed = calls[name].input.safeParse(input)
    if (!parsed.success) throw invalidInput(parsed.error)
    // The type of a handler's input follows from its name, which TypeScript cannot see for a name that is known only at run time.
    const handler = handlers[name] as (input: never) => unknown
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above: it was parsed by the schema of the same name
    const value = await handler(parsed.data as never)
    // A bug of ours ends here instead of in a screen; what the contract does not name is left behind.
    return calls[name].output.parse(value)
  }

  return async function call(name, input) {
    if (!isCallName(name)) return { ok: false, failure: { tag: 'notFound', what: 'call' } }
    const started = clock.monotonicMs()
    try {
      const value = await run(name, input)
      const elapsedMs = Math.round(clock.monotonicMs() - started)
      if (elapsedMs >= slowMs) log.info({ call: name, elapsedMs }, 'slow call')
      return { ok: true, value }
    } catch (error) {
      const elapsedMs = Math.round(clock.monotonicMs() - started)
      if (error instanceof CallError) {
        log.info({ call: name, elapsedMs, failure: error.failure.tag, cause: error.cause }, 'call refused')
        return { ok: false, failure: error.failure }
      }
      const incident = newIncident()
      log.error({ call: name, elapsedMs, incident, err: error }, 'call failed')
      return { ok: false, failure: { tag: 'internal', incident } }
    }
  }
}

/** Only own names: "constructor" and "__proto__" are not calls (F-33). */
function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name)
}

const problems: Readonly<Record<string, string>> = {
  too_big: 'tooLarge',
  too_small: 'tooSmall',
  invalid_format: 'format',
  invalid_value: 'choice',
  unrecognized_keys: 'unknown',
}

function invalidInput(error: z.ZodError): CallError {
  const issue = error.issues[0]
  const problem = issue ? (problems[issue.code] ?? 'invalid') : 'invalid'
  return new CallError({ tag: 'invalidInput', field: issue?.path.join('.') ?? '', problem }, { cause: error })
}

/** Short enough to be read out on the telephone. */
export function newIncident(): string {
  return randomBytes(4).toString('hex').toUpperCase()
}
