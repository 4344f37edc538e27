/**
 * What a gateway on the network rings, read from its event stream (server-sent events). Rings that were missed come with the next connection, since
 * it tells where the last one ended; a stream that is silent for longer than its heartbeat is dead and is made again (F-100).
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createListeners } from '../../listeners.ts'
import { retryAfterMs, withJitter } from '../../network/patience.ts'
import type { Provider } from '../provider.ts'
import type { Fetch } from './client.ts'

export type GatewayRing = Parameters<Parameters<Provider['onChange']>[0]>[0]

export interface GatewayEvents {
  listen: Provider['onChange']
  /** Connects anew now, whatever it waits for: the network may be another one. */
  restart(): void
  close(): void
}

const topics: readonly string[] = ['machines', 'grants', 'audit', 'people', 'policies', 'challenges'] satisfies GatewayRing[]
const firstPauseMs = 500
const longestPauseMs = 30_000
const longestLine = 1000

/** Starts at once. `onConnected` is called with each connection that came about. */
export function createGatewayEvents(url: string, fetch: Fetch, onConnected: () => void): GatewayEvents {
  const listeners = createListeners<GatewayRing>()
  const closing = new AbortController()
  let current = new AbortController()
  let lastId = ''
  /** What the gateway asked for at its last refusal. */
  let waitMs = 0

  async function read(): Promise<void> {
    const headers = { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) }
    const response = await fetch(
      new Request(`${url}/v1/events`, { headers, redirect: 'error', signal: AbortSignal.any([closing.signal, current.signal]) }),
    )
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel()
      waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
      throw new Error(`no events: status ${response.status}`)
    }
    onConnected()
    // What does not ring is asked for with each connection: whether the log only grew, and by which address the gateway sees this console.
    for (const topic of ['audit', 'grants'] as const) listeners.tell(topic)
    for await (const { id, topic } of eventsIn(response.body)) {
      lastId = id
      if (isTopic(topic)) listeners.tell(topic)
    }
  }

  async function keepReading(): Promise<void> {
    let pauseMs = firstPauseMs
    while (!closing.signal.aborted) {
      const startedAt = performance.now()
      waitMs = 0
      try {
        await read()
      } catch {
        // Whoever asks the gateway for something learns why it cannot be reached.
      }
      // A stream that held for a while was a good one.
      pauseMs = performance.now() - startedAt > longestPauseMs ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs)
      const isRestarted = current.signal.aborted
      if (isRestarted) {
        current = new AbortController()
        pauseMs = firstPauseMs
        continue
      }
      // Jitter: a gateway that comes back must not be asked by all consoles in the same moment.
      const signal = AbortSignal.any([closing.signal, current.signal])
      await pause(withJitter(Math.max(waitMs, pauseMs)), undefined, { signal, ref: false }).catch(() => undefined)
      if (current.signal.aborted) current = new AbortController()
    }
  }

  void keepReading()
  return {
    listen: (listener) => listeners.listen(listener),
    restart: () => current.abort(),
    close: () => closing.abort(),
  }
}

function isTopic(topic: string): topic is GatewayRing {
  return topics.includes(topic)
}

/** The events of a stream (HTML, 9.2.6), as far as our gateway writes them: an id and one line of data each. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string; topic: string }> {
  let rest = ''
  let id = ''
  let topic = ''
  const decoder = new TextDecoder()
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new Error('a line without an end')
    for (const line of lines) {
      if (line.startsWith('id: ')) id = line.slice(4)
      else if (line.startsWith('data: ')) topic = line.slice(6)
      else if (line === '' && topic !== '') {
        yield { id, topic }
        topic = ''
      }
    }
  }
}
