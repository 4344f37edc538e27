import { Button, Text } from '@mantine/core'
import { IconInfoCircle, IconReload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../preload/contract.ts'
import { durationText } from '../grants/durations.ts'
import { show } from '../view.ts'
import { startAttempt } from './attempts.ts'
import { closeSession } from './SessionTabs.tsx'

/** How a session ended, in one sentence: reason, how long it lasted, exit code where a program said one. */
export function useEndText(): (session: Session) => string {
  const { t } = useTranslation('sessions')
  return (session) => {
    const lastedMs = Date.parse(session.endedAt ?? session.startedAt) - Date.parse(session.startedAt)
    const code = session.exitCode !== undefined && session.exitCode !== 0 ? ` (${t('end.exitCode', { code: session.exitCode })})` : ''
    return `${t(`end.${session.end ?? 'closed'}`)}${code}. ${t('end.lasted', { duration: durationText(lastedMs) })}.`
  }
}

/** Connects again the same way; the new session takes this one's place. */
export function reconnect(session: Session): void {
  const { machineId, machineName, way, sessionId } = session
  // What was in the command line's terminal comes back in the window.
  const where = session.where === 'caller' ? 'tab' : session.where
  const port = way === 'forward' ? session.port : undefined
  startAttempt({ machineId, machineName, way, where, replaces: sessionId, ...(port === undefined ? {} : { port }) }, { isNewClick: true })
}

/** Over an ended session: why, how long, and one next action. */
export function EndBar({ session }: { session: Session }) {
  const { t } = useTranslation('sessions')
  const endText = useEndText()
  return (
    <div className="endBar" role="status" data-end={session.end}>
      <IconInfoCircle size={18} aria-hidden />
      <Text size="sm" fw={500} component="p">
        {endText(session)}
      </Text>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        onClick={() => {
          closeSession(session)
          show({ name: 'machines' })
        }}
      >
        {t('end.closeTab')}
      </Button>
      <Button size="xs" leftSection={<IconReload size={15} aria-hidden />} onClick={() => reconnect(session)} data-reconnect>
        {t('end.reconnect')}
      </Button>
    </div>
  )
}
