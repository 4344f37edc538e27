import { Button, Chip, CloseButton, Group, Pill, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { Trans, useTranslation } from 'react-i18next'
import { type ChosenFilter, isFiltered, noFilter, outcomes, spans, topicNames } from './auditFilter.ts'

interface AuditFiltersProps {
  filter: ChosenFilter
  onChange: (filter: ChosenFilter) => void
}

/** Filters as chips: what is on is seen at a glance, and each goes with one click. */
export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const { t } = useTranslation('audit')
  const change = (part: Partial<ChosenFilter>) => onChange({ ...filter, ...part })
  return (
    <Group gap="xs" role="search" aria-label={t('filter.label')}>
      <TextInput
        size="xs"
        w={230}
        aria-label={t('filter.search')}
        placeholder={t('filter.search')}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={filter.text}
        maxLength={200}
        onChange={(event) => change({ text: event.currentTarget.value })}
        rightSection={filter.text && <CloseButton size="xs" aria-label={t('filter.remove')} onClick={() => change({ text: '' })} />}
      />
      <Select
        size="xs"
        w={150}
        aria-label={t('filter.time')}
        value={filter.span}
        allowDeselect={false}
        data={spans.map((span) => ({ value: span, label: t(`filter.${span}`) }))}
        onChange={(value) => change({ span: spans.find((span) => span === value) ?? 'any' })}
      />
      {filter.span === 'range' && (
        <>
          <TextInput
            size="xs"
            type="date"
            aria-label={t('filter.from')}
            value={filter.from}
            onChange={(event) => change({ from: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            type="date"
            aria-label={t('filter.to')}
            value={filter.to}
            onChange={(event) => change({ to: event.currentTarget.value })}
          />
        </>
      )}
      <Chip.Group
        multiple
        value={[...filter.topics]}
        onChange={(values) => change({ topics: topicNames.filter((name) => values.includes(name)) })}
      >
        <Group gap={6} role="group" aria-label={t('filter.topics')}>
          {topicNames.map((name) => (
            <Chip key={name} value={name} size="xs">
              {t(`topic.${name}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Chip.Group
        multiple
        value={[...filter.outcomes]}
        onChange={(values) => change({ outcomes: outcomes.filter((name) => values.includes(name)) })}
      >
        <Group gap={6} role="group" aria-label={t('filter.outcomes')}>
          {outcomes.map((name) => (
            <Chip key={name} value={name} size="xs" color={name === 'ok' ? 'teal' : name === 'refused' ? 'orange' : 'red'}>
              {t(`outcome.${name}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {filter.machine && (
        <Pill
          size="md"
          withRemoveButton
          removeButtonProps={{ 'aria-label': t('filter.remove') }}
          onRemove={() => change({ machine: undefined })}
          maw={260}
        >
          <Trans
            t={t}
            i18nKey="filter.machine"
            components={{ name: <bdi>{(filter.machine.name ?? filter.machine.id).slice(0, 100)}</bdi> }}
          />
        </Pill>
      )}
      {filter.grantId !== undefined && (
        <Pill
          size="md"
          withRemoveButton
          removeButtonProps={{ 'aria-label': t('filter.remove') }}
          onRemove={() => change({ grantId: undefined })}
        >
          {t('filter.grant')}
        </Pill>
      )}
      {isFiltered(filter) && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(noFilter)}>
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  )
}
