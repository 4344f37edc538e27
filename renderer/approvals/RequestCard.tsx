import { Button, Group, Text, TextInput } from '@mantine/core'
import { IconCheck, IconClock, IconServer2, IconUser, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Grant } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { durationText } from '../grants/durations.ts'
import { portName } from '../machines/defaults.ts'
import { Ago } from '../parts/Ago.tsx'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { durationMs } from '../parts/time.ts'
import { useNow } from '../parts/useNow.ts'
import { show } from '../view.ts'

/** A request of somebody else that this technician may decide on. `deliberately`: see useDeliberate. */
export function RequestForMe({ grant, deliberately }: { grant: Grant; deliberately: (act: () => void) => () => void }) {
  const { t } = useTranslation('approvals')
  const [reason, setReason] = useState('')
  const deciding = useDo('grants.decide')
  const decide = (decision: 'approve' | 'deny') =>
    deliberately(() =>
      deciding.mutate(
        { grantId: grant.grantId, decision, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) },
        {
          onSuccess: ({ state }) =>
            tellDone(
              t(decision === 'deny' ? 'denied' : state === 'requested' ? 'approvedMore' : 'approved', { who: isolate(grant.requestedBy) }),
            ),
        },
      ),
    )
  return (
    <article className="card approval" data-request={grant.grantId} aria-label={t('of', { who: isolate(grant.requestedBy) })}>
      <RequestFacts grant={grant} />
      {deciding.isError && <FailureAlert failure={failureOf(deciding.error)} />}
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <TextInput
          flex={1}
          size="sm"
          label={t('reasonForNo')}
          placeholder={t('reasonPlaceholder')}
          value={reason}
          maxLength={500}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Button
          variant="default"
          c="var(--gate-bad)"
          leftSection={<IconX size={16} aria-hidden />}
          loading={deciding.isPending && deciding.variables.decision === 'deny'}
          disabled={deciding.isPending}
          onClick={decide('deny')}
          data-deny
        >
          {t('deny')}
        </Button>
        <Button
          leftSection={<IconCheck size={16} aria-hidden />}
          loading={deciding.isPending && deciding.variables.decision === 'approve'}
          disabled={deciding.isPending}
          onClick={decide('approve')}
          data-approve
        >
          {t('approve')}
        </Button>
      </Group>
    </article>
  )
}

/** A request of this technician that waits for somebody else. */
export function RequestOfMine({ grant }: { grant: Grant }) {
  const { t } = useTranslation('approvals')
  const withdrawing = useDo('grants.release')
  return (
    <article className="card approval" data-own-request={grant.grantId} aria-label={t('ofMine', { machine: isolate(grant.machineName) })}>
      <RequestFacts grant={grant} />
      {withdrawing.isError && <FailureAlert failure={failureOf(withdrawing.error)} />}
      <Group justify="flex-end">
        <Button
          size="xs"
          variant="default"
          loading={withdrawing.isPending}
          onClick={() => withdrawing.mutate({ grantId: grant.grantId }, { onSuccess: () => tellDone(t('withdrawn')) })}
          data-withdraw
        >
          {t('withdraw')}
        </Button>
      </Group>
    </article>
  )
}

/** Who asks for what, why, since when, and who has said yes. */
function RequestFacts({ grant }: { grant: Grant }) {
  const { t } = useTranslation('approvals')
  const { approvals, lapsesAt } = grant
  const now = useNow()
  const asked = grant.duration === undefined ? undefined : durationMs(grant.duration)
  return (
    <div className="approvalFacts">
      <Group gap="xs" wrap="nowrap">
        <IconUser size={18} aria-hidden />
        <Text fw={600} component="div" miw={0}>
          <Foreign text={grant.requestedBy} />
        </Text>
        <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>
          <Ago at={grant.requestedAt} />
        </Text>
        {approvals && (
          <span className="state" data-tone="warn" style={{ marginInlineStart: 'auto' }}>
            {t('given', { given: approvals.given.length, needed: approvals.needed })}
          </span>
        )}
      </Group>
      <dl>
        <Fact name={t('machine')} icon={<IconServer2 size={15} aria-hidden />}>
          <button type="button" className="approvalLink" onClick={() => show({ name: 'machines', machineId: grant.machineId })}>
            <Foreign text={grant.machineName} />
          </button>
        </Fact>
        <Fact name={t('ports')}>{grant.ports.map(portName).join(', ')}</Fact>
        <Fact name={t('source')}>
          <Foreign text={grant.source} />
        </Fact>
        {asked !== undefined && (
          <Fact name={t('duration')} icon={<IconClock size={15} aria-hidden />}>
            {durationText(asked)}
          </Fact>
        )}
        {lapsesAt !== undefined && (
          <Fact name={t('lapses')}>{t('in', { duration: durationText(Math.max(0, Date.parse(lapsesAt) - now)) })}</Fact>
        )}
      </dl>
      <p className="approvalReason">{grant.reason === '' ? <em>{t('noReason')}</em> : <bdi>{grant.reason}</bdi>}</p>
      {approvals && approvals.given.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('givenBy')} <bdi>{approvals.given.map(({ by }) => by).join(', ')}</bdi>
        </Text>
      )}
    </div>
  )
}

function Fact({ name, icon, children }: { name: string; icon?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {icon}
        {children}
      </dd>
    </div>
  )
}
