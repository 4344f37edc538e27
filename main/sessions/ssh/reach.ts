/** The TCP connection to a machine's endpoint, and what it means when it fails. */
import { connect, type Socket } from 'node:net'
import type { FailureOf } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import type { Target } from '../endpoint.ts'

/** F-94. */
export const reachPatienceMs = 10_000

type Cause = FailureOf<'unreachable'>['cause']

/** The failure for `target`; `why` is its cause for the log. */
export function unreachable(target: Target, cause: Cause, why?: unknown): CallError {
  return new CallError({ tag: 'unreachable', address: target.address, port: target.port, cause }, { cause: why })
}

/** What an error of the network stack means. */
export function causeOf(error: unknown): Cause {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused'
    case 'ETIMEDOUT':
      return 'timeout'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'dns'
    default:
      return 'network'
  }
}

/** A connected socket without Nagle's delay, which would cost 40 ms for every question and answer. Throws CallError unreachable. */
export function reach(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.address, port: target.port, noDelay: true })
    const timer = setTimeout(() => fail(unreachable(target, 'timeout')), reachPatienceMs)
    function fail(error: Error): void {
      leave()
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    const onError = (error: Error) => fail(unreachable(target, causeOf(error), error))
    const onAbort = () => fail(signal.reason instanceof Error ? signal.reason : new CallError({ tag: 'cancelled' }))
    const onConnect = () => {
      leave()
      resolve(socket)
    }
    function leave(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off('connect', onConnect)
    }
    socket.on('error', onError)
    socket.on('connect', onConnect)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}
