import { Radio, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RequestOptions } from '../../preload/contract.ts'
import { isolate } from '../parts/foreign.tsx'
import { Part } from './Part.tsx'
import { isSourceLike } from './requestPlan.ts'

interface SourceChoiceProps {
  options: RequestOptions
  /** What the chosen ports' rules name; empty: any. */
  allowed: readonly string[]
  /** undefined: my address. */
  source: string | undefined
  onChange: (source: string | undefined) => void
}

/** From where the port may be reached: the address that the gateway sees, or ranges where it serves others too (REQ-2). */
export function SourceChoice({ options, allowed, source, onChange }: SourceChoiceProps) {
  const { t } = useTranslation('grants')
  const mine = t('request.mineHelp', { address: isolate(options.myAddress) })
  if (!options.servesOtherSources) {
    return (
      <Part title={t('request.source')}>
        <Text size="sm">
          {t('request.mine')}: {mine}
        </Text>
        <Text size="xs" c="dimmed">
          {t('request.onlyMine')}
        </Text>
      </Part>
    )
  }
  const isOwn = source === undefined
  return (
    <Part title={t('request.source')}>
      <Radio.Group
        value={isOwn ? 'mine' : 'range'}
        onChange={(value) => onChange(value === 'mine' ? undefined : (allowed[0] ?? ''))}
        aria-label={t('request.source')}
      >
        <Stack gap="xs">
          <Radio value="mine" label={t('request.mine')} description={mine} />
          <Radio value="range" label={t('request.range')} description={t('request.rangeHelp')} />
        </Stack>
      </Radio.Group>
      {!isOwn && (
        <TextInput
          ml={32}
          aria-label={t('request.rangeLabel')}
          placeholder="10.0.0.0/8"
          value={source}
          maxLength={64}
          error={source !== '' && !isSourceLike(source)}
          description={allowed.length > 0 ? t('request.rangeAllowed', { sources: allowed.map(isolate).join(', ') }) : undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Part>
  )
}
