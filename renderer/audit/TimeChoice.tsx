import { Button, Group, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ChosenTime, rangeOf, spans } from './chosenFilter.ts'

/** "2026-11-22T10:00" in local time, as a field of the type datetime-local has it. */
function toField(ms: number | undefined): string {
  if (ms === undefined) return ''
  const at = new Date(ms)
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function fromField(text: string): number | undefined {
  const ms = new Date(text).getTime()
  return Number.isNaN(ms) ? undefined : ms
}

/** The last hour to the last month, or from one moment to another; either may be open. */
export function TimeChoice({ time, onTime }: { time: ChosenTime; onTime: (time: ChosenTime) => void }) {
  const { t } = useTranslation('audit')
  const range = rangeOf(time)
  const [from, setFrom] = useState(() => toField(range.fromMs))
  const [to, setTo] = useState(() => toField(range.toMs))
  const fromMs = fromField(from)
  const toMs = fromField(to)
  const isWrong = fromMs !== undefined && toMs !== undefined && fromMs >= toMs
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!isWrong) onTime(fromMs === undefined && toMs === undefined ? { kind: 'any' } : { kind: 'between', fromMs, toMs })
  }
  return (
    <div className="timeChoice">
      <div role="group" aria-label={t('filter.time')}>
        {spans.map((span) => (
          <UnstyledButton
            key={span}
            className="facet"
            aria-pressed={time.kind === 'last' && time.span === span}
            data-span={span}
            onClick={() => onTime({ kind: 'last', span, chosenMs: Date.now() })}
          >
            {t(`filter.${span}`)}
          </UnstyledButton>
        ))}
        <UnstyledButton className="facet" aria-pressed={time.kind === 'any'} onClick={() => onTime({ kind: 'any' })}>
          {t('filter.any')}
        </UnstyledButton>
      </div>
      <form onSubmit={submit}>
        <Stack gap="xs" p={12} className="timeRange">
          <TextInput
            size="xs"
            type="datetime-local"
            label={t('filter.from')}
            value={from}
            onChange={({ currentTarget }) => setFrom(currentTarget.value)}
          />
          <TextInput
            size="xs"
            type="datetime-local"
            label={t('filter.to')}
            value={to}
            error={isWrong && t('filter.wrongRange')}
            onChange={({ currentTarget }) => setTo(currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button size="xs" type="submit" variant="default" disabled={isWrong}>
              {t('filter.apply')}
            </Button>
          </Group>
        </Stack>
      </form>
    </div>
  )
}
