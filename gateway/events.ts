/**
 * What changed, with sequence numbers, for who listens over the network (F-100). An event only says "ask again", so for each topic the last one is
 * all that has to be remembered: whoever was away gets one for each topic that changed meanwhile, however long it was.
 */
import { randomBytes } from 'node:crypto'
import type { GatewayTopic } from './server.ts'

export interface RingEvent {
  /** "run-number". The numbers of another run say nothing here. */
  id: string
  topic: GatewayTopic
}

export interface Events {
  /** What came after this id, in order; of every topic when the id is none of this run's. */
  since(lastId: string): RingEvent[]
  /** Returns the function that stops it. */
  listen(listener: (event: RingEvent) => void): () => void
  ring(topic: GatewayTopic): void
}

/** All that an event can be about. */
export const topics: readonly GatewayTopic[] = ['machines', 'grants', 'audit', 'people', 'policies', 'challenges']

export function createEvents(): Events {
  const run = randomBytes(6).toString('hex')
  const listeners = new Set<(event: RingEvent) => void>()
  const lastOf = new Map<GatewayTopic, number>(topics.map((topic, index) => [topic, index + 1]))
  let last = lastOf.size

  return {
    since(lastId) {
      const [ofRun, text = ''] = lastId.split('-')
      const number = ofRun === run && /^\d{1,15}$/.test(text) ? Number(text) : 0
      const seen = number > last ? 0 : number
      return [...lastOf]
        .filter(([, at]) => at > seen)
        .sort(([, one], [, other]) => one - other)
        .map(([topic, at]) => ({ id: `${run}-${at}`, topic }))
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ring(topic) {
      last += 1
      lastOf.delete(topic)
      lastOf.set(topic, last)
      const event = { id: `${run}-${last}`, topic }
      for (const listener of listeners) listener(event)
    },
  }
}
