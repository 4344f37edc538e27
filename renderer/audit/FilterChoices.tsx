import { Button, Group } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditFacets } from '../../preload/contract.ts'
import { type ChosenFilter, type Dimension, marks, outcomes, toFilter, toggled, topicNames, without, withTopics } from './chosenFilter.ts'
import { type FacetChoice, FacetList } from './FacetList.tsx'
import { useFacets } from './useOverview.ts'
import { useAuditWords } from './useSentence.ts'

interface FilterChoicesProps {
  dimension: Exclude<Dimension, 'time'>
  filter: ChosenFilter
  onChange: (filter: ChosenFilter) => void
  gateways: readonly { id: string; name: string }[]
}

/** What one chip can be set to. */
export function FilterChoices({ dimension, filter, onChange, gateways }: FilterChoicesProps) {
  const { t } = useTranslation('audit')
  const words = useAuditWords()
  const [typed, setTyped] = useState('')
  const [looked] = useDebouncedValue(typed.trim(), 200)
  const isCounted = dimension !== 'outcomes' && dimension !== 'marks' && dimension !== 'gateways'
  // A chip's own choices are counted without it; of events, within the chosen topics.
  const own = dimension === 'events' ? { ...filter, actions: [] } : without(filter, dimension)
  // More than fifty are not told at once: what is typed is looked for among the events' words, where names are.
  const isLookedFor = looked !== '' && dimension !== 'events'
  const facets = useFacets(toFilter(isLookedFor ? { ...own, text: `${own.text} ${looked}`.slice(0, 200) } : own), isCounted)
  const props = { name: t(`chip.${dimension}`), isLoading: isCounted && facets.isFetching }
  const data = facets.data
  const searched = { onSearch: setTyped }

  switch (dimension) {
    case 'machine':
      return (
        <FacetList
          {...props}
          {...searched}
          isSingle
          choices={(data?.machines ?? []).map(({ id, name, count }) => ({
            value: id,
            label: name === '' ? id : name,
            count,
            isForeign: true,
          }))}
          chosen={filter.machine && data?.machines.some(({ id }) => id === filter.machine?.id) ? [filter.machine.id] : []}
          onToggle={(id) => {
            const name = data?.machines.find((one) => one.id === id)?.name
            onChange({ ...filter, machine: filter.machine?.id === id ? undefined : { id, name } })
          }}
        />
      )
    case 'events':
      return (
        <>
          <Group gap={6} p={8} pb={0} role="group" aria-label={t('filter.topics')}>
            {topicNames.map((name) => (
              <Button
                key={name}
                size="compact-xs"
                variant={filter.topics.includes(name) ? 'filled' : 'default'}
                aria-pressed={filter.topics.includes(name)}
                onClick={() => onChange(withTopics(filter, toggled(filter.topics, name)))}
                data-topic={name}
              >
                {t(`topic.${name}`)}
              </Button>
            ))}
          </Group>
          <FacetList
            {...props}
            choices={(data?.actions ?? []).map(({ value, count }) => ({ value, label: words.sentence(value), count }))}
            chosen={filter.actions}
            labelOf={(action) => words.sentence(action)}
            onToggle={(action) => onChange({ ...filter, actions: toggled(filter.actions, action) })}
          />
        </>
      )
    case 'outcomes':
      return fixed(
        outcomes.map((one) => ({ value: one, label: t(`outcome.${one}`) })),
        filter.outcomes,
        (value) => ({ outcomes: toggled(filter.outcomes, outcomes.find((one) => one === value) ?? 'ok') }),
      )
    case 'marks':
      return fixed(
        marks.map((one) => ({ value: one, label: t(`mark.${one}`) })),
        filter.marks,
        (value) => ({ marks: toggled(filter.marks, marks.find((one) => one === value) ?? 'verified') }),
      )
    case 'gateways':
      return fixed(
        gateways.map(({ id, name }) => ({ value: id, label: name, isForeign: true })),
        filter.gateways,
        (value) => ({ gateways: toggled(filter.gateways, value) }),
      )
    case 'ports':
      return (
        <FacetList
          {...props}
          {...searched}
          choices={ofFacet(data?.ports)}
          chosen={filter.ports.map(String)}
          onToggle={(value) => onChange({ ...filter, ports: toggled(filter.ports, Number(value)) })}
        />
      )
    case 'actors':
    case 'sites':
      return (
        <FacetList
          {...props}
          {...searched}
          choices={ofFacet(data?.[dimension])}
          chosen={filter[dimension]}
          onToggle={(value) => onChange({ ...filter, [dimension]: toggled(filter[dimension], value) })}
        />
      )
  }

  function fixed(choices: FacetChoice[], chosen: readonly string[], toggle: (value: string) => Partial<ChosenFilter>) {
    return <FacetList {...props} choices={choices} chosen={chosen} onToggle={(value) => onChange({ ...filter, ...toggle(value) })} />
  }
}

function ofFacet(facet: AuditFacets['actors'] | undefined): FacetChoice[] {
  return (facet ?? []).filter(({ value }) => value !== '').map(({ value, count }) => ({ value, label: value, count, isForeign: true }))
}
