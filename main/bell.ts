/** The bell: tells at once, then at most every 50 ms a topic, however often it is rung; the last ring is never lost. */
import type { Topic } from '../preload/contract.ts'
import { createListeners } from './listeners.ts'

export interface Bell {
  ring: (topic: Topic) => void
  listen(listener: (topic: Topic) => void): () => void
  close(): void
}

const quietMs = 50

export function createBell(): Bell {
  const listeners = createListeners<Topic>()
  /** Topics that were told a moment ago, and whether they were rung again since. */
  const quiet = new Map<Topic, { again: boolean; timer: NodeJS.Timeout }>()
  let closed = false

  function tell(topic: Topic): void {
    const timer = setTimeout(() => {
      const again = quiet.get(topic)?.again === true
      quiet.delete(topic)
      if (again) tell(topic)
    }, quietMs)
    timer.unref()
    quiet.set(topic, { again: false, timer })
    // Not inside whatever rang: it is in the middle of its change.
    setImmediate(() => {
      if (!closed) listeners.tell(topic)
    })
  }

  return {
    listen: (listener) => listeners.listen(listener),
    ring(topic) {
      if (closed) return
      const told = quiet.get(topic)
      if (told) told.again = true
      else tell(topic)
    },
    close() {
      closed = true
      for (const { timer } of quiet.values()) clearTimeout(timer)
    },
  }
}
