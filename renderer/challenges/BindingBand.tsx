/** How the code hangs together with what this technician does (RFC 10027): a code alone says nothing of where its screen is. */
import { Button, Group, Text } from '@mantine/core'
import { IconAlertOctagon, IconShieldCheck, IconUsers } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import type { Challenge } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { useDeeds } from '../machines/useDeeds.ts'
import { Countdown } from '../grants/Countdown.tsx'
import { isolate } from '../parts/foreign.tsx'

export function BindingBand({ challenge, onLeave }: { challenge: Challenge; onLeave: () => void }) {
  const { t } = useTranslation('challenges')
  const { binding, foundOn, machineName, noApproval } = challenge
  if (noApproval === 'otherMachine' && foundOn)
    return (
      <Band tone="bad" icon={<IconAlertOctagon size={22} aria-hidden />} title={t('binding.otherMachine.title')} kind="otherMachine">
        {t('binding.otherMachine.text', { other: isolate(foundOn.name), machine: isolate(machineName) })}
      </Band>
    )
  switch (binding.kind) {
    case 'yours':
      return (
        <Band tone="ok" icon={<IconShieldCheck size={22} aria-hidden />} title={t('binding.yours.title')} kind="yours">
          <YourAccess grantId={binding.grantId} />
        </Band>
      )
    case 'colleague':
      return (
        <Band tone="warn" icon={<IconUsers size={22} aria-hidden />} title={t('binding.colleague.title')} kind="colleague">
          <Trans t={t} i18nKey="binding.colleague.text" components={{ by: <bdi>{binding.by ?? t('somebody')}</bdi> }} />
        </Band>
      )
    case 'none':
      return (
        <Band tone="bad" icon={<IconAlertOctagon size={22} aria-hidden />} title={t('binding.none.title')} kind="none">
          <Text size="sm">{t(noApproval === 'noSession' ? 'binding.none.refused' : 'binding.none.text')}</Text>
          <ConnectFirst challenge={challenge} onLeave={onLeave} />
        </Band>
      )
  }
}

function Band({
  tone,
  icon,
  title,
  kind,
  children,
}: {
  tone: 'ok' | 'warn' | 'bad'
  icon: ReactNode
  title: string
  kind: string
  children: ReactNode
}) {
  return (
    <section className="challengeBand" data-tone={tone} data-binding={kind} aria-label={title}>
      {icon}
      <div>
        <strong>{title}</strong>
        <div className="challengeBandText">{children}</div>
      </div>
    </section>
  )
}

/** The technician's own access, as this console knows it. */
function YourAccess({ grantId }: { grantId: string | undefined }) {
  const { t } = useTranslation('challenges')
  const grant = useAsk('grants.list', {}).data?.grants.find((one) => one.grantId === grantId)
  if (!grant) return <>{t('binding.yours.text')}</>
  const { endsAt, remainingMs } = grant
  return (
    <>
      {t('binding.yours.access', { ports: grant.ports.join(', '), source: isolate(grant.source) })}{' '}
      {endsAt !== undefined && (
        <>
          {t('binding.yours.left')}{' '}
          <Countdown fz="inherit" c="inherit" endsAt={endsAt} {...(remainingMs === undefined ? {} : { remainingMs })} />
        </>
      )}
    </>
  )
}

/** What to do about it: be connected first, and read the code there. */
function ConnectFirst({ challenge, onLeave }: { challenge: Challenge; onLeave: () => void }) {
  const { t } = useTranslation('challenges')
  const { connect } = useDeeds()
  const machine = useAsk('machines.get', { machineId: challenge.machineId }).data
  if (!machine) return null
  const go = (): void => {
    onLeave()
    connect(machine)
  }
  return (
    <Group mt={6}>
      <Button size="xs" variant="default" onClick={go} data-connect-first>
        {t('binding.none.connect')}
      </Button>
    </Group>
  )
}
