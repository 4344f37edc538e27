import { Button, Divider, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Failure, Prompt, PromptAnswer, Step } from '../../preload/contract.ts'
import { call, failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { AttemptSteps } from './AttemptSteps.tsx'
import { bringToFront, dismissAttempt, startAttempt, type StartedAttempt } from './attempts.ts'
import { IdentityQuestion } from './IdentityPrompt.tsx'
import { IdentityStop } from './IdentityStop.tsx'
import { MachineQuestions, SecretQuestion, UserQuestion } from './SecretPrompt.tsx'
import type { AttemptNow } from './useAttempt.ts'
import { WayIcon } from './WayIcon.tsx'

/** What is shown until main's first answer: the click is acknowledged within a frame. */
const firstStep: readonly Step[] = [{ name: 'request', state: 'running' }]

/** After a failure the steps that never came say nothing; the room is for what to do next. */
function stepsOf({ view, outcome }: AttemptNow): readonly Step[] {
  const steps = view?.steps ?? (outcome ? [] : firstStep)
  return outcome?.kind === 'failed' ? steps.filter(({ state }) => state !== 'waiting') : steps
}

interface AttemptDialogProps {
  started: StartedAttempt
  now: AttemptNow
  onRequestAgain: (machineId: string) => void
}

/** The attempt in front: steps, and in their place the question or the failure with its one next action. */
export function AttemptDialog({ started, now, onRequestAgain }: AttemptDialogProps) {
  const { t } = useTranslation(['sessions', 'common'])
  const [isStopping, setStopping] = useState(false)
  const [turnOnFailure, setTurnOnFailure] = useState<Failure>()
  const { attemptId, wish } = started
  const { view, outcome } = now
  const failure = turnOnFailure ?? (outcome?.kind === 'failed' ? outcome.failure : undefined)

  const cancel = () => {
    setStopping(true)
    // An attempt that is over meanwhile has nothing to cancel.
    call('sessions.cancel', { attemptId }).catch(() => setStopping(false))
  }
  const again = () => {
    dismissAttempt(attemptId)
    startAttempt(wish, { isNewClick: true })
  }
  const turnOn = () => {
    call('policies.turnOn', { machineIds: [wish.machineId] }).then(again, (error: unknown) => setTurnOnFailure(failureOf(error)))
  }
  const leaveFor = (action: () => void) => () => {
    dismissAttempt(attemptId)
    action()
  }

  return (
    <Modal
      opened
      centered
      size={520}
      // Esc never cancels by accident: a running attempt goes on in the background.
      onClose={() => (failure ? dismissAttempt(attemptId) : bringToFront(undefined))}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': failure ? t('common:close') : t('background') }}
      title={
        <Group gap="xs" wrap="nowrap" miw={0}>
          <WayIcon way={wish.way} />
          <Text fw={600} truncate>
            <Trans t={t} i18nKey="connectTo" components={{ machine: <bdi>{wish.machineName.slice(0, 300)}</bdi> }} />
          </Text>
        </Group>
      }
      data-attempt={attemptId}
    >
      {/* The keyboard begins where Enter does nothing: a second Enter in the list must neither cancel nor hide the attempt. */}
      <Stack gap="md" tabIndex={-1} data-autofocus style={{ outline: 'none' }}>
        <AttemptSteps steps={stepsOf(now)} />
        {view?.prompt && !outcome && (
          <>
            <Divider />
            <PromptForm key={view.prompt.promptId} attemptId={attemptId} prompt={view.prompt} />
          </>
        )}
        {failure?.tag === 'identityChanged' ? (
          <IdentityStop failure={failure} onShowMachine={leaveFor(() => show({ name: 'machines', machineId: failure.machineId }))} />
        ) : (
          failure && (
            <FailureAlert
              failure={failure}
              onRetry={again}
              onTurnOnJit={turnOn}
              onRequestAgain={leaveFor(() => onRequestAgain(wish.machineId))}
            />
          )
        )}
        <Group justify="space-between">
          {failure ? (
            <>
              <span />
              <Button variant="default" onClick={() => dismissAttempt(attemptId)}>
                {t('common:close')}
              </Button>
            </>
          ) : (
            <>
              <Button variant="subtle" color="gray" size="compact-sm" onClick={() => bringToFront(undefined)}>
                {t('background')}
              </Button>
              <Button variant="default" onClick={cancel} loading={isStopping}>
                {t('stop')}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

/** One question. An answer is sent once; the next bell brings what comes then. */
function PromptForm({ attemptId, prompt }: { attemptId: string; prompt: Prompt }) {
  const [isSent, setSent] = useState(false)
  const answer = (given: PromptAnswer) => {
    if (isSent) return
    setSent(true)
    // A question that is gone was answered or timed out; the attempt's own state says what follows.
    call('sessions.answer', { attemptId, promptId: prompt.promptId, answer: given }).catch(() => setSent(false))
  }
  if (isSent) return null
  switch (prompt.kind) {
    case 'hostKey':
    case 'certificate':
      return <IdentityQuestion prompt={prompt} onAnswer={answer} />
    case 'user':
      return <UserQuestion prompt={prompt} onAnswer={answer} />
    case 'password':
    case 'passphrase':
      return <SecretQuestion prompt={prompt} onAnswer={answer} />
    case 'questions':
      return <MachineQuestions prompt={prompt} onAnswer={answer} />
  }
}
