import { Group, Loader, Stack, Text, VisuallyHidden } from '@mantine/core'
import { IconCircleCheckFilled, IconCircleDashed, IconCircleMinus, IconCircleXFilled } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Step } from '../../preload/contract.ts'
import { useRunningClock } from './useRunningClock.ts'

const iconSize = 16

function StepIcon({ state }: { state: Step['state'] }) {
  switch (state) {
    case 'waiting':
      return <IconCircleDashed size={iconSize} color="var(--mantine-color-dimmed)" aria-hidden />
    case 'running':
      return <Loader size={iconSize - 2} aria-hidden />
    case 'done':
      return <IconCircleCheckFilled size={iconSize} color="var(--mantine-color-teal-filled)" aria-hidden />
    case 'skipped':
      return <IconCircleMinus size={iconSize} color="var(--mantine-color-dimmed)" aria-hidden />
    case 'failed':
      return <IconCircleXFilled size={iconSize} color="var(--mantine-color-red-filled)" aria-hidden />
  }
}

function ElapsedText({ ms }: { ms: number }) {
  const { t, i18n } = useTranslation('sessions')
  const digits = ms < 100 ? 2 : 1
  const value = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(ms / 1000)
  return (
    <Text size="xs" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums', flexShrink: 0 }}>
      {t('seconds', { value })}
    </Text>
  )
}

/** A running step's time goes on from what main said when this was put up. */
function RunningElapsed({ saidMs }: { saidMs: number }) {
  const nowMs = useRunningClock(true, 100)
  const [shownAtMs] = useState(() => performance.now())
  return <ElapsedText ms={saidMs + Math.max(0, nowMs - shownAtMs)} />
}

function Elapsed({ step }: { step: Step }) {
  if (step.state === 'running') return <RunningElapsed key={step.elapsedMs} saidMs={step.elapsedMs ?? 0} />
  return step.state === 'done' && step.elapsedMs !== undefined ? <ElapsedText ms={step.elapsedMs} /> : null
}

/** The steps of one click, each with its state as icon and word, and its time. */
export function AttemptSteps({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation('sessions')
  return (
    <Stack gap={4} role="list" aria-live="polite">
      {steps.map((step) => {
        const isQuiet = step.state !== 'running' && step.state !== 'failed'
        return (
          <Group key={step.name} gap="sm" wrap="nowrap" role="listitem" h={26} data-step={step.name} data-state={step.state}>
            <StepIcon state={step.state} />
            <Text size="sm" flex={1} {...(isQuiet ? { c: 'dimmed' } : { fw: 600 })} truncate title={t(`steps.${step.name}`)}>
              {t(`steps.${step.name}`)}
            </Text>
            {step.state === 'failed' || step.state === 'skipped' ? (
              <Text size="xs" c={step.state === 'failed' ? 'var(--gate-bad)' : 'dimmed'} style={{ flexShrink: 0 }}>
                {t(`stepState.${step.state}`)}
              </Text>
            ) : (
              <VisuallyHidden>{t(`stepState.${step.state}`)}</VisuallyHidden>
            )}
            <Elapsed step={step} />
          </Group>
        )
      })}
    </Stack>
  )
}
