/**
 * One sign-in that a machine asks for: what it is, and the decision. Labels are ours and fixed, what the machine says is foreign text (F-79). Whatever
 * changes is shown anew, with nothing typed in it (F-74).
 */
import { Alert, Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconQrcode, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { BindingBand } from './BindingBand.tsx'
import { ChallengeFacts } from './ChallengeFacts.tsx'
import { Decision } from './Decision.tsx'
import { Outcome } from './Outcome.tsx'
import { type Asking, isReportable, Report } from './Report.tsx'
import { showCode } from './shown.ts'
import './challenges.css'

/** The gateway rings when something changes; this notices when it does not answer any more, so that nobody decides offline. */
const lookAgainMs = 5000

export function ApprovalDialog({ challengeRef, onClose }: { challengeRef: string; onClose: () => void }) {
  const { t } = useTranslation(['challenges', 'common'])
  const asked = useAsk('challenges.get', { ref: challengeRef }, { refetchInterval: lookAgainMs, keep: true })
  const challenge = asked.data
  const [isAsking, setAsking] = useState(false)
  return (
    // At the side, and what is behind it can be read: the number may stand in the terminal there.
    <Drawer
      opened
      position="right"
      size={640}
      overlayProps={{ backgroundOpacity: 0.2 }}
      onClose={onClose}
      // A click beside it must not take away what somebody is about to read.
      closeOnClickOutside={false}
      // While a question stands before it, Esc is the question's alone.
      closeOnEscape={!(isAsking && challenge !== undefined && isReportable(challenge))}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      title={
        challenge ? (
          <Trans t={t} i18nKey={`title.${challenge.service}`} components={{ machine: <bdi>{challenge.machineName.slice(0, 200)}</bdi> }} />
        ) : (
          t('loading')
        )
      }
      classNames={{ title: 'challengeTitle', body: 'challengeBody' }}
      data-challenge={challengeRef}
    >
      {/* The keyboard begins where Enter does nothing: on none of the buttons. */}
      <div tabIndex={-1} data-autofocus className="challenge">
        {challenge ? (
          <Content challenge={challenge} onClose={onClose} isAsking={isAsking} setAsking={setAsking} />
        ) : asked.isError ? (
          <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />
        ) : (
          <Stack>
            <Skeleton height={56} />
            <Skeleton height={220} />
          </Stack>
        )}
      </div>
    </Drawer>
  )
}

function Content({ challenge, onClose, ...asking }: { challenge: Challenge; onClose: () => void } & Asking) {
  const { t } = useTranslation('challenges')
  const hasChanged = useHasChanged(challenge.digest)
  const isPending = challenge.state === 'pending'
  return (
    <Stack gap="md" className="challengeContent">
      {isPending && hasChanged && (
        <Alert role="alert" color="orange" icon={<IconRefresh size={18} aria-hidden />} title={t('changed.title')} data-changed>
          {t('changed.text')}
        </Alert>
      )}
      {isPending ? <BindingBand challenge={challenge} onLeave={onClose} /> : <Outcome challenge={challenge} />}
      <ChallengeFacts challenge={challenge} />
      {isPending && challenge.prompt !== undefined && challenge.prompt !== '' && <Prompt text={challenge.prompt} />}
      {/* What was typed is for what was displayed: another digest is another decision. */}
      <Stack gap="xs" className="challengeBottom">
        {isPending && <Decision key={challenge.digest} challenge={challenge} onClose={onClose} />}
        <Group justify="space-between" gap="xs">
          <Report challenge={challenge} {...asking} />
          <Group gap="xs">
            {isPending && (
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                leftSection={<IconQrcode size={16} aria-hidden />}
                onClick={() => showCode(challenge.ref)}
                data-show-code
              >
                {t('showCode')}
              </Button>
            )}
            {!isPending && (
              <Button size="sm" variant="default" onClick={onClose}>
                {t('close')}
              </Button>
            )}
          </Group>
        </Group>
        {isPending && (
          <Text size="xs" c="dimmed">
            {t('never')}
          </Text>
        )}
      </Stack>
    </Stack>
  )
}

/** What the machine wrote in the sign-in that this console began there: nobody else sees that screen, so it is shown here. */
function Prompt({ text }: { text: string }) {
  const { t } = useTranslation('challenges')
  return (
    <section aria-label={t('prompt')}>
      <Text size="xs" c="dimmed">
        {t('prompt')}
      </Text>
      <pre className="challengePrompt foreignLines" data-prompt>
        <bdi>{text}</bdi>
      </pre>
    </section>
  )
}

/** Whether it was something else when it was opened. */
function useHasChanged(digest: string): boolean {
  const [first] = useState(digest)
  return first !== digest
}
