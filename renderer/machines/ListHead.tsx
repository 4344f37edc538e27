import { useTranslation } from 'react-i18next'
import type { MachineColumn } from '../../preload/contract.ts'
import { columns as known } from './columns.ts'
import type { MachineQuery } from './query.ts'

interface HeadProps {
  query: MachineQuery
  columns: readonly MachineColumn[]
  onSort: (sort: MachineQuery['sort']) => void
  all: boolean
  /** Absent when there are more than a bulk action may take. */
  onAll?: () => void
}

/** The grid's head: columns with a sort turn it round when they are clicked again. */
export function ListHead({ query, columns, onSort, all, onAll }: HeadProps) {
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
      {columns.includes('site') ? (
        <div role="columnheader" aria-sort={sorted('name')} className="machineSorts">
          {sort('name', t('head.name'))}
        </div>
      ) : (
        <div role="columnheader" aria-sort={sorted('name', 'site')} className="machineSorts">
          {sort('name', t('head.name'))}
          {sort('site', t('head.site'))}
        </div>
      )}
      {columns.map((column) => {
        const by = column === 'state' && query.tab !== 'configured' ? undefined : known[column].sort
        const label = labelOf(column)
        return (
          <div
            key={column}
            role="columnheader"
            className={column === 'approvals' ? 'machineNumber' : undefined}
            aria-sort={by ? sorted(by) : undefined}
          >
            {by ? sort(by, label, column === 'approvals' ? t('head.approvalsLong') : undefined) : label}
          </div>
        )
      })}
      <div role="columnheader">
        <span className="hiddenText">{t('head.deeds')}</span>
      </div>
    </div>
  )

  function labelOf(column: MachineColumn): string {
    if (column !== 'state' || query.tab === 'configured') return t(`head.${column}`)
    return t(query.tab === 'notConfigured' ? 'head.defaults' : 'head.reason')
  }

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
