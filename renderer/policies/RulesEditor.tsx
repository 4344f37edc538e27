import { ActionIcon, Button, Group, NumberInput, Select, Stack, Table, TagsInput, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail, PortRule } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { portName } from '../machines/defaults.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { tellDone } from '../parts/tell.ts'
import { durationMs, durationText, isoDuration } from '../parts/time.ts'
import { addRule, changeRule, maximumChoicesMs, recommendedPorts, removeRule, sameRules, toPort } from './rules.ts'

/** POL-2: rules added, changed and removed; nothing counts until it is saved. */
export function RulesEditor({ machine }: { machine: MachineDetail }) {
  const { t, i18n } = useTranslation(['policies', 'common'])
  const [draft, setDraft] = useState<PortRule[]>()
  const [custom, setCustom] = useState<string | number>('')
  const save = useDo('policies.set')
  const rules = draft ?? machine.rules
  const changed = draft !== undefined && !sameRules(draft, machine.rules)
  const offered = recommendedPorts(machine.os).filter((port) => !rules.some((rule) => rule.port === port))
  const customPort = toPort(custom)

  const onSave = async (): Promise<void> => {
    try {
      await save.mutateAsync({ machineIds: [machine.id], rules })
      setDraft(undefined)
      tellDone(t('saved'))
    } catch {
      // Shown below, from the mutation.
    }
  }
  const onCustom = (): void => {
    if (customPort === undefined) return
    setDraft(addRule(rules, customPort))
    setCustom('')
  }

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
              <Table.Th w={112}>{t('head.port')}</Table.Th>
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
              <Table.Tr key={`${rule.port}-${index}`}>
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
                    onChange={(value) => value && setDraft(changeRule(rules, index, { protocol: value }))}
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
                    onChange={(sources) => setDraft(changeRule(rules, index, { sources }))}
                  />
                </Table.Td>
                <Table.Td>
                  <Select
                    size="xs"
                    aria-label={t('field.maximum', { port: rule.port })}
                    data={maximumChoices(rule.maxDuration)}
                    value={rule.maxDuration}
                    allowDeselect={false}
                    onChange={(value) => value !== null && setDraft(changeRule(rules, index, { maxDuration: value }))}
                  />
                </Table.Td>
                <Table.Td>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('removeRule', { port: rule.port })}
                    onClick={() => setDraft(removeRule(rules, index))}
                  >
                    <IconTrash size={16} aria-hidden />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Group gap={6} align="center">
        {offered.map((port) => (
          <Button
            key={port}
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => setDraft(addRule(rules, port))}
          >
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
      {save.isError && changed && <FailureAlert failure={failureOf(save.error)} onRetry={() => void onSave()} />}
      {changed && (
        <Group gap="xs">
          <Button size="xs" loading={save.isPending} onClick={() => void onSave()}>
            {rules.length === 0 ? t('saveOff') : t('save')}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setDraft(undefined)
              save.reset()
            }}
          >
            {t('discard')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('closesOpen')}
          </Text>
        </Group>
      )}
    </Stack>
  )

  /** The usual maxima, and the rule's own where it is another one. */
  function maximumChoices(own: string): { value: string; label: string }[] {
    const ownMs = durationMs(own)
    const usual = maximumChoicesMs
      .filter((ms) => ms !== ownMs)
      .map((ms) => ({ ms, value: isoDuration(ms), label: durationText(ms, i18n.language) }))
    return [...usual, { ms: ownMs ?? 0, value: own, label: ownMs === undefined ? own : durationText(ownMs, i18n.language) }]
      .sort((a, b) => a.ms - b.ms)
      .map(({ value, label }) => ({ value, label }))
  }
}
