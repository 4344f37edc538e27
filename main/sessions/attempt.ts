/**
 * One click as a sequence of steps (REQ-3): what is running and for how long, what the technician is asked, and how it ended.
 * Everything below it listens to `signal`, so that a cancel is felt at once at every step.
 */
import { randomUUID } from 'node:crypto'
import type { Attempt, ConnectInput, Failure, Prompt, PromptAnswer, Step, StepName } from '../../preload/contract.ts'
import { StepName as stepNames } from '../../preload/contract/sessions.ts'
import { CallError } from '../callError.ts'
import type { Clock } from '../ports.ts'
import { parseUser } from './user.ts'

/** A prompt without its id, which is given when it is asked. */
export type Question = Prompt extends infer Each ? (Each extends Prompt ? Omit<Each, 'promptId'> : never) : never

/** Longer than a person takes to fetch a phone, shorter than a person is away from the desk. */
export const promptPatienceMs = 5 * 60_000

/** What the parts of a connect see of it. */
export interface AttemptRun {
  readonly attemptId: string
  readonly input: ConnectInput
  /** Aborted with a CallError: cancelled, or the grant ended. */
  readonly signal: AbortSignal
  /** The step that begins now. The one before is done; those in between are skipped. */
  at(step: StepName): void
  /** Asks the technician. Rejects with the signal's reason, or `cancelled` after five minutes without an answer. */
  ask(question: Question): Promise<PromptAnswer>
  isAsking(): boolean
  /** Resolves when no prompt is open. */
  answered(): Promise<void>
}

export interface RunningAttempt extends AttemptRun {
  view(): Attempt
  /** Throws CallError notFound (prompt) or invalidInput (an answer of another kind). */
  answer(promptId: string, answer: PromptAnswer): void
  /** Stops it at whatever step it is. */
  stop(failure: Failure): void
  succeed(sessionId: string): void
  fail(failure: Failure): void
  /** When it was over, on the monotonic clock. */
  overAtMs(): number | undefined
}

interface StepClock {
  name: StepName
  state: Step['state']
  startedMs?: number
  elapsedMs?: number
}

export function createAttempt(input: ConnectInput, machineName: string, clock: Clock, changed: () => void): RunningAttempt {
  const startedAt = new Date(clock.now()).toISOString()
  const steps: StepClock[] = stepsOf(input).map((name) => ({ name, state: 'waiting' }))
  const stopping = new AbortController()
  let outcome: Attempt['outcome']
  let overAtMs: number | undefined
  let open: { prompt: Prompt; settle: (answer: PromptAnswer) => void; gone: Promise<void> } | undefined

  function finish(step: StepClock, state: 'done' | 'failed'): void {
    step.state = state
    step.elapsedMs = Math.round(clock.monotonicMs() - (step.startedMs ?? clock.monotonicMs()))
  }

  function end(as: NonNullable<Attempt['outcome']>): void {
    if (outcome) return
    const running = steps.find((step) => step.state === 'running')
    if (running) finish(running, as.kind === 'inside' ? 'done' : 'failed')
    if (as.kind === 'inside') for (const step of steps) if (step.state === 'waiting') step.state = 'skipped'
    outcome = as
    overAtMs = clock.monotonicMs()
    changed()
  }

  return {
    attemptId: input.attemptId,
    input,
    signal: stopping.signal,
    view: () => ({
      attemptId: input.attemptId,
      machineId: input.machineId,
      machineName,
      way: input.way,
      where: input.where,
      startedAt,
      steps: steps.map((step) => toStep(step, clock)),
      ...(open && { prompt: open.prompt }),
      ...(outcome && { outcome }),
    }),
    at(name) {
      if (outcome || stopping.signal.aborted) return
      for (const step of steps) {
        if (step.name === name) {
          if (step.state === 'running') return
          step.state = 'running'
          step.startedMs = clock.monotonicMs()
          break
        }
        if (step.state === 'running') finish(step, 'done')
        if (step.state === 'waiting') step.state = 'skipped'
      }
      changed()
    },
    async ask(question) {
      if (open) throw new Error(`a prompt is open already: ${open.prompt.kind}`)
      const answered = Promise.withResolvers<PromptAnswer>()
      const gone = Promise.withResolvers<void>()
      open = { prompt: { ...question, promptId: randomUUID() }, settle: answered.resolve, gone: gone.promise }
      const timer = setTimeout(() => answered.reject(new CallError({ tag: 'cancelled' })), promptPatienceMs)
      changed()
      try {
        return await orStopped(answered.promise, stopping.signal)
      } finally {
        clearTimeout(timer)
        open = undefined
        gone.resolve()
        changed()
      }
    },
    isAsking: () => open !== undefined,
    answered: async () => open?.gone,
    answer(promptId, answer) {
      if (open?.prompt.promptId !== promptId) throw new CallError({ tag: 'notFound', what: 'prompt' })
      if (!answerFits(open.prompt, answer)) throw new CallError({ tag: 'invalidInput', field: 'answer', problem: 'invalid' })
      // Said where it was typed, while the prompt is still open.
      if (open.prompt.kind === 'user' && answer.kind === 'text') parseUser(answer.text)
      open.settle(answer)
    },
    stop(failure) {
      if (!outcome) stopping.abort(new CallError(failure))
    },
    succeed: (sessionId) => end({ kind: 'inside', sessionId }),
    fail(failure) {
      const step = steps.find((each) => each.state === 'running')?.name ?? steps[0]?.name ?? 'request'
      end(failure.tag === 'cancelled' ? { kind: 'cancelled' } : { kind: 'failed', step, failure })
    },
    overAtMs: () => overAtMs,
  }
}

/** A forwarded port has nobody to sign in to; everything else goes through all steps. */
function stepsOf(input: ConnectInput): StepName[] {
  const all = stepNames.options
  return input.way === 'forward' ? all.filter((name) => !['reach', 'identity', 'signIn'].includes(name)) : all
}

function toStep(step: StepClock, clock: Clock): Step {
  const elapsedMs = step.state === 'running' ? Math.round(clock.monotonicMs() - (step.startedMs ?? 0)) : step.elapsedMs
  return { name: step.name, state: step.state, ...(elapsedMs !== undefined && { elapsedMs }) }
}

function answerFits(prompt: Prompt, answer: PromptAnswer): boolean {
  if (answer.kind === 'refuse') return true
  switch (prompt.kind) {
    case 'hostKey':
    case 'certificate':
      return answer.kind === 'accept'
    case 'user':
    case 'password':
    case 'passphrase':
      return answer.kind === 'text'
    case 'questions':
      return answer.kind === 'texts' && answer.texts.length === prompt.questions.length
  }
}

/** `work`, or the signal's reason as soon as it is aborted. What `work` does then is its own affair. */
export function orStopped<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(asError(signal.reason))
    if (signal.aborted) {
      // Nobody waits for it any more, so its failure is no news.
      work.catch(() => undefined)
      stop()
      return
    }
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
