import { Button, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Output, RequestOptions } from '../../preload/contract.ts'
import { call, failureOf, useAsk, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { DurationChoice } from './DurationChoice.tsx'
import { durationText, instantText } from './durations.ts'
import { PortChoice } from './PortChoice.tsx'
import { RequestResults } from './RequestResults.tsx'
import { type Chosen, firstPorts, isSourceLike, machinesOf, mostMsOf, sourcesOf } from './requestPlan.ts'
import { SourceChoice } from './SourceChoice.tsx'
import { useTick } from './remaining.ts'

interface RequestFormProps {
  machineIds: readonly string[]
  /** Begins with a range as source, instead of this computer's address. */
  fromRange?: boolean
  opened: boolean
  onClose: () => void
}

/** Asks for access to one or several machines: only what policy allows can be chosen (REQ-1). */
export function RequestForm({ machineIds, fromRange = false, opened, onClose }: RequestFormProps) {
  const { t } = useTranslation('grants')
  const options = useAsk(
    'grants.options',
    { machineIds: [...machineIds].slice(0, 200) },
    { enabled: opened && machineIds.length > 0, keep: true },
  )
  const remembered = useAsk('settings.choices', { machineId: machineIds[0] ?? '' }, { enabled: opened && machineIds.length > 0 })
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={600}>{t('request.title')}</Text>} size={620} centered>
      {options.error && <FailureAlert failure={failureOf(options.error)} onRetry={() => void options.refetch()} />}
      {(options.isPending || remembered.isPending) && !options.error && (
        <Stack gap="sm" aria-busy>
          <Skeleton h={64} />
          <Skeleton h={36} />
          <Skeleton h={36} />
          <Skeleton h={72} />
        </Stack>
      )}
      {options.data && !remembered.isPending && (
        <RequestFields options={options.data} lastDurationMs={remembered.data?.durationMs} fromRange={fromRange} onClose={onClose} />
      )}
    </Modal>
  )
}

interface Wish {
  chosen: Chosen
  source?: string | undefined
  wantedMs?: number | undefined
  reason: string
  /** Renewed only by a changed wish, so that a double click or a retry is one request (F-47, F-48). */
  key: string
}

interface RequestFieldsProps {
  options: RequestOptions
  lastDurationMs: number | undefined
  fromRange: boolean
  onClose: () => void
}

type Results = Output<'grants.request'>['results']

function RequestFields({ options, lastDurationMs, fromRange, onClose }: RequestFieldsProps) {
  const { t, i18n } = useTranslation('grants')
  const [wish, setWish] = useState<Wish>(() => ({
    chosen: firstPorts(options),
    ...(fromRange && options.servesOtherSources && { source: sourcesOf(options, firstPorts(options))[0] ?? '' }),
    wantedMs: lastDurationMs,
    reason: '',
    key: crypto.randomUUID(),
  }))
  const { chosen, source, wantedMs, reason, key } = wish
  const change = (part: Partial<Omit<Wish, 'key'>>) => setWish({ ...wish, ...part, key: crypto.randomUUID() })
  const [results, setResults] = useState<Results>()
  const requesting = useDo('grants.request')
  const now = useTick()

  const mostMs = mostMsOf(options, chosen)
  const durationMs = Math.min(wantedMs ?? Number.POSITIVE_INFINITY, mostMs ?? 0)
  const machines = machinesOf(options, chosen)

  if (results) {
    return (
      <RequestResults
        options={options}
        results={results}
        onClose={onClose}
        onRetry={(failed) => {
          change({ chosen: Object.fromEntries(Object.entries(chosen).filter(([machineId]) => failed.includes(machineId))) })
          setResults(undefined)
        }}
      />
    )
  }

  const portCount = new Set(machines.flatMap(({ ports }) => ports)).size
  const ports = [...new Set(machines.flatMap((machine) => machine.ports))]
  const canSend = machines.length > 0 && durationMs > 0 && (source === undefined || isSourceLike(source))
  const send = () => {
    if (!canSend || requesting.isPending) return
    requesting.mutate(
      { idempotencyKey: key, machines, durationMs, reason: reason.trim(), ...(source === undefined ? {} : { source: source.trim() }) },
      {
        onSuccess: (answer) => {
          setResults(answer.results)
          for (const { machineId } of machines) void rememberDuration(machineId, durationMs)
        },
      },
    )
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Stack gap="lg">
        <PortChoice options={options} chosen={chosen} onChange={(next) => change({ chosen: next })} />
        <SourceChoice
          options={options}
          allowed={sourcesOf(options, chosen)}
          source={source}
          onChange={(next) => change({ source: next })}
        />
        {mostMs !== undefined && <DurationChoice mostMs={mostMs} durationMs={durationMs} onChange={(next) => change({ wantedMs: next })} />}
        <Textarea
          label={t('request.reason')}
          placeholder={t('request.reasonPlaceholder')}
          value={reason}
          maxLength={500}
          autosize
          minRows={2}
          maxRows={4}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
        {requesting.error && <FailureAlert failure={failureOf(requesting.error)} onRetry={send} />}
        <Group justify="space-between" wrap="nowrap" align="center" gap="lg">
          <Text size="sm" {...(canSend ? {} : { c: 'dimmed' })} data-summary>
            {machines.length === 0
              ? t('request.nothing')
              : t('request.summary', {
                  count: machines.length,
                  ports: ports.length === 1 ? t('request.onePort', { port: ports[0] }) : t('request.portCount', { count: portCount }),
                  source: source === undefined ? t('request.myAddressShort') : isolate(source),
                  duration: durationText(durationMs),
                  time: instantText(now.wallMs + durationMs, i18n.language),
                })}
          </Text>
          <Button type="submit" disabled={!canSend} loading={requesting.isPending} style={{ flexShrink: 0 }}>
            {t('request.send')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Chosen once, offered the next time. Without it, the next form begins with the maximum. */
async function rememberDuration(machineId: string, durationMs: number): Promise<void> {
  try {
    const choices = await call('settings.choices', { machineId })
    await call('settings.choose', { machineId, choices: { ...choices, durationMs } })
  } catch {
    // The request itself went well; a memory that failed is not worth an alarm.
  }
}
