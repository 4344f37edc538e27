import { Button, Group, Paper, ScrollArea, Stack, Text } from '@mantine/core'
import { IconCircleCheckFilled, IconCircleXFilled, IconClock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Output, RequestOptions } from '../../preload/contract.ts'
import { Foreign } from '../parts/foreign.tsx'
import { useFailureText } from '../parts/useFailureText.ts'
import { show } from '../view.ts'
import { instantText } from './durations.ts'

type Results = Output<'grants.request'>['results']

interface RequestResultsProps {
  options: RequestOptions
  results: Results
  onClose: () => void
  onRetry: (failedMachineIds: readonly string[]) => void
}

/** What became of the request, machine by machine: one that failed does not hide the others. */
export function RequestResults({ options, results, onClose, onRetry }: RequestResultsProps) {
  const { t } = useTranslation('grants')
  const failed = results.filter(({ result }) => !result.ok).map(({ machineId }) => machineId)
  const nameOf = (machineId: string) => options.machines.find((machine) => machine.machineId === machineId)?.name ?? machineId
  return (
    <Stack gap="md">
      <Text size="sm" fw={600}>
        {t('request.resultsTitle')}
      </Text>
      <ScrollArea.Autosize mah={360} type="auto">
        <Stack gap="xs" role="list">
          {results.map(({ machineId, result }) => (
            <Paper key={machineId} withBorder px="sm" py={8} role="listitem" data-result={result.ok ? 'ok' : 'failed'}>
              <Group wrap="nowrap" gap="sm" align="flex-start">
                <ResultIcon result={result} />
                <Stack gap={2} miw={0} flex={1}>
                  <Text size="sm" fw={500} component="div">
                    <Foreign text={nameOf(machineId)} />
                  </Text>
                  <ResultText result={result} />
                </Stack>
              </Group>
            </Paper>
          ))}
        </Stack>
      </ScrollArea.Autosize>
      <Group justify="flex-end" gap="xs">
        {failed.length > 0 && (
          <Button variant="default" onClick={() => onRetry(failed)}>
            {t('request.retryFailed')}
          </Button>
        )}
        {failed.length < results.length && (
          <Button
            variant="light"
            onClick={() => {
              onClose()
              show({ name: 'access' })
            }}
          >
            {t('request.toAccess')}
          </Button>
        )}
        <Button onClick={onClose} data-autofocus>
          {t('request.done')}
        </Button>
      </Group>
    </Stack>
  )
}

type Result = Results[number]['result']

function ResultIcon({ result }: { result: Result }) {
  if (!result.ok) return <IconCircleXFilled size={18} color="var(--mantine-color-red-filled)" aria-hidden />
  if (result.grant.state === 'open') return <IconCircleCheckFilled size={18} color="var(--mantine-color-teal-filled)" aria-hidden />
  return <IconClock size={18} aria-hidden />
}

function ResultText({ result }: { result: Result }) {
  const { t, i18n } = useTranslation('grants')
  const failureWords = useFailureText()
  if (!result.ok) {
    const { title, advice } = failureWords(result.failure)
    return (
      <Text size="sm" c="dimmed">
        {title}. {advice}
      </Text>
    )
  }
  const { state, endsAt } = result.grant
  return (
    <Text size="sm" c="dimmed">
      {state === 'open' && endsAt !== undefined ? t('request.opened', { time: instantText(endsAt, i18n.language) }) : t(`state.${state}`)}
    </Text>
  )
}
