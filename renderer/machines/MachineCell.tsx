import { useTranslation } from 'react-i18next'
import type { Grant, MachineColumn, MachineHits, MachineRow } from '../../preload/contract.ts'
import { Countdown } from '../grants/Countdown.tsx'
import { Ago } from '../parts/Ago.tsx'
import { tip } from '../parts/foreign.tsx'
import { durationMs, durationText } from '../parts/time.ts'
import { defaultMaximum, defaultPort, portName } from './defaults.ts'
import { Marked } from './Marked.tsx'

interface CellProps {
  column: MachineColumn
  /** What else is shown of this row. */
  columns: readonly MachineColumn[]
  machine: MachineRow
  grant: Grant | undefined
}

/** What one column says of a machine: one element, where that is enough. */
export function MachineCell({ column, columns, machine, grant }: CellProps) {
  const { t } = useTranslation('machines')
  const { hits } = machine
  switch (column) {
    case 'address':
      return <Words text={machine.address} hits={hits?.address} />
    case 'site':
      return <Words text={machine.site} hits={hits?.site} />
    case 'os':
      return <Words text={t(`os.${machine.os}`)} />
    case 'tags':
      return <Words text={machine.tags.join(', ')} hits={hits?.tags} quiet />
    case 'user':
      return <Words text={machine.user ?? ''} hits={hits?.user} />
    case 'gateway':
      return <Words text={machine.provider.id === 'desk' ? t('provider.desk') : machine.provider.name} />
    case 'agent':
      return <Words text={machine.agentVersion ?? ''} quiet />
    case 'lastSeen':
      return <Moment at={machine.lastSeenAt} />
    case 'lastUser':
      return <Words text={machine.lastUser ?? ''} />
    case 'lastAccess':
      return columns.includes('lastUser') ? <Moment at={machine.lastAccessAt} /> : <LastAccess machine={machine} />
    case 'approvals':
      return (
        <div role="gridcell" className="machineNumber">
          {machine.approvalsIn7Days}
        </div>
      )
    case 'state':
      return <State machine={machine} grant={grant} />
  }
}

function Words({ text, hits, quiet = false }: { text: string; hits?: MachineHits['name']; quiet?: boolean }) {
  return (
    <bdi role="gridcell" className={quiet ? 'machineWords machineQuiet' : 'machineWords'} title={tip(text)}>
      <Marked text={text.slice(0, 1000)} hits={hits} />
    </bdi>
  )
}

function Moment({ at }: { at: string | undefined }) {
  const { t } = useTranslation('machines')
  return (
    <div role="gridcell" className={at === undefined ? 'machineWords machineQuiet' : 'machineWords'}>
      {at === undefined ? t('row.never') : <Ago at={at} />}
    </div>
  )
}

function LastAccess({ machine }: { machine: MachineRow }) {
  const { t } = useTranslation('machines')
  return (
    <div role="gridcell" className="machineTwo">
      {machine.lastAccessAt ? <Ago at={machine.lastAccessAt} /> : <span className="machineQuiet">{t('row.never')}</span>}
      {machine.lastUser && <bdi title={tip(machine.lastUser)}>{machine.lastUser}</bdi>}
    </div>
  )
}

function State({ machine, grant }: { machine: MachineRow; grant: Grant | undefined }) {
  const { t, i18n } = useTranslation('machines')
  switch (machine.state) {
    case 'configured':
      return (
        <div role="gridcell" className="machineState">
          {machine.ownGrant ? (
            <span className="state stateOpen" data-tone="ok">
              {t('row.open')}
              <Countdown
                endsAt={grant?.endsAt ?? machine.ownGrant.endsAt}
                {...(grant?.remainingMs === undefined ? {} : { remainingMs: grant.remainingMs })}
                fz="inherit"
              />
            </span>
          ) : (
            <span className="state" title={machine.ports.map(portName).join(', ')}>
              {t('row.ready', { ports: machine.ports.slice(0, 3).join(', ') })}
            </span>
          )}
        </div>
      )
    case 'notConfigured':
      return (
        <div role="gridcell" className="machineTwo">
          <span>
            {t('row.defaults', {
              port: portName(defaultPort(machine.os)),
              maximum: durationText(durationMs(defaultMaximum) ?? 0, i18n.language),
            })}
          </span>
          <small>{t('row.anySource')}</small>
        </div>
      )
    case 'unsupported': {
      const reason = t(`unsupported.${machine.unsupportedReason ?? 'other'}`)
      return (
        <div role="gridcell" className="machineReason" title={reason}>
          {reason}
        </div>
      )
    }
  }
}
