import { useTranslation } from 'react-i18next'
import type { MachineDetail } from '../../preload/contract.ts'
import { Ago } from '../parts/Ago.tsx'
import { Foreign } from '../parts/foreign.tsx'

/** Facts as a list of terms. `brief`: the ones that count for a decision. */
export function MachineFacts({ machine, brief = false }: { machine: MachineDetail; brief?: boolean }) {
  const { t } = useTranslation('machines')
  return (
    <dl className="facts">
      <Fact term={t('facts.address')} text={machine.address} />
      <Fact term={t('facts.os')} text={machine.osVersion ?? t(`os.${machine.os}`)} />
      <Fact term={t('facts.user')} text={machine.user} />
      <Fact term={t('facts.gate')} text={t(`gates.${machine.gate}`)} />
      <Fact
        term={t('facts.identity')}
        text={machine.hostKeys.length + machine.certificates.length > 0 ? t('facts.pinned') : undefined}
        otherwise={t('facts.notPinned')}
      />
      <Fact term={t('facts.agent')} text={machine.agentVersion} />
      {!brief && (
        <>
          <Moment term={t('facts.lastSeen')} at={machine.lastSeenAt} />
          <Moment term={t('facts.lastAccess')} at={machine.lastAccessAt} />
          <Fact term={t('facts.lastUser')} text={machine.lastUser} />
          <Fact term={t('facts.approvals')} text={String(machine.approvalsIn7Days)} />
          <Fact term={t('facts.site')} text={machine.site} />
          <Fact term={t('facts.tags')} text={machine.tags.join(', ')} />
          <Fact term={t('facts.provider')} text={machine.provider.id === 'desk' ? t('provider.desk') : machine.provider.name} />
          <Moment term={t('facts.added')} at={machine.addedAt} />
          <Fact term={t('facts.id')} text={machine.id} />
        </>
      )}
    </dl>
  )
}

function Fact({ term, text, otherwise }: { term: string; text: string | undefined; otherwise?: string }) {
  const { t } = useTranslation('machines')
  return (
    <>
      <dt>{term}</dt>
      <dd>
        {text === undefined || text === '' ? <span className="quiet">{otherwise ?? t('facts.unknown')}</span> : <Foreign text={text} />}
      </dd>
    </>
  )
}

function Moment({ term, at }: { term: string; at: string | undefined }) {
  const { t } = useTranslation('machines')
  return (
    <>
      <dt>{term}</dt>
      <dd>{at === undefined ? <span className="quiet">{t('row.never')}</span> : <Ago at={at} />}</dd>
    </>
  )
}
