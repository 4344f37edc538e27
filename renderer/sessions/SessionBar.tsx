import { Group, Text } from '@mantine/core'
import { IconCircleFilled, IconCircleOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../preload/contract.ts'
import { Countdown } from '../grants/Countdown.tsx'
import { GrantActions } from '../grants/GrantActions.tsx'
import { useGrant } from '../grants/useGrants.ts'
import { Foreign } from '../parts/foreign.tsx'
import { SessionRecordingMark } from '../recordings/SessionRecordingMark.tsx'
import { WayIcon } from './WayIcon.tsx'

/** Above every session: the machine's own fixed name, as whom, how long the access lasts, and what can be done with it. */
export function SessionBar({ session }: { session: Session }) {
  const { t } = useTranslation(['sessions', 'grants'])
  const grant = useGrant(session.grantId)
  const isLive = session.endedAt === undefined
  return (
    <div className="sessionBar">
      <WayIcon way={session.way} />
      <div className="sessionName">
        <Text fw={600} component="div" miw={0} style={{ overflow: 'hidden' }}>
          <Foreign text={session.machineName} />
        </Text>
        {session.user !== undefined && (
          <Text size="sm" c="dimmed" component="div" miw={0} style={{ overflow: 'hidden' }}>
            <Foreign text={session.user} />
          </Text>
        )}
        <span className="state" data-tone={isLive ? 'ok' : 'quiet'} data-live={isLive}>
          {isLive ? <IconCircleFilled size={8} aria-hidden /> : <IconCircleOff size={12} aria-hidden />}
          {t(isLive ? 'tabs.live' : 'tabs.ended')}
        </span>
      </div>
      <SessionRecordingMark sessionId={session.sessionId} isLive={isLive} />
      {grant?.state === 'open' && grant.endsAt !== undefined && (
        <Group gap="sm" wrap="nowrap">
          <Group
            gap={6}
            align="baseline"
            wrap="nowrap"
            aria-label={t(grant.leavesSessions === true ? 'grants:reconnectLabel' : 'grants:leftLabel')}
          >
            <Countdown endsAt={grant.endsAt} {...(grant.remainingMs === undefined ? {} : { remainingMs: grant.remainingMs })} />
            <Text size="xs" c="dimmed">
              {t(grant.leavesSessions === true ? 'grants:reconnectLeft' : 'grants:left')}
            </Text>
          </Group>
          <GrantActions grant={grant} />
        </Group>
      )}
    </div>
  )
}
