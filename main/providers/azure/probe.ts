/**
 * Whether a port lets this computer through. A closed one swallows what comes, so that an attempt says nothing for seconds: another one is made in short
 * intervals, beside those that still wait.
 */
import { connect } from 'node:net'
import type { Endpoint } from '../../../preload/contract.ts'

const firstMs = 50
/** An opening is noticed within it, and a connection. */
const longestMs = 200
const growth = 1.4
/** After this nobody waits in front of the screen any more. */
const eagerMs = 120_000
const lazyMs = 2000
const attemptMs = 1200
const manyAtOnce = 100

/** Calls back once, when a connection to one of the endpoints came about. Answers what stops it. `others` are watched at the same time. */
export function watchEndpoints(endpoints: () => readonly Endpoint[], through: () => void, others: () => number): () => void {
  const stop = new AbortController()
  const startedAt = performance.now()
  let pauseMs = firstMs

  function tryAll(): void {
    if (stop.signal.aborted) return
    for (const { address, connectPort } of endpoints()) attempt(address, connectPort)
    pauseMs = performance.now() - startedAt > eagerMs ? lazyMs : Math.min(pauseMs * growth, longestMs)
    // Where very many are waited for, nobody looks at one of them.
    const timer = setTimeout(tryAll, pauseMs * Math.max(1, others() / manyAtOnce))
    timer.unref()
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  function attempt(host: string, port: number): void {
    const socket = connect({ host, port, noDelay: true })
    const end = () => socket.destroy()
    const timer = setTimeout(end, attemptMs)
    timer.unref()
    stop.signal.addEventListener('abort', end, { once: true })
    socket.on('error', end)
    socket.once('connect', () => {
      if (!stop.signal.aborted) {
        stop.abort()
        through()
      }
      end()
    })
    socket.once('close', () => {
      clearTimeout(timer)
      stop.signal.removeEventListener('abort', end)
    })
  }

  tryAll()
  return () => stop.abort()
}
