import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { IconCopy, IconExternalLink, IconRefresh } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzureSignIn } from '../../preload/contract.ts'
import { call, failureOf, useAsk } from '../door.ts'
import { clockText, useRemaining } from '../grants/remaining.ts'
import { useDeeds } from '../machines/useDeeds.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { TenantChoice } from './TenantChoice.tsx'

interface SignInProgressProps {
  signInId: string
  /** To the form, with what was entered; what runs is stopped. */
  onBack: () => void
  /** The same once more. */
  onAgain: () => void
  onDone: () => void
}

const everyMs = 1000

/** A sign-in under way, until it is done or has failed. */
export function SignInProgress({ signInId, onBack, onAgain, onDone }: SignInProgressProps) {
  const { t } = useTranslation('azure')
  const asked = useAsk('azure.signIn', { signInId }, { refetchInterval: everyMs })
  const isDone = asked.data?.kind === 'done'
  useEffect(() => {
    if (!isDone) return
    tellDone(t('signIn.done'))
    onDone()
    // Once, when it becomes done.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isDone])
  if (asked.isError) return <Failed onBack={onBack} failure={<FailureAlert failure={failureOf(asked.error)} onRetry={onAgain} />} />
  const state = asked.data
  if (state === undefined || state.kind === 'done')
    return (
      <Group justify="center" py="xl">
        <Loader aria-label={t('signIn.browserOpens')} />
      </Group>
    )
  switch (state.kind) {
    case 'browser':
      return <InBrowser url={state.url} onStop={onBack} />
    case 'deviceCode':
      return <WithCode code={state} onStop={onBack} onAgain={onAgain} />
    case 'chooseTenant':
      return <TenantChoice signInId={signInId} account={state.account} tenants={state.tenants} onStop={onBack} />
    case 'failed':
      return <Failed onBack={onBack} failure={<FailureAlert failure={state.failure} onRetry={onAgain} />} />
  }
}

function Failed({ failure, onBack }: { failure: ReactNode; onBack: () => void }) {
  const { t } = useTranslation('azure')
  return (
    <Stack gap="md" data-sign-in="failed">
      <Text fw={600}>{t('signIn.failed')}</Text>
      {failure}
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack} data-autofocus>
          {t('signIn.back')}
        </Button>
      </Group>
    </Stack>
  )
}

/** Opens a page outside; where that fails the address can be copied. */
function useOpenPage(): (url: string) => void {
  const failureText = useFailureText()
  return (url) => void call('app.openWebPage', { url }).catch((error: unknown) => tellFailure(error, failureText))
}

function InBrowser({ url, onStop }: { url: string | undefined; onStop: () => void }) {
  const { t } = useTranslation('azure')
  const openPage = useOpenPage()
  const { copy } = useDeeds()
  return (
    <Stack gap="md" data-sign-in="browser">
      <Group gap="sm" wrap="nowrap" align="flex-start" role="status">
        <Loader size="sm" mt={2} aria-hidden />
        <div>
          <Text fw={600}>{url === undefined ? t('signIn.browserOpens') : t('signIn.browserWaits')}</Text>
          <Text size="sm">{t('signIn.browserWaitsText')}</Text>
        </div>
      </Group>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          {url !== undefined && (
            <>
              <Button
                variant="default"
                leftSection={<IconExternalLink size={16} aria-hidden />}
                onClick={() => openPage(url)}
                data-open-again
              >
                {t('signIn.openAgain')}
              </Button>
              <Button variant="subtle" leftSection={<IconCopy size={16} aria-hidden />} onClick={() => void copy(url)}>
                {t('signIn.copyAddress')}
              </Button>
            </>
          )}
        </Group>
        <Button variant="default" onClick={onStop}>
          {t('signIn.stop')}
        </Button>
      </Group>
    </Stack>
  )
}

interface WithCodeProps {
  code: Extract<AzureSignIn, { kind: 'deviceCode' }>
  onStop: () => void
  onAgain: () => void
}

function WithCode({ code: { userCode, verificationUri, expiresAt }, onStop, onAgain }: WithCodeProps) {
  const { t } = useTranslation('azure')
  const openPage = useOpenPage()
  const { copy } = useDeeds()
  const leftMs = useRemaining({ endsAt: expiresAt }) ?? 0
  const isOver = leftMs === 0
  return (
    <Stack gap="md" data-sign-in="deviceCode">
      <div>
        <Text fw={600}>{isOver ? t('signIn.expired') : t('signIn.code')}</Text>
        {!isOver && <Text size="sm">{t('signIn.codeText')}</Text>}
      </div>
      {!isOver && (
        <>
          <div className="deviceCode">
            <output aria-live="polite" data-user-code>
              {userCode}
            </output>
            <Button variant="default" leftSection={<IconCopy size={16} aria-hidden />} onClick={() => void copy(userCode)}>
              {t('signIn.copyCode')}
            </Button>
          </div>
          <Text size="sm" c="dimmed">
            {t('signIn.expires')}{' '}
            <span className="tabular" role="timer">
              {clockText(leftMs)}
            </span>
          </Text>
          <Text size="sm" c="dimmed" className="deviceUri">
            {verificationUri}
          </Text>
        </>
      )}
      <Text size="sm">{t('signIn.codeOnlyOwn')}</Text>
      <Group justify="space-between" gap="xs">
        {isOver ? (
          <Button leftSection={<IconRefresh size={16} aria-hidden />} onClick={onAgain}>
            {t('signIn.newCode')}
          </Button>
        ) : (
          <Button leftSection={<IconExternalLink size={16} aria-hidden />} onClick={() => openPage(verificationUri)} data-autofocus>
            {t('signIn.openPage')}
          </Button>
        )}
        <Button variant="default" onClick={onStop}>
          {t('signIn.stop')}
        </Button>
      </Group>
    </Stack>
  )
}
