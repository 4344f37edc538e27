/** One call at a time to the keychain's process, with a time limit, over crashes (facts: parallel calls crash real keyrings). */
import { CallError } from '../callError.ts'
import type { Clock } from '../ports.ts'
import type { FailureOf } from '../../preload/contract.ts'
import type { ForkKeychain, KeychainProcess } from './keychainFork.ts'
import { Answer, type Question } from './keychainMessages.ts'

export type KeychainCall = (question: Omit<Question, 'id'>, deadlineMs: number) => Promise<Value>
type Value = string | boolean | null

/** A prompt of the keyring stays on the screen this long after the caller was told `timeout`: five seconds are too few to type a password. */
export const promptMs = 90_000

export function keychainFailure(state: FailureOf<'keychain'>['state'], cause?: unknown): CallError {
  return new CallError({ tag: 'keychain', state }, { cause })
}

/** What the keychain's own words mean. They are libsecret's, Windows' and macOS's. */
export function stateOfError(message: string): 'locked' | 'missing' {
  return /locked|dismiss|interaction is not allowed|cancel+ed|passphrase you entered/i.test(message) ? 'locked' : 'missing'
}

/**
 * A call answers within its deadline (by the monotonic clock) or throws `timeout`; what it asked may then still be done: a person may answer the
 * keyring's prompt. Until it is, or `promptMs` have passed and the process is killed, further calls wait, each for its own deadline.
 */
export function createKeychainCalls(fork: ForkKeychain, clock: Pick<Clock, 'monotonicMs'>, patienceMs: number = promptMs): KeychainCall {
  let worker: KeychainProcess | undefined
  let last: Promise<unknown> = Promise.resolve()
  let lastId = 0
  const waiting = new Map<number, { resolve: (value: Value) => void; reject: (error: Error) => void }>()

  function startWorker(): KeychainProcess {
    const started = fork()
    started.onMessage((message) => {
      const answer = Answer.parse(message)
      const call = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('error' in answer) call?.reject(keychainFailure(stateOfError(answer.error), new Error(answer.error)))
      else call?.resolve(answer.value)
    })
    started.onExit((how) => {
      if (worker === started) worker = undefined
      for (const call of waiting.values()) call.reject(keychainFailure('crashed', new Error(`the keychain's process ended: ${how}`)))
      waiting.clear()
    })
    return started
  }

  async function ask(question: Omit<Question, 'id'>): Promise<Value> {
    const asked = (worker ??= startWorker())
    const id = (lastId += 1)
    const patience = setTimeout(() => asked.kill(), patienceMs)
    patience.unref()
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        asked.send({ id, ...question })
      })
    } finally {
      clearTimeout(patience)
    }
  }

  return (question, deadlineMs) => {
    let isLate = false
    // The queue moves on only when the process has answered: it cannot do two things at once.
    const turn = last.then(() => (isLate ? null : ask(question)))
    last = turn.catch(() => undefined)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          isLate = true
          reject(keychainFailure('timeout'))
        },
        Math.max(0, deadlineMs - clock.monotonicMs()),
      )
      void turn.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}
