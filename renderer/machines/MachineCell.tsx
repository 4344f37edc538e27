import type { TFunction } from 'i18next'
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
  /** The row's: asked for once, and not by each of its cells, of which hundreds come and go while the list is scrolled. */
  words: Words
}

export interface Words {
  t: TFunction<'machines'>
  language: string
}

/** What one column says of a machine: one element, where that is enough. */
export function MachineCell({ column, columns, machine, grant, words }: CellProps) {
  const { t } = words
  const { hits } = machine
  switch (column) {
    case 'address':
      return <Text text={machine.address} hits={hits?.address} />
    case 'site':
      return <Text text={machine.site} hits={hits?.site} />
    case 'os':
      return <Text text={t(`os.${machine.os}`)} />
    case 'tags':
      return <Text text={machine.tags.join(', ')} hits={hits?.tags} quiet />
    case 'user':
      return <Text text={machine.user ?? ''} hits={hits?.user} />
    case 'gateway':
      return <Text text={machine.provider.id === 'desk' ? t('provider.desk') : machine.provider.name} />
    case 'agent':
      return <Text text={machine.agentVersion ?? ''} quiet />
    case 'lastSeen':
      return <Moment at={machine.lastSeenAt} words={words} />
    case 'lastUser':
      return <Text text={machine.lastUser ?? ''} />
    case 'lastAccess':
      return columns.includes('lastUser') ? (
        <Moment at={machine.lastAccessAt} words={words} />
      ) : (
        <LastAccess machine={machine} words={words} />
      )
    case 'approvals':
      return (
        <div role="gridcell" className="machineNumber">
          {machine.approvalsIn7Days}
        </div>
      )
    case 'state':
      return <State machine={machine} grant={grant} words={words} />
  }
}

function Text({ text, hits, quiet = false }: { text: string; hits?: MachineHits['name']; quiet?: boolean }) {
  return (
    <bdi role="gridcell" className={quiet ? 'machineWords machineQuiet' : 'machineWords'} title={tip(text)}>
      <Marked text={text.slice(0, 1000)} hits={hits} />
    </bdi>
  )
}

function Moment({ at, words }: { at: string | undefined; words: Words }) {
  return (
    <div role="gridcell" className={at === undefined ? 'machineWords machineQuiet' : 'machineWords'}>
      {at === undefined ? words.t('row.never') : <Ago at={at} />}
    </div>
  )
}

function LastAccess({ machine, words }: { machine: MachineRow; words: Words }) {
  return (
    <div role="gridcell" className="machineTwo">
      {machine.lastAccessAt ? <Ago at={machine.lastAccessAt} /> : <span className="machineQuiet">{words.t('row.never')}</span>}
      {machine.lastUser && <bdi title={tip(machine.lastUser)}>{machine.lastUser}</bdi>}
    </div>
  )
}

function State({ machine, grant, words: { t, language } }: Pick<CellProps, 'machine' | 'grant' | 'words'>) {
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
              maximum: durationText(durationMs(defaultMaximum) ?? 0, language),
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
