/** How long events are kept on this computer, and how much room they may take: what is over is taken away now and then, the oldest first. */
import { CallError } from '../callError.ts'
import type { LocalStore } from '../localStore.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'

export interface Retention {
  /** Whether an event of this time (ms since the epoch) is to be kept when it comes in now. */
  isKept: (at: number) => boolean
  /** Takes away what is over. Never rejects. */
  apply(): Promise<void>
  /** Takes it away soon, if less is to be kept than before. */
  limitsChanged(): void
  close(): void
}

const dayMs = 24 * 60 * 60_000
const everyMs = 60 * 60_000
const firstMs = 60_000
const soonMs = 10_000

export function createRetention(deps: {
  store: Pick<LocalStore, 'events' | 'state'>
  limits: () => { keepDays: number; keepMegabytes: number }
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
  changed: () => void
}): Retention {
  const { store, limits, clock, log, changed } = deps
  const olderThan = () => clock.now() - limits().keepDays * dayMs
  const mostBytes = () => limits().keepMegabytes * 1_000_000

  async function apply(): Promise<void> {
    try {
      const { removed } = await store.events.retain({ olderThan: olderThan(), mostBytes: mostBytes() })
      if (removed === 0) return
      log.info({ removed }, 'events that are older than what is kept were taken away')
      changed()
    } catch (error) {
      // A store that cannot be read now is none the larger for it.
      if (!(error instanceof CallError)) log.warn({ err: error }, 'old events could not be taken away')
    }
  }

  let known = limits()
  let soon = setTimeout(() => void apply(), firstMs).unref()
  const timer = setInterval(() => void apply(), everyMs).unref()
  return {
    isKept: (at) => at >= olderThan() && store.state().bytes < mostBytes(),
    apply,
    limitsChanged() {
      const before = known
      known = limits()
      if (known.keepDays >= before.keepDays && known.keepMegabytes >= before.keepMegabytes) return
      // Somebody who goes through the choices does not mean each of them.
      clearTimeout(soon)
      soon = setTimeout(() => void apply(), soonMs).unref()
    },
    close() {
      clearTimeout(soon)
      clearInterval(timer)
    },
  }
}
