/** Keeps what is shown as the gateways have it: asked again when one rings, and when the time of a challenge is over. */
import { CallError } from '../callError.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider } from '../providers/provider.ts'
import type { Known, KnownChallenges } from './known.ts'

export interface Refresh {
  /** Asks for one now. What cannot be asked stays as it was, marked as such. Never throws for a refusal. */
  one(entry: Known): Promise<void>
  /** A new one is there: its end is waited for. */
  schedule(): void
  close(): void
}

/** At each ring; the others are asked for when somebody looks at them. */
const mostAtOnce = 30
const expirySlackMs = 50

export function createRefresh(deps: {
  known: KnownChallenges
  providers: Providers
  clock: Clock
  log: Pick<Log, 'warn'>
  changed: () => void
}): Refresh {
  const { known, providers, clock, log, changed } = deps
  const stops = new Map<Provider, () => void>()
  let timer: NodeJS.Timeout | undefined

  async function one(entry: Known): Promise<void> {
    const { challenges } = entry.provider
    if (!challenges) return
    const before = faceOf(entry)
    try {
      entry.challenge = await challenges.get(entry.code.id)
      entry.seenAt = clock.monotonicMs()
      entry.isOffline = false
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      // It is gone from the gateway, or not for this technician any more: it cannot be decided on.
      if (error.failure.tag === 'notFound') entry.challenge = { ...entry.challenge, noApproval: 'notAllowed' }
      else entry.isOffline = !isLimit(error)
    }
    schedule()
    if (faceOf(entry) !== before) changed()
  }

  async function ofProvider(provider: Provider): Promise<void> {
    const live = known.all().filter((entry) => entry.provider === provider && known.isLive(entry))
    for (const entry of live.slice(0, mostAtOnce)) await one(entry)
  }

  function start(provider: Provider): void {
    const once = oneAtATime(() => ofProvider(provider))
    stops.set(
      provider,
      provider.onChange((topic) => {
        // An access that opens or ends changes what a challenge is bound to.
        if (topic !== 'challenges' && topic !== 'grants') return
        once().catch((error: unknown) => log.warn({ provider: provider.id, err: error }, 'challenges could not be read'))
      }),
    )
  }

  function schedule(): void {
    clearTimeout(timer)
    const nextMs = known.nextExpiryMs()
    if (nextMs === undefined) return
    timer = setTimeout(() => {
      changed()
      schedule()
    }, nextMs + expirySlackMs)
    timer.unref()
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) {
      start(change.added)
      return
    }
    stops.get(change.removed)?.()
    stops.delete(change.removed)
    known.forgetProvider(change.removed)
    changed()
  })

  return {
    one,
    schedule,
    close() {
      clearTimeout(timer)
      stopChanges()
      for (const stop of stops.values()) stop()
    },
  }
}

/** Asked too often: that says nothing of the gateway's being there. */
const isLimit = ({ failure }: CallError) => failure.tag === 'challenge' && failure.why === 'tooMany'

/** What the window shows of it, but for the time. */
function faceOf({ challenge, isOffline }: Known): string {
  const { digest, state, triesLeft, noApproval, decidedBy } = challenge
  return JSON.stringify([digest, state, triesLeft, noApproval, decidedBy, isOffline])
}
