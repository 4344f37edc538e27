/** What became of a sign-in, in words: approved and not begun, begun, over, and by whom. */
import { IconAlertTriangle, IconCheck, IconCircleX, IconHourglassOff, IconLoader2, IconLogout } from '@tabler/icons-react'
import { createElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { isolate } from '../parts/foreign.tsx'

type Over = Exclude<Challenge['state'], 'pending'>

const looks: Record<Over, { tone: 'ok' | 'warn' | 'bad' | 'quiet'; icon: typeof IconCheck }> = {
  approved: { tone: 'ok', icon: IconLoader2 },
  started: { tone: 'ok', icon: IconCheck },
  ended: { tone: 'quiet', icon: IconLogout },
  denied: { tone: 'bad', icon: IconCircleX },
  expired: { tone: 'warn', icon: IconHourglassOff },
  burned: { tone: 'bad', icon: IconCircleX },
  cancelled: { tone: 'quiet', icon: IconCircleX },
  failed: { tone: 'bad', icon: IconAlertTriangle },
}

export function Outcome({ challenge }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges')
  const { decidedBy, machineName, state, userName } = challenge
  if (state === 'pending') return null
  const { tone, icon } = looks[state]
  const words = { by: decidedBy === undefined ? t('somebody') : isolate(decidedBy), machine: isolate(machineName), user: isolate(userName) }
  return (
    <section className="challengeBand" data-tone={tone} data-outcome={state} role="status">
      {createElement(icon, { size: 22, 'aria-hidden': true })}
      <div>
        <strong>{t(`outcome.${state}.title`, words)}</strong>
        <div className="challengeBandText">{t(`outcome.${state}.text`, words)}</div>
      </div>
    </section>
  )
}
