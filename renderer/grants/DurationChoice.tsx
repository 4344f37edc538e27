import { Chip, Group, NumberInput, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { durationChoices, durationText } from './durations.ts'
import { Part } from './Part.tsx'

interface DurationChoiceProps {
  mostMs: number
  durationMs: number
  onChange: (durationMs: number) => void
}

const minuteMs = 60_000

/** For how long: the usual choices within what policy allows, or a number of minutes. */
export function DurationChoice({ mostMs, durationMs, onChange }: DurationChoiceProps) {
  const { t } = useTranslation('grants')
  const choices = durationChoices(mostMs)
  const [isCustom, setCustom] = useState(!choices.includes(durationMs))
  const mostMinutes = Math.floor(mostMs / minuteMs)
  return (
    <Part title={t('request.duration')}>
      <Group gap="xs">
        <Chip.Group
          multiple={false}
          value={isCustom ? 'custom' : String(durationMs)}
          onChange={(value) => {
            setCustom(value === 'custom')
            if (value !== 'custom') onChange(Number(value))
          }}
        >
          {choices.map((ms) => (
            <Chip key={ms} value={String(ms)} size="sm">
              {durationText(ms)}
            </Chip>
          ))}
          <Chip value="custom" size="sm">
            {t('request.custom')}
          </Chip>
        </Chip.Group>
        {isCustom && (
          <NumberInput
            size="xs"
            w={150}
            min={1}
            max={mostMinutes}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            suffix=" min"
            aria-label={t('request.customLabel')}
            value={Math.round(durationMs / minuteMs)}
            onChange={(minutes) => {
              const count = Number(minutes)
              if (Number.isFinite(count) && count >= 1) onChange(Math.min(count, mostMinutes) * minuteMs)
            }}
          />
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {t('request.maxHelp', { duration: durationText(mostMs) })}
      </Text>
    </Part>
  )
}
