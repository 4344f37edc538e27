import { ActionIcon, Button, Group, NumberInput, Select, Stack, Table, TagsInput, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { OperatingSystem, PortRule } from '../../preload/contract.ts'
import { portName } from '../machines/defaults.ts'
import { durationMs, durationText, isoDuration } from '../parts/time.ts'
import { addRule, changeRule, maximumChoicesMs, recommendedPorts, removeRule, toPort } from './rules.ts'

interface RulesTableProps {
  rules: readonly PortRule[]
  os: OperatingSystem
  onChange: (rules: PortRule[]) => void
}

/** POL-2: port rules added, changed and removed. */
export function RulesTable({ rules, os, onChange }: RulesTableProps) {
  const { t } = useTranslation(['policies', 'common'])
  return (
    <Stack gap="sm">
      {rules.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noRules')}
        </Text>
      ) : (
        <Table verticalSpacing={6} horizontalSpacing={6} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={124}>{t('head.port')}</Table.Th>
              <Table.Th w={92}>{t('head.protocol')}</Table.Th>
              <Table.Th>{t('head.sources')}</Table.Th>
              <Table.Th w={132}>{t('head.maximum')}</Table.Th>
              <Table.Th w={36}>
                <span className="hiddenText">{t('common:remove')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rules.map((rule, index) => (
              <RuleRow
                key={`${rule.port}-${index}`}
                rule={rule}
                onChange={(part) => onChange(changeRule(rules, index, part))}
                onRemove={() => onChange(removeRule(rules, index))}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <AddPort rules={rules} os={os} onAdd={(port) => onChange(addRule(rules, port))} />
    </Stack>
  )
}

function RuleRow({ rule, onChange, onRemove }: { rule: PortRule; onChange: (part: Partial<PortRule>) => void; onRemove: () => void }) {
  const { t, i18n } = useTranslation('policies')
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550}>
          {portName(rule.port)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Select
          size="xs"
          aria-label={t('field.protocol', { port: rule.port })}
          data={(['tcp', 'udp', 'any'] as const).map((value) => ({ value, label: t(`protocols.${value}`) }))}
          value={rule.protocol}
          allowDeselect={false}
          onChange={(value) => value && onChange({ protocol: value })}
        />
      </Table.Td>
      <Table.Td>
        <TagsInput
          size="xs"
          aria-label={t('field.sources', { port: rule.port })}
          placeholder={rule.sources.length === 0 ? t('anySource') : ''}
          value={rule.sources}
          splitChars={[',', ' ', ';']}
          acceptValueOnBlur
          onChange={(sources) => onChange({ sources })}
        />
      </Table.Td>
      <Table.Td>
        <Select
          size="xs"
          aria-label={t('field.maximum', { port: rule.port })}
          data={durationOptions(maximumChoicesMs, rule.maxDuration, i18n.language)}
          value={rule.maxDuration}
          allowDeselect={false}
          onChange={(value) => value !== null && onChange({ maxDuration: value })}
        />
      </Table.Td>
      <Table.Td>
        <ActionIcon variant="subtle" color="gray" aria-label={t('removeRule', { port: rule.port })} onClick={onRemove}>
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  )
}

/** The recommended ports that have no rule yet, and any other. */
function AddPort({ rules, os, onAdd }: { rules: readonly PortRule[]; os: OperatingSystem; onAdd: (port: number) => void }) {
  const { t } = useTranslation('policies')
  const [custom, setCustom] = useState<string | number>('')
  const customPort = toPort(custom)
  const offered = recommendedPorts(os).filter((port) => !rules.some((rule) => rule.port === port))
  const onCustom = (): void => {
    if (customPort === undefined) return
    onAdd(customPort)
    setCustom('')
  }
  return (
    <Group gap={6} align="center">
      {offered.map((port) => (
        <Button key={port} size="compact-xs" variant="default" leftSection={<IconPlus size={12} aria-hidden />} onClick={() => onAdd(port)}>
          {portName(port)}
        </Button>
      ))}
      <NumberInput
        size="xs"
        w={96}
        aria-label={t('customPort')}
        placeholder={t('customPort')}
        value={custom}
        onChange={setCustom}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        max={65535}
        clampBehavior="strict"
        onKeyDown={(event) => event.key === 'Enter' && onCustom()}
      />
      <Button size="xs" variant="subtle" disabled={customPort === undefined} onClick={onCustom}>
        {t('addPort')}
      </Button>
    </Group>
  )
}

/** The usual durations, and the own one where it is another. */
export function durationOptions(usualMs: readonly number[], own: string, language: string): { value: string; label: string }[] {
  const ownMs = durationMs(own)
  const usual = usualMs.filter((ms) => ms !== ownMs).map((ms) => ({ ms, value: isoDuration(ms), label: durationText(ms, language) }))
  return [...usual, { ms: ownMs ?? 0, value: own, label: ownMs === undefined ? own : durationText(ownMs, language) }]
    .sort((a, b) => a.ms - b.ms)
    .map(({ value, label }) => ({ value, label }))
}
