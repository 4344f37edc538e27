import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RequestOptions } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { isolate } from '../parts/foreign.tsx'
import { Part } from './Part.tsx'
import { isWithin, wholeRanges } from './ranges.ts'
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
  const inAzure = options.machines.some(({ machineId }) => isAzure(machineId))
  // What Azure sees is only known when it has opened a port.
  const isKnown = options.myAddress !== ''
  const mine = inAzure
    ? [t('request.mineAzure'), ...(isKnown ? [isolate(options.myAddress)] : [])].join(' ')
    : t('request.mineHelp', { address: isolate(options.myAddress) })
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
      {inAzure && <RefusedBefore allowed={allowed} source={source ?? options.myAddress} onRange={onChange} />}
    </Part>
  )
}

interface RefusedBeforeProps {
  allowed: readonly string[]
  source: string
  onRange: (range: string) => void
}

/** What Azure would refuse is said before it is asked, and the ranges that it takes are one click away. */
function RefusedBefore({ allowed, source, onRange }: RefusedBeforeProps) {
  const { t } = useTranslation('grants')
  const ranges = wholeRanges(allowed).filter((range) => range !== source)
  const isOutside = isSourceLike(source) && !isWithin(source, allowed)
  if (ranges.length === 0 && !isOutside) return null
  return (
    <Stack gap={6} ml={32} data-source-outside={isOutside}>
      {isOutside ? (
        <Text size="sm" c="var(--gate-warn)" role="alert">
          {t('request.outside', { source: isolate(source), sources: allowed.map(isolate).join(', ') })}
        </Text>
      ) : (
        <Text size="xs" c="dimmed">
          {t('request.strict')}
        </Text>
      )}
      <Group gap="xs">
        {ranges.slice(0, 5).map((range) => (
          <Button key={range} size="compact-xs" variant="default" onClick={() => onRange(range)}>
            {t('request.useRange', { range: isolate(range) })}
          </Button>
        ))}
      </Group>
    </Stack>
  )
}
