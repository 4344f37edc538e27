import { Button, Group, Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { openDialog } from './dialog.ts'
import { MachineFacts } from './MachineFacts.tsx'
import { RecentActivity } from './RecentActivity.tsx'
import { RuleList } from '../policies/RuleList.tsx'
import { useDeeds } from './useDeeds.ts'

interface OverviewProps {
  machine: MachineRow
  /** Where in the list it stands. */
  top: number
  height: number
  onDetails: () => void
}

/** A row opened in place (INV-4): what counts for a decision, without leaving the list. */
export function Overview({ machine, top, height, onDetails }: OverviewProps) {
  const { t } = useTranslation('machines')
  const detail = useAsk('machines.get', { machineId: machine.id })
  const { connect, turnOn } = useDeeds()
  return (
    <div role="row" className="overview" style={{ height, transform: `translateY(${top}px)` }}>
      <div role="gridcell" className="overviewCell">
        {machine.state === 'unsupported' && <p className="overviewWhy">{t(`unsupported.${machine.unsupportedReason ?? 'other'}`)}</p>}
        {detail.isError && <FailureAlert failure={failureOf(detail.error)} onRetry={() => void detail.refetch()} />}
        {detail.isPending && <Skeleton height={180} />}
        {detail.data && (
          <div className="overviewColumns">
            <section aria-label={t('overview.facts')}>
              <h3>{t('overview.facts')}</h3>
              <MachineFacts machine={detail.data} brief />
            </section>
            <section aria-label={t('overview.ports')}>
              <h3>{t('overview.ports')}</h3>
              <RuleList rules={detail.data.rules} os={detail.data.os} supported={detail.data.state !== 'unsupported'} />
            </section>
            <section aria-label={t('overview.recent')}>
              <h3>{t('overview.recent')}</h3>
              <RecentActivity machineId={machine.id} limit={5} />
            </section>
          </div>
        )}
        <Group gap="xs" mt="auto">
          {machine.state !== 'unsupported' && (
            <Button size="xs" onClick={() => connect(machine)}>
              {t('overview.connect')}
            </Button>
          )}
          {machine.state === 'configured' && (
            <Button size="xs" variant="default" onClick={() => openDialog({ name: 'request', machineIds: [machine.id] })}>
              {t('menu.request')}
            </Button>
          )}
          {machine.state === 'notConfigured' && (
            <Button size="xs" variant="default" onClick={() => void turnOn([machine])}>
              {t('menu.turnOn')}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={onDetails}>
            {t('menu.details')}
          </Button>
        </Group>
      </div>
    </div>
  )
}
