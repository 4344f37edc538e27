import { VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AuditSort } from '../../preload/contract.ts'
import type { ListSort } from './useRows.ts'

/** Another column: times begin with the newest, names with the first letter. The same one turns round. */
function nextSort(sort: ListSort, by: AuditSort): ListSort {
  return sort.by === by ? { by, descending: !sort.descending } : { by, descending: by === 'time' }
}

export function AuditListHead({ sort, onSort }: { sort: ListSort; onSort: (sort: ListSort) => void }) {
  const { t } = useTranslation('audit')
  const head = (by: AuditSort) => (
    <div role="columnheader" className={`audit-${by}`} aria-sort={sort.by !== by ? 'none' : sort.descending ? 'descending' : 'ascending'}>
      <button
        type="button"
        className="auditSort"
        data-sort={by}
        data-direction={sort.by === by ? (sort.descending ? 'down' : 'up') : undefined}
        onClick={() => onSort(nextSort(sort, by))}
      >
        {t(`head.${by}`)}
      </button>
    </div>
  )
  return (
    <div className="auditHead" role="row" aria-rowindex={1}>
      {head('time')}
      <div role="columnheader">{t('head.event')}</div>
      {head('machine')}
      {head('actor')}
      <div role="columnheader" className="auditOutcome">
        {t('head.outcome')}
      </div>
      <div role="columnheader">
        <VisuallyHidden>{t('head.mark')}</VisuallyHidden>
      </div>
    </div>
  )
}
