import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Failure, Prompt, PromptAnswer, Step } from '../../preload/contract.ts'
import { WaitingNote } from '../approvals/WaitingNote.tsx'
import { ConnectWaits } from '../challenges/ConnectWaits.tsx'
import { isAzure } from '../azure/isAzure.ts'
import { useShownChallenge } from '../challenges/shown.ts'
import { call, failureOf } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { show } from '../view.ts'
import { AttemptSteps } from './AttemptSteps.tsx'
import { bringToFront, dismissAttempt, startAttempt, type StartedAttempt } from './attempts.ts'
import { ClientNotes, useDesktopClient } from './ClientNotes.tsx'
import { IdentityQuestion } from './IdentityPrompt.tsx'
import { IdentityStop } from './IdentityStop.tsx'
import { MachineQuestions, SecretQuestion, UserQuestion } from './SecretPrompt.tsx'
import type { AttemptNow } from './useAttempt.ts'
import { WayIcon } from './WayIcon.tsx'

/** What is shown until main's first answer: the click is acknowledged within a frame. */
const firstStep: readonly Step[] = [{ name: 'request', state: 'running' }]

function stepsOf({ view, outcome }: AttemptNow): readonly Step[] {
  return view?.steps ?? (outcome ? [] : firstStep)
}

/** The dialog comes and goes as a whole, so it gives the keyboard back by itself: to where it was, if nothing else has it by then. */
function useFocusReturn(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true })
    },
    [before],
  )
}

interface AttemptDialogProps {
  started: StartedAttempt
  now: AttemptNow
  onRequestAgain: (machineId: string) => void
}

/** The attempt in front: its steps and what stops it on the left; the question, or the failure with its one next action, on the right. */
export function AttemptDialog({ started, now, onRequestAgain }: AttemptDialogProps) {
  const shownChallenge = useShownChallenge()
  const { t } = useTranslation(['sessions', 'common'])
  const [isStopping, setStopping] = useState(false)
  const client = useDesktopClient()
  useFocusReturn()
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
    if (isAzure(wish.machineId)) {
      dismissAttempt(attemptId)
      openDialog({ name: 'azurePolicy', machines: [{ id: wish.machineId, name: wish.machineName }], rules: 'defaults', onDone: again })
      return
    }
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
      size={820}
      padding={0}
      // Esc never cancels by accident: a running attempt goes on in the background.
      onClose={() => (failure ? dismissAttempt(attemptId) : bringToFront(undefined))}
      // The approval view stands above it and takes Esc for itself.
      closeOnEscape={shownChallenge === undefined}
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
      classNames={{ header: 'attemptHead' }}
      data-attempt={attemptId}
    >
      {/* The keyboard begins where Enter does nothing, or in the question: a second Enter in the list must neither cancel nor hide it. */}
      <div className="attempt" tabIndex={-1} {...(view?.prompt && !outcome ? {} : { 'data-autofocus': true })}>
        <section className="attemptSteps">
          <AttemptSteps steps={stepsOf(now)} />
          <Stack gap={6}>
            {failure ? (
              <Button variant="default" onClick={() => dismissAttempt(attemptId)}>
                {t('common:close')}
              </Button>
            ) : (
              <>
                <Button variant="default" onClick={cancel} loading={isStopping}>
                  {t('stop')}
                </Button>
                <Button variant="subtle" color="gray" size="compact-sm" onClick={() => bringToFront(undefined)}>
                  {t('background')}
                </Button>
              </>
            )}
          </Stack>
        </section>
        <section className="attemptStage">{stage()}</section>
      </div>
    </Modal>
  )

  /** What the attempt needs now: an answer, what to do after a failure, or patience. */
  function stage() {
    if (failure?.tag === 'identityChanged')
      return <IdentityStop failure={failure} onShowMachine={leaveFor(() => show({ name: 'machines', machineId: failure.machineId }))} />
    if (failure)
      return (
        <FailureAlert
          failure={failure}
          onRetry={again}
          onTurnOnJit={turnOn}
          onRequestAgain={leaveFor(() => onRequestAgain(wish.machineId))}
        />
      )
    const running = view?.steps.find(({ state }) => state === 'running')
    const waiting = (
      <>
        <RunningStep step={running} />
        {running?.name === 'approval' && <WaitingNote machineId={wish.machineId} />}
        {running?.name === 'signIn' && <ConnectWaits machineId={wish.machineId} />}
        {wish.way === 'rdp' && <ClientNotes client={client} />}
      </>
    )
    if (view?.prompt && !outcome)
      return <PromptForm key={view.prompt.promptId} attemptId={attemptId} prompt={view.prompt} waiting={waiting} />
    return waiting
  }
}

/** Nothing to do but wait: what is going on, in large. The list of steps reads it out. */
function RunningStep({ step }: { step: Step | undefined }) {
  const { t } = useTranslation('sessions')
  return (
    <div className="attemptWait" aria-hidden>
      <Loader size={28} />
      <Text fw={600}>{t(`doing.${step?.name ?? 'request'}`)}</Text>
    </div>
  )
}

/** One question. An answer is sent once; the next bell brings what comes then. */
function PromptForm({ attemptId, prompt, waiting }: { attemptId: string; prompt: Prompt; waiting: ReactNode }) {
  const [isSent, setSent] = useState(false)
  const answer = (given: PromptAnswer) => {
    if (isSent) return
    setSent(true)
    // A question that is gone was answered or timed out; the attempt's own state says what follows.
    call('sessions.answer', { attemptId, promptId: prompt.promptId, answer: given }).catch(() => setSent(false))
  }
  if (isSent) return waiting
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
