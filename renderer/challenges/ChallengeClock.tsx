import { useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { Countdown } from '../grants/Countdown.tsx'

/** Time left by the gateway's clock, while it waits. */
export function ChallengeClock({ challenge }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges')
  const { asOf, remainingMs, state } = challenge
  if (state !== 'pending') return <span className="quiet">{t('facts.over')}</span>
  // The place in time of each answer is its own: counted from when it came.
  return <Countdown endsAt={asOf} remainingMs={remainingMs} />
}
