import { Button, CloseButton, Group, Kbd, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { ChipMenu } from './ChipMenu.tsx'
import { type ChosenFilter, type Dimension, dimensions, isFiltered, isSet, noFilter, without } from './chosenFilter.ts'
import { FilterChoices } from './FilterChoices.tsx'
import { rangeText } from './ranges.ts'
import { TimeChoice } from './TimeChoice.tsx'
import { useAuditWords } from './useSentence.ts'

interface FilterBarProps {
  filter: ChosenFilter
  onChange: (filter: ChosenFilter) => void
  /** The logs that there are; with one there is nothing to choose. */
  gateways: readonly { id: string; name: string }[]
  search: Ref<HTMLInputElement>
  onLeaveDown: () => void
}

/** The search, and every filter as a chip: what is on is seen at a glance, and each goes with one click. */
export function FilterBar({ filter, onChange, gateways, search, onLeaveDown }: FilterBarProps) {
  const { t } = useTranslation('audit')
  const shown = dimensions.filter((one) => one !== 'gateways' || gateways.length > 1 || isSet(filter, one))
  return (
    <Group gap={6} role="search" aria-label={t('filter.label')} className="filterBar">
      <TextInput
        ref={search}
        size="xs"
        className="auditSearch"
        aria-label={t('filter.search')}
        placeholder={t('filter.search')}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={filter.text}
        maxLength={200}
        onChange={({ currentTarget }) => onChange({ ...filter, text: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'Enter') onLeaveDown()
          else if (event.key === 'Escape' && filter.text !== '') onChange({ ...filter, text: '' })
          else return
          event.preventDefault()
        }}
        rightSection={
          filter.text === '' ? (
            <Kbd size="xs" aria-hidden>
              /
            </Kbd>
          ) : (
            <CloseButton size="xs" aria-label={t('filter.clearSearch')} onClick={() => onChange({ ...filter, text: '' })} />
          )
        }
      />
      {shown.map((dimension) => (
        <Chip key={dimension} dimension={dimension} filter={filter} onChange={onChange} gateways={gateways} />
      ))}
      {isFiltered(filter) && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(noFilter)} data-clear-filters>
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  )
}

type ChipProps = Pick<FilterBarProps, 'filter' | 'onChange' | 'gateways'> & { dimension: Dimension }

function Chip({ dimension, filter, onChange, gateways }: ChipProps) {
  const { t, i18n } = useTranslation('audit')
  const words = useAuditWords()
  return (
    <ChipMenu
      name={t(`chip.${dimension}`)}
      mark={dimension}
      value={isSet(filter, dimension) ? said() : undefined}
      onClear={() => onChange(without(filter, dimension))}
      width={dimension === 'time' ? 250 : dimension === 'events' ? 360 : 300}
    >
      {(close) =>
        dimension === 'time' ? (
          <TimeChoice
            time={filter.time}
            onTime={(time) => {
              onChange({ ...filter, time })
              close()
            }}
          />
        ) : (
          <FilterChoices dimension={dimension} filter={filter} onChange={onChange} gateways={gateways} />
        )
      }
    </ChipMenu>
  )

  function said(): string {
    switch (dimension) {
      case 'time':
        return timeText()
      case 'machine':
        return filter.machine?.name ?? '…'
      case 'events':
        return few([...filter.topics.map((name) => t(`topic.${name}`)), ...filter.actions.map((action) => words.sentence(action))])
      case 'outcomes':
        return few(filter.outcomes.map((one) => t(`outcome.${one}`)))
      case 'marks':
        return few(filter.marks.map((one) => t(`mark.${one}`)))
      case 'gateways':
        return few(filter.gateways.map((id) => gateways.find((one) => one.id === id)?.name ?? id))
      case 'ports':
        return few(filter.ports.map(String))
      case 'actors':
      case 'sites':
        return few(filter[dimension])
    }
  }

  function timeText(): string {
    const { time } = filter
    if (time.kind === 'any') return ''
    if (time.kind === 'last') return t(`filter.${time.span}`)
    if (time.fromMs !== undefined && time.toMs !== undefined) return rangeText(time.fromMs, time.toMs, i18n.language)
    const at = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })
    return time.fromMs === undefined ? t('filter.until', { at: at.format(time.toMs) }) : t('filter.since', { at: at.format(time.fromMs) })
  }
}

/** The first one, and how many more. */
function few(values: readonly string[]): string {
  return values.length > 1 ? `${values[0] ?? ''} +${values.length - 1}` : (values[0] ?? '')
}
