/** What narrows the list beside the search: favourites and recent ones, facets, saved filters; and which columns are shown. */
import { useTranslation } from 'react-i18next'
import type { MachineColumn, MachineScope } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { ColumnsMenu } from './ColumnsMenu.tsx'
import { FacetMenu } from './FacetMenu.tsx'
import { type FacetName, isNarrowed, type MachineQuery, withFacet, withoutFilter, withScope } from './query.ts'
import { SavedFilters } from './SavedFilters.tsx'

interface BarProps {
  query: MachineQuery
  columns: readonly MachineColumn[]
  onQuery: (query: MachineQuery) => void
}

const scopes: readonly MachineScope[] = ['all', 'favourites', 'recent']

export function FilterBar({ query, columns, onQuery }: BarProps) {
  const { t } = useTranslation('machines')
  const sources = useAsk('machines.sources', {}).data?.sources ?? []
  const facets: FacetName[] = [...(sources.length > 1 ? (['gateways'] as const) : []), 'sites', 'os', 'tags', 'users']
  const scope = query.scope ?? 'all'
  return (
    <div className="filterBar" role="toolbar" aria-label={t('filter.label')}>
      {scopes.map((one) => (
        <button
          key={one}
          type="button"
          className="chip"
          data-scope={one}
          aria-pressed={scope === one}
          onClick={() => onQuery(withScope(query, one))}
        >
          {t(`filter.scope.${one}`)}
        </button>
      ))}
      <span className="filterGap" />
      {facets.map((facet) => (
        <FacetMenu key={facet} facet={facet} query={query} onChange={(values) => onQuery(withFacet(query, facet, values))} />
      ))}
      {isNarrowed(query) && (
        <button type="button" className="chip chipPlain" onClick={() => onQuery(withoutFilter(query))} data-clear-filter>
          {t('filter.clear')}
        </button>
      )}
      <span className="filterEnd" />
      <SavedFilters query={query} onQuery={onQuery} />
      <ColumnsMenu shown={columns} />
    </div>
  )
}
