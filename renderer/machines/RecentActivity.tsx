import { Anchor, Group, Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAuditWords } from '../audit/useSentence.ts'
import { failureOf, useAsk } from '../door.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { show } from '../view.ts'

/** A machine's latest events; the whole story is one click away. */
export function RecentActivity({ machineId, limit }: { machineId: string; limit: number }) {
  const { t } = useTranslation('machines')
  const words = useAuditWords()
  const page = useAsk('audit.list', { filter: { machineId }, limit })
  if (page.isPending) return <Skeleton height={100} />
  if (page.isError) return <FailureAlert failure={failureOf(page.error)} onRetry={() => void page.refetch()} />
  if (page.data.rows.length === 0) return <p className="quiet">{t('activity.none')}</p>
  return (
    <>
      <ul className="recent">
        {page.data.rows.map((row) => (
          <li key={row.id} data-outcome={row.outcome}>
            <span>{words.sentence(row.action)}</span>
            <Foreign text={row.actor} />
            <Ago at={row.at} />
          </li>
        ))}
      </ul>
      <Group gap="md">
        <Anchor component="button" type="button" size="sm" onClick={() => show({ name: 'audit', machineId, span: 'week' })}>
          {t('activity.week')}
        </Anchor>
        <Anchor component="button" type="button" size="sm" onClick={() => show({ name: 'audit', machineId })}>
          {t('activity.all')}
        </Anchor>
      </Group>
    </>
  )
}
