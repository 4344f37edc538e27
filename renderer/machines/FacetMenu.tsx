import { Checkbox, Popover, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineFacets } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { chosenOf, type FacetName, type MachineQuery } from './query.ts'

interface FacetProps {
  facet: FacetName
  query: MachineQuery
  onChange: (values: readonly string[]) => void
}

type Value = MachineFacets['sites']['values'][number]

/** With fewer values there is nothing to look for. */
const fewValues = 9

/** One facet: its values with how many machines each would show. What is chosen counts at once. */
export function FacetMenu({ facet, query, onChange }: FacetProps) {
  const { t, i18n } = useTranslation('machines')
  const [opened, setOpened] = useState(false)
  const chosen = chosenOf(query, facet)
  const nameOf = useValueName(facet)
  const [only] = chosen
  const label = t(`filter.facet.${facet}`)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="lg" width={300} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className="chip chipMenu"
          data-facet={facet}
          data-chosen={chosen.length > 0 || undefined}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {only === undefined
            ? label
            : t('filter.chosen', {
                label,
                value: chosen.length === 1 ? nameOf({ value: only }) : chosen.length.toLocaleString(i18n.language),
              })}
        </button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={label}>
        <Values facet={facet} query={query} chosen={chosen} onChange={onChange} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Values({ facet, query, chosen, onChange }: FacetProps & { chosen: readonly string[] }) {
  const { t, i18n } = useTranslation('machines')
  const [text, setText] = useState('')
  const [narrow] = useDebouncedValue(text.trim(), 120)
  const { tab, search, filter, scope } = query
  const facets = useAsk(
    'machines.facets',
    {
      tab,
      search,
      ...(filter ? { filter } : {}),
      ...(scope ? { scope } : {}),
      ...(narrow === '' ? {} : { narrow: { facet, text: narrow } }),
    },
    { keep: true },
  )
  const nameOf = useValueName(facet)
  if (facets.isError) return <FailureAlert failure={failureOf(facets.error)} onRetry={() => void facets.refetch()} />
  if (!facets.data) return <Skeleton height={120} />
  const { values, more } = facets.data[facet]
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
  return (
    <>
      {(values.length >= fewValues || more > 0 || text !== '') && (
        <TextInput
          size="xs"
          mb={6}
          data-autofocus
          maxLength={100}
          aria-label={t('filter.narrow')}
          placeholder={t('filter.narrow')}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
      )}
      <div className="facetValues" role="group" aria-label={t(`filter.facet.${facet}`)}>
        {values.map((one) => (
          <Checkbox
            key={one.value}
            size="xs"
            classNames={{ root: 'facetValue', body: 'facetBody', labelWrapper: 'facetLabel' }}
            checked={chosen.includes(one.value)}
            onChange={() => toggle(one.value)}
            label={
              <>
                <Foreign text={nameOf(one)} />
                <span className="facetCount">{one.count.toLocaleString(i18n.language)}</span>
              </>
            }
          />
        ))}
        {values.length === 0 && <p className="quiet">{t('filter.noValues')}</p>}
      </div>
      {more > 0 && <p className="quiet facetMore">{t('filter.more', { count: more })}</p>}
    </>
  )
}

function useValueName(facet: FacetName): (value: Pick<Value, 'value' | 'label'>) => string {
  const { t } = useTranslation('machines')
  const sources = useAsk('machines.sources', {}, { enabled: facet === 'gateways' }).data?.sources
  return ({ value, label }) => {
    if (facet === 'gateways')
      return value === 'desk' ? t('provider.desk') : (label ?? sources?.find(({ gatewayId }) => gatewayId === value)?.name ?? value)
    if (value === '') return t(`filter.none.${facet}`)
    const isOs = value === 'windows' || value === 'linux' || value === 'macos' || value === 'other'
    return facet === 'os' && isOs ? t(`os.${value}`) : value
  }
}
