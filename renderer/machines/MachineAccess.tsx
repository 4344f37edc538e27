import { Anchor } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { Countdown } from '../grants/Countdown.tsx'
import { Ago } from '../parts/Ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { show } from '../view.ts'

/** Who may get into a machine at this moment, and which sessions of this console are inside. */
export function MachineAccess({ machineId }: { machineId: string }) {
  const { t } = useTranslation(['machines', 'sessions'])
  const grants = (useAsk('grants.list', {}).data?.grants ?? []).filter((grant) => grant.machineId === machineId && grant.state === 'open')
  const sessions = (useAsk('sessions.list', {}).data?.sessions ?? []).filter(
    (session) => session.machineId === machineId && session.endedAt === undefined,
  )
  if (grants.length === 0 && sessions.length === 0) return <p className="quiet">{t('access.none')}</p>
  return (
    <ul className="recent">
      {sessions.map((session) => (
        <li key={session.sessionId}>
          <span>{t(`access.way.${session.way}`)}</span>
          <Ago at={session.startedAt} />
          <Anchor component="button" type="button" size="sm" onClick={() => show({ name: 'session', sessionId: session.sessionId })}>
            {t('access.go')}
          </Anchor>
        </li>
      ))}
      {grants.map((grant) => (
        <li key={grant.grantId}>
          <span>{t('access.grant', { ports: grant.ports.join(', ') })}</span>
          <Foreign text={grant.requestedBy} />
          {grant.endsAt && (
            <Countdown
              endsAt={grant.endsAt}
              {...(grant.remainingMs === undefined ? {} : { remainingMs: grant.remainingMs })}
              fz="inherit"
            />
          )}
        </li>
      ))}
    </ul>
  )
}
