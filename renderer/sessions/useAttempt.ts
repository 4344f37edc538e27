import type { Attempt } from '../../preload/contract.ts'
import { Refusal, useAsk } from '../door.ts'
import type { StartedAttempt } from './attempts.ts'

/** How one attempt stands. `view` is absent until main has it. */
export interface AttemptNow {
  view?: Attempt
  outcome?: Attempt['outcome']
}

/** Asks main, again at each bell, and now and then besides, so that a lost bell cannot leave a panel standing. */
export function useAttempt(started: StartedAttempt): AttemptNow {
  const asked = useAsk(
    'sessions.attempt',
    { attemptId: started.attemptId },
    { enabled: !started.refused, refetchInterval: started.refused ? false : 1500 },
  )
  const view = asked.data
  if (started.refused) {
    const outcome = { kind: 'failed', step: 'request', failure: started.refused } as const
    return { ...(view ? { view } : {}), outcome }
  }
  // It may be asked for before main has begun it; but an attempt that main once had and has no more is over.
  if (asked.error instanceof Refusal && view) return { view, outcome: view.outcome ?? { kind: 'cancelled' } }
  return view ? { view, ...(view.outcome ? { outcome: view.outcome } : {}) } : {}
}
