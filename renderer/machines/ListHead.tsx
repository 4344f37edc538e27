import { useTranslation } from 'react-i18next'
import type { MachineQuery } from './slices.ts'

interface HeadProps {
  query: MachineQuery
  onSort: (sort: MachineQuery['sort']) => void
  all: boolean
  /** There is room for tags. */
  wide: boolean
  /** Absent when there are more than a bulk action may take. */
  onAll?: () => void
}

/** The grid's head: columns with a sort turn it round when they are clicked again. */
export function ListHead({ query, onSort, all, wide, onAll }: HeadProps) {
  const { t } = useTranslation('machines')
  return (
    <div className="machineHead" role="row" aria-rowindex={1}>
      <div role="columnheader" className="machineLead">
        <input
          type="checkbox"
          checked={all}
          disabled={!onAll}
          onChange={onAll}
          aria-label={t('head.all')}
          title={onAll ? t('head.all') : t('head.tooMany')}
        />
      </div>
      <div role="columnheader" aria-sort={sorted('name', 'site')} className="machineSorts">
        {sort('name', t('head.name'))}
        {sort('site', t('head.site'))}
      </div>
      <div role="columnheader" aria-sort={sorted('address')}>
        {sort('address', t('head.address'))}
      </div>
      {wide && <div role="columnheader">{t('head.tags')}</div>}
      {query.tab === 'configured' && (
        <>
          <div role="columnheader" aria-sort={sorted('lastAccess')}>
            {sort('lastAccess', t('head.lastAccess'))}
          </div>
          <div role="columnheader" aria-sort={sorted('approvals')} className="machineNumber">
            {sort('approvals', t('head.approvals'), t('head.approvalsLong'))}
          </div>
          <div role="columnheader">{t('head.state')}</div>
        </>
      )}
      {query.tab === 'notConfigured' && <div role="columnheader">{t('head.defaults')}</div>}
      {query.tab === 'unsupported' && <div role="columnheader">{t('head.reason')}</div>}
      <div role="columnheader">
        <span className="hiddenText">{t('head.deeds')}</span>
      </div>
    </div>
  )

  function sorted(...sorts: MachineQuery['sort'][]): 'ascending' | 'descending' | 'none' {
    if (!sorts.includes(query.sort)) return 'none'
    return query.descending ? 'descending' : 'ascending'
  }

  function sort(by: MachineQuery['sort'], label: string, title?: string) {
    const direction = query.sort === by ? (query.descending ? 'down' : 'up') : undefined
    return (
      <button type="button" className="machineSort" data-sort={by} data-direction={direction} title={title} onClick={() => onSort(by)}>
        {label}
      </button>
    )
  }
}
