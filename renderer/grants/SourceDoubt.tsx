import { Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Grant } from '../../preload/contract.ts'
import { Refusal, useAsk, useDo } from '../door.ts'
import { isolate } from '../parts/foreign.tsx'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { durationMs } from '../parts/time.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { wholeRanges } from './ranges.ts'
import { sourcesOf } from './requestPlan.ts'

interface SourceDoubtProps {
  grant: Grant & { sourceDoubt: NonNullable<Grant['sourceDoubt']> }
  /** Asks in the form, where one range is not the only choice. */
  onRange: () => void
}

/** It is open, and yet nothing gets through from here: the likely reason, and one click for all of the range that policy allows. */
export function SourceDoubt({ grant, onRange }: SourceDoubtProps) {
  const { t } = useTranslation('grants')
  const failureText = useFailureText()
  const options = useAsk('grants.options', { machineIds: [grant.machineId] }).data
  const request = useDo('grants.request')
  // Kept for the life of this band, so that a double click is one request (F-47).
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const allowed = options ? sourcesOf(options, { [grant.machineId]: grant.ports }) : []
  const ranges = wholeRanges(allowed)
  const only = ranges.length === 1 ? ranges[0] : undefined
  const ask = (source: string): void =>
    request.mutate(
      {
        idempotencyKey,
        machines: [{ machineId: grant.machineId, ports: grant.ports }],
        source,
        durationMs: durationMs(grant.duration ?? '') ?? 60 * 60_000,
        reason: grant.reason,
      },
      {
        onSuccess: ({ results }) => {
          const refused = results.map(({ result }) => result).find((result) => !result.ok)
          if (refused && !refused.ok) tellFailure(new Refusal(refused.failure), failureText)
          else tellDone(t('doubt.asked', { range: isolate(source) }))
        },
        onError: (error) => tellFailure(error, failureText),
      },
    )
  return (
    <Group gap={6} wrap="nowrap" c="var(--gate-warn)" data-source-doubt={grant.sourceDoubt}>
      <IconAlertTriangle size={15} aria-hidden style={{ flexShrink: 0 }} />
      <Text size="sm">{t(`doubt.${grant.sourceDoubt}`, { source: isolate(grant.source) })}</Text>
      <Button
        size="compact-xs"
        variant="default"
        style={{ flexShrink: 0 }}
        loading={request.isPending}
        onClick={() => (only === undefined ? onRange() : ask(only))}
        data-ask-range
      >
        {only === undefined ? t('doubt.askRange') : t('doubt.askFor', { range: isolate(only) })}
      </Button>
    </Group>
  )
}
