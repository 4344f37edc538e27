import type { Failure } from '../preload/contract.ts'

/** An expected failure: it crosses the border as `failure`; the cause stays in the log. Anything else that is thrown is a bug of ours. */
export class CallError extends Error {
  readonly failure: Failure
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`expected failure: ${failure.tag}`, options)
    this.name = 'CallError'
    this.failure = failure
  }
}
