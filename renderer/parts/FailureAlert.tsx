import { Alert, Button, Code, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Failure } from '../../preload/contract.ts'
import { call, queries } from '../door.ts'
import { show } from '../view.ts'
import type { FailureAction } from './failureText.ts'
import { useFailureText } from './useFailureText.ts'

export interface FailureAlertProps {
  failure: Failure
  /** What "Try again" does; without it there is no such button. */
  onRetry?: () => void
  onTurnOnJit?: () => void
  onRequestAgain?: () => void
}

/** A failure in words, with its one next action. Read out when it appears. */
export function FailureAlert({ failure, onRetry, onTurnOnJit, onRequestAgain }: FailureAlertProps) {
  const { t } = useTranslation(['failures', 'common'])
  const { title, advice, action, lines } = useFailureText()(failure)
  const button = action && buttonFor(action)
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={title}
      data-failure={failure.tag}
    >
      <Text size="sm">{advice}</Text>
      {lines && lines.length > 0 && (
        <Code block mt="xs" className="foreignLines">
          {lines.join('\n')}
        </Code>
      )}
      {button && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={button.act}>
            {button.label}
          </Button>
        </Group>
      )}
    </Alert>
  )

  function buttonFor(next: FailureAction): { label: string; act: () => void } | undefined {
    switch (next.kind) {
      case 'tryAgain':
        return onRetry && { label: t('common:tryAgain'), act: onRetry }
      case 'turnOnJit':
        return onTurnOnJit && { label: t('turnOnJit'), act: onTurnOnJit }
      case 'requestAgain':
        return onRequestAgain && { label: t('requestAgain'), act: onRequestAgain }
      case 'checkKeychain':
        return {
          label: t('keychain.checkAgain'),
          act: () => {
            void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('account.') })
            onRetry?.()
          },
        }
      case 'openSettings':
        return { label: t('openSettings'), act: () => show({ name: 'settings' }) }
      case 'openActivity':
        return { label: t('openActivity'), act: () => show({ name: 'audit' }) }
      case 'showMachine':
        return { label: t('showMachine'), act: () => show({ name: 'machines', machineId: next.machineId }) }
      case 'copy':
        return {
          label: t(next.what === 'command' ? 'copyCommand' : 'copyIncident'),
          act: () => void call('app.copyText', { text: next.text }).catch(() => undefined),
        }
    }
  }
}
