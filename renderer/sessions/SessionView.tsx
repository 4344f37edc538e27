import './sessions.css'
import { Button, Center, Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '../door.ts'
import { show } from '../view.ts'
import { OutsideSession } from './OutsideSession.tsx'
import { SessionBar } from './SessionBar.tsx'
import { TerminalPane } from './TerminalPane.tsx'

/** One session: its terminal, or the state of a program outside the console. */
export function SessionView({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('sessions')
  const list = useAsk('sessions.list', {})
  const settings = useAsk('settings.get', {})
  const session = list.data?.sessions.find((one) => one.sessionId === sessionId)
  if (list.isPending || settings.isPending) return <Skeleton h="100%" radius={0} aria-busy />
  if (!session || !settings.data) {
    return (
      <Center h="100%">
        <Stack align="center" gap="sm">
          <Text c="dimmed">{t('gone')}</Text>
          <Button variant="light" onClick={() => show({ name: 'machines' })}>
            {t('toMachines')}
          </Button>
        </Stack>
      </Center>
    )
  }
  const isTerminal = session.way === 'ssh' && session.where === 'tab'
  return (
    <div className="sessionView" data-session-view={sessionId}>
      <SessionBar session={session} />
      {isTerminal ? <TerminalPane session={session} settings={settings.data.terminal} /> : <OutsideSession session={session} />}
    </div>
  )
}
