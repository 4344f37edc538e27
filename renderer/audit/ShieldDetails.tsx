import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isAzure } from '../azure/isAzure.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { exactText } from '../parts/time.ts'
import type { LogState } from './logState.ts'

interface ShieldDetailsProps {
  log: LogState
  /** Shows the events of a log that are not what they were. */
  onShowChanged: (gatewayId: string) => void
}

/** What a log's shield stands for, and the way to look again. */
export function ShieldDetails({ log, onShowChanged }: ShieldDetailsProps) {
  const { t, i18n } = useTranslation('audit')
  const look = useDo('audit.checkLogs')
  const verify = useDo('audit.verify')
  const isChecking = look.isPending || verify.isPending || log.checking !== undefined
  const failed = verify.error ?? look.error
  const changed = log.cache?.changed ?? 0
  const isUnprovable = log.state === 'unverified' && isAzure(log.gatewayId)
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {isUnprovable ? t('log.unprovable') : t(`log.title.${log.state}`)}
      </Text>
      {lines().map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
      {log.checking !== undefined && <Progress value={log.checking * 100} size="sm" aria-label={t('log.checkingLabel')} />}
      {failed && <FailureAlert failure={failureOf(failed)} />}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          loading={isChecking}
          onClick={() => {
            look.mutate({})
            verify.mutate({})
          }}
          data-check-log
        >
          {t('log.check')}
        </Button>
        {changed > 0 && (
          <Button size="xs" color="red" variant="light" onClick={() => onShowChanged(log.gatewayId)} data-show-changed>
            {t('log.showChanged', { count: changed, number: number(changed) })}
          </Button>
        )}
      </Group>
    </Stack>
  )

  function lines(): string[] {
    const { watched, cache, state, why } = log
    if (state === 'changed')
      return [
        ...(watched?.state === 'changed' ? [t(`log.alarm.${watched.how}`), t('log.alarm.todo')] : []),
        ...(changed > 0 ? [t('log.someChanged', { count: changed, number: number(changed) })] : []),
      ]
    return [
      ...(isUnprovable ? [t('log.azure')] : why === undefined ? [] : [t(`log.why.${why}`)]),
      ...(cache && cache.verified > 0 ? [t('log.proved', { verified: number(cache.verified), have: number(cache.have) })] : []),
      ...(watched?.state === 'verified' ? [t('log.verifiedLong', { at: exactText(watched.at, i18n.language) })] : []),
      ...(watched?.state === 'unverified' && watched.last
        ? [t('log.last', { at: exactText(watched.last.at, i18n.language), size: number(watched.last.size) })]
        : []),
    ]
  }
}
