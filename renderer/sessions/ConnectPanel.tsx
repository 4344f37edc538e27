import { Affix, Group, Loader, Paper, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RequestForm } from '../grants/RequestForm.tsx'
import { call, useAsk } from '../door.ts'
import { EndWarnings } from '../grants/EndWarnings.tsx'
import { show } from '../view.ts'
import { AttemptDialog } from './AttemptDialog.tsx'
import { bringToFront, dismissAttempt, takeUpAttempts, type StartedAttempt, useAttempts } from './attempts.ts'
import { type AttemptNow, useAttempt } from './useAttempt.ts'

/** Every attempt of this window: the one in front as a dialog, the others as quiet cards in the corner. Mounted once. */
export function ConnectPanel() {
  const { started, front } = useAttempts()
  const [asking, setAsking] = useState<string>()
  const running = useAsk('sessions.list', {}).data?.attempts
  useEffect(() => {
    if (running) takeUpAttempts(running)
  }, [running])
  return (
    <>
      <EndWarnings />
      <Affix position={{ bottom: 16, right: 16 }} zIndex={150}>
        <Stack gap="xs">
          {started.map((one) => (
            <OneAttempt key={one.attemptId} started={one} isFront={one.attemptId === front} onRequestAgain={setAsking} />
          ))}
        </Stack>
      </Affix>
      {asking !== undefined && <RequestForm machineIds={[asking]} opened onClose={() => setAsking(undefined)} />}
    </>
  )
}

interface OneAttemptProps {
  started: StartedAttempt
  isFront: boolean
  onRequestAgain: (machineId: string) => void
}

function OneAttempt({ started, isFront, onRequestAgain }: OneAttemptProps) {
  const now = useAttempt(started)
  const { outcome } = now
  const { replaces } = started.wish
  useEffect(() => {
    if (outcome?.kind === 'inside') {
      if (replaces !== undefined) call('sessions.close', { sessionId: replaces }).catch(() => undefined)
      // Someone who went on working elsewhere is not pulled away; the tab is there.
      if (isFront) show({ name: 'session', sessionId: outcome.sessionId })
      dismissAttempt(started.attemptId)
    }
    if (outcome?.kind === 'cancelled') dismissAttempt(started.attemptId)
  }, [outcome, isFront, replaces, started.attemptId])
  return isFront ? (
    <AttemptDialog started={started} now={now} onRequestAgain={onRequestAgain} />
  ) : (
    <AttemptCard started={started} now={now} />
  )
}

/** An attempt that goes on in the background. */
function AttemptCard({ started, now }: { started: StartedAttempt; now: AttemptNow }) {
  const { t } = useTranslation('sessions')
  const step = now.view?.steps.find((one) => one.state === 'running')
  return (
    <Paper withBorder shadow="md" w={300}>
      <UnstyledButton w="100%" p="sm" onClick={() => bringToFront(started.attemptId)}>
        <Group gap="sm" wrap="nowrap">
          {now.outcome?.kind === 'failed' ? (
            <IconAlertTriangle size={18} color="var(--mantine-color-red-filled)" aria-hidden />
          ) : now.outcome ? (
            <IconCheck size={18} aria-hidden />
          ) : (
            <Loader size={16} aria-hidden />
          )}
          <Stack gap={0} flex={1} miw={0}>
            <Text size="sm" fw={600} truncate>
              <bdi>{started.wish.machineName}</bdi>
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {step ? t(`steps.${step.name}`) : t('connecting')}
            </Text>
          </Stack>
          {now.view?.prompt && !now.outcome && <AttemptState tone="warn" text={t('needsAnswer')} />}
          {now.outcome?.kind === 'failed' && <AttemptState tone="bad" text={t('failedShort')} />}
        </Group>
      </UnstyledButton>
    </Paper>
  )
}

function AttemptState({ tone, text }: { tone: 'warn' | 'bad'; text: string }) {
  return (
    <span className="state attemptState" data-tone={tone}>
      {text}
    </span>
  )
}
