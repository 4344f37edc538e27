/**
 * The decision: the number of the machine's screen, typed by hand, and two buttons of which declining is the first. Enter in the field does nothing, no
 * button has the keyboard by itself, nothing counts within half a second of its appearing (F-76), and nothing is decided offline (F-78).
 */
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useId, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Challenge, Decided } from '../../preload/contract.ts'
import { useDeliberate } from '../approvals/deliberate.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { digitsOf, isHeldDown, isNumber, isTyped } from './typedNumber.ts'

/** Why it cannot be approved, where the band above has not said it. */
function whyNot({ binding, noApproval }: Challenge): Exclude<Challenge['noApproval'], 'otherMachine'> {
  return noApproval === 'otherMachine' || (noApproval === 'noSession' && binding.kind === 'none') ? undefined : noApproval
}

function withoutRepeats(event: KeyboardEvent): void {
  if (isHeldDown(event)) event.preventDefault()
}

export function Decision({ challenge, onClose }: { challenge: Challenge; onClose: () => void }) {
  const { t } = useTranslation('challenges')
  const { digest, noApproval, ref, state, triesLeft } = challenge
  const [typed, setTyped] = useState('')
  const [result, setResult] = useState<Decided['result']>()
  const deciding = useDo('challenges.decide')
  const deliberately = useDeliberate(`${ref} ${digest} ${state}`)
  const hint = useId()
  const why = whyNot(challenge)
  const isOffline = noApproval === 'offline'
  const mayApprove = noApproval === undefined && isNumber(typed)

  const decide = (decision: 'approve' | 'deny') =>
    deliberately(() => {
      if (deciding.isPending || (decision === 'approve' && !mayApprove)) return
      setResult(undefined)
      deciding.mutate(
        { ref, decision, digest, ...(decision === 'approve' ? { number: typed } : {}) },
        {
          onSuccess: (decided) => {
            setTyped('')
            setResult(decided.result)
            if (decided.result === 'done' && decision === 'deny') onClose()
          },
          onError: () => setTyped(''),
        },
      )
    })
  return (
    <Stack gap="sm">
      {why !== undefined && (
        <Alert color={isOffline ? 'red' : 'orange'} role="alert" title={t(`noApproval.${why}.title`)} data-no-approval={why}>
          {t(`noApproval.${why}.text`)}
        </Alert>
      )}
      {deciding.isError && <FailureAlert failure={failureOf(deciding.error)} />}
      <Group align="flex-end" gap="sm" wrap="nowrap" className="challengeDecision">
        <TextInput
          className="challengeNumber"
          label={t('number.label')}
          description={t('number.hint')}
          value={typed}
          inputMode="numeric"
          autoComplete="off"
          maxLength={2}
          disabled={noApproval !== undefined || deciding.isPending}
          error={result === 'wrongNumber'}
          aria-describedby={hint}
          onPaste={(event) => event.preventDefault()}
          onDrop={(event) => event.preventDefault()}
          // Enter here is a slip of the hand, never a decision.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          onChange={({ currentTarget, nativeEvent }) => {
            const after = digitsOf(currentTarget.value)
            const inputType = nativeEvent instanceof InputEvent ? nativeEvent.inputType : undefined
            if (isTyped(typed, after, inputType)) setTyped(after)
          }}
          data-number
        />
        <Group gap="sm" grow flex={1} wrap="nowrap">
          <Button
            size="md"
            color="red.9"
            leftSection={<IconX size={18} aria-hidden />}
            loading={deciding.isPending && deciding.variables.decision === 'deny'}
            disabled={isOffline || deciding.isPending}
            onKeyDown={withoutRepeats}
            onClick={decide('deny')}
            data-decline
          >
            {t('decline')}
          </Button>
          <Button
            size="md"
            leftSection={<IconCheck size={18} aria-hidden />}
            loading={deciding.isPending && deciding.variables.decision === 'approve'}
            disabled={!mayApprove || deciding.isPending}
            onKeyDown={withoutRepeats}
            onClick={decide('approve')}
            data-approve-sign-in
          >
            {t('approve')}
          </Button>
        </Group>
      </Group>
      <div id={hint} role="alert" className="challengeWrong" hidden={result !== 'wrongNumber'} data-wrong>
        {result === 'wrongNumber' && t('number.wrong', { count: triesLeft })}
      </div>
    </Stack>
  )
}
