import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail } from '../../preload/contract.ts'
import { Ago } from '../parts/Ago.tsx'
import { Foreign } from '../parts/foreign.tsx'

/** Facts as a list of terms. `brief`: the ones that count for a decision. */
export function MachineFacts({ machine, brief = false }: { machine: MachineDetail; brief?: boolean }) {
  const { t } = useTranslation('machines')
  const never = <span className="quiet">{t('row.never')}</span>
  const unknown = <span className="quiet">{t('facts.unknown')}</span>
  const text = (value: string | undefined): ReactNode => (value === undefined || value === '' ? unknown : <Foreign text={value} />)
  const facts: [string, ReactNode, boolean][] = [
    [t('facts.address'), text(machine.address), true],
    [t('facts.os'), text(machine.osVersion ?? t(`os.${machine.os}`)), true],
    [t('facts.user'), text(machine.user), true],
    [t('facts.gate'), t(`gates.${machine.gate}`), true],
    [
      t('facts.identity'),
      machine.hostKeys.length + machine.certificates.length > 0 ? t('facts.pinned') : <span className="quiet">{t('facts.notPinned')}</span>,
      true,
    ],
    [t('facts.agent'), text(machine.agentVersion), true],
    [t('facts.lastSeen'), machine.lastSeenAt ? <Ago at={machine.lastSeenAt} /> : never, false],
    [t('facts.lastAccess'), machine.lastAccessAt ? <Ago at={machine.lastAccessAt} /> : never, false],
    [t('facts.lastUser'), text(machine.lastUser), false],
    [t('facts.approvals'), String(machine.approvalsIn7Days), false],
    [t('facts.site'), text(machine.site), false],
    [t('facts.tags'), text(machine.tags.join(', ')), false],
    [t('facts.provider'), text(machine.provider.name), false],
    [t('facts.added'), <Ago key="added" at={machine.addedAt} />, false],
    [t('facts.id'), text(machine.id), false],
  ]
  return (
    <dl className="facts">
      {facts
        .filter(([, , isBrief]) => !brief || isBrief)
        .map(([term, value]) => (
          <Fragment key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  )
}
