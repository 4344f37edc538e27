/**
 * APR-8: when challenges fail again and again, the agent takes itself out of the way, and PAM goes on as if it were not there. Pure. A restart of the
 * agent begins anew; what a gateway refuses by its rules is no failure.
 */
export interface Health {
  failuresInARow: number
  isOff: boolean
}

export const healthy: Health = { failuresInARow: 0, isOff: false }
export const mostFailures = 5

export function afterAttempt({ failuresInARow, isOff }: Health, outcome: 'worked' | 'failed'): Health {
  if (isOff) return { failuresInARow, isOff }
  const failures = outcome === 'worked' ? 0 : failuresInARow + 1
  return { failuresInARow: failures, isOff: failures >= mostFailures }
}
