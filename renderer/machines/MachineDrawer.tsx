import { Button, Drawer, Group, Skeleton, Stack } from '@mantine/core'
import { IconChevronDown, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineDetail } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { AgentPart } from '../challenges/AgentPart.tsx'
import { SignInHistory } from '../challenges/SignInHistory.tsx'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { RulesEditor } from '../policies/RulesEditor.tsx'
import { MachineRecordings } from '../recordings/MachineRecordings.tsx'
import { ConnectMenu } from './ConnectMenu.tsx'
import { openDialog } from './dialog.ts'
import { EffectivePolicy } from './EffectivePolicy.tsx'
import { Identities } from './Identities.tsx'
import { MachineAccess } from './MachineAccess.tsx'
import { MachineFacts } from './MachineFacts.tsx'
import { RecentActivity } from './RecentActivity.tsx'
import { useDeeds } from './useDeeds.ts'

/** Everything about one machine: facts, what may be opened, whom it proved to be, and what happened. */
export function MachineDrawer({ machineId, onClose }: { machineId: string | undefined; onClose: () => void }) {
  const { t } = useTranslation(['machines', 'common'])
  const detail = useAsk('machines.get', { machineId: machineId ?? '' }, { enabled: machineId !== undefined })
  const machine = detail.data
  return (
    <Drawer
      opened={machineId !== undefined}
      onClose={onClose}
      position="right"
      size={680}
      title={machine ? <Foreign text={machine.name} className="drawerTitle" /> : t('drawer.title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      overlayProps={{ backgroundOpacity: 0.25 }}
    >
      {detail.isError && <FailureAlert failure={failureOf(detail.error)} onRetry={() => void detail.refetch()} />}
      {detail.isPending && machineId !== undefined && (
        <Stack>
          <Skeleton height={36} />
          <Skeleton height={160} />
          <Skeleton height={120} />
        </Stack>
      )}
      {machine && <Content key={machine.id} machine={machine} />}
    </Drawer>
  )
}

function Content({ machine }: { machine: MachineDetail }) {
  const { t } = useTranslation(['machines', 'common', 'policies', 'challenges'])
  const { connect, turnOn, copy } = useDeeds()
  const [menuAt, setMenuAt] = useState<HTMLElement>()
  const inAzure = isAzure(machine.id)
  return (
    <Stack gap="lg">
      <Group gap="xs">
        {machine.state === 'configured' && <Button onClick={() => connect(machine)}>{t('overview.connect')}</Button>}
        {machine.state === 'notConfigured' && <Button onClick={() => void turnOn([machine])}>{t('menu.turnOn')}</Button>}
        <Button
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={(event) => setMenuAt(event.currentTarget)}
          aria-haspopup="menu"
          aria-expanded={menuAt !== undefined}
        >
          {t('drawer.more')}
        </Button>
        {!inAzure && (
          <Button
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
            onClick={() => openDialog({ name: 'edit', machine })}
          >
            {t('common:edit')}
          </Button>
        )}
        <Button variant="subtle" onClick={() => void copy(machine.address)}>
          {t('drawer.copyAddress')}
        </Button>
      </Group>
      {machine.state === 'unsupported' && <p className="overviewWhy">{t(`unsupported.${machine.unsupportedReason ?? 'other'}`)}</p>}
      <section aria-labelledby="drawer-ports">
        <h2 id="drawer-ports">{t('overview.ports')}</h2>
        {machine.state === 'unsupported' ? <p className="quiet">{t('policies:list.unsupported')}</p> : <RulesEditor machine={machine} />}
      </section>
      <section aria-labelledby="drawer-access">
        <h2 id="drawer-access">{t('access.title')}</h2>
        <MachineAccess machineId={machine.id} />
      </section>
      {machine.rulesFrom && (
        <section aria-labelledby="drawer-effective">
          <h2 id="drawer-effective">{t('effective.title')}</h2>
          <EffectivePolicy machineId={machine.id} />
        </section>
      )}
      <section aria-labelledby="drawer-facts">
        <h2 id="drawer-facts">{t('overview.facts')}</h2>
        <MachineFacts machine={machine} />
      </section>
      {!inAzure && (
        <section aria-labelledby="drawer-agent">
          <h2 id="drawer-agent">{t('challenges:agent.title')}</h2>
          <AgentPart machine={machine} />
        </section>
      )}
      <section aria-labelledby="drawer-identity">
        <h2 id="drawer-identity">{t('identity.title')}</h2>
        <Identities machine={machine} />
      </section>
      {machine.provider.id !== 'desk' && !inAzure && (
        <section aria-labelledby="drawer-sign-ins">
          <h2 id="drawer-sign-ins">{t('challenges:history.title')}</h2>
          <SignInHistory machineId={machine.id} />
        </section>
      )}
      <MachineRecordings machineId={machine.id} />
      <section aria-labelledby="drawer-recent">
        <h2 id="drawer-recent">{t('overview.recent')}</h2>
        <RecentActivity machineId={machine.id} limit={8} />
      </section>
      {menuAt && <ConnectMenu machine={machine} at={menuAt} onClose={() => setMenuAt(undefined)} />}
    </Stack>
  )
}
