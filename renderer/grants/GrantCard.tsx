import { ActionIcon, Button, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBolt,
  IconClockPlus,
  IconDots,
  IconHistory,
  IconHourglass,
  IconListDetails,
  IconServer2,
} from '@tabler/icons-react'
import { Trans, useTranslation } from 'react-i18next'
import type { Grant } from '../../preload/contract.ts'
import { call, queries, useAsk } from '../door.ts'
import { useBytesText } from '../parts/bytesText.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { useConnect } from '../sessions/connect.ts'
import { show } from '../view.ts'
import { Countdown } from './Countdown.tsx'
import { instantText } from './durations.ts'
import { GrantActions } from './GrantActions.tsx'
import { SourceDoubt } from './SourceDoubt.tsx'

interface GrantCardProps {
  grant: Grant
  /** `fromRange`: beginning with a range as source. */
  onRequestAgain: (machineId: string, fromRange?: true) => void
}

function Ports({ ports }: { ports: readonly number[] }) {
  const { t } = useTranslation('grants')
  return ports.length === 1 ? t('port', { port: ports[0] }) : t('ports', { ports: ports.join(', ') })
}

/** A grant that is not over: time left first, because that is what is looked for. */
export function OpenGrant({ grant, onRequestAgain }: GrantCardProps) {
  const { t, i18n } = useTranslation('grants')
  const connect = useConnect()
  const endsSessions = useAsk('settings.get', {}).data?.endSessionsWithWindow === true
  const { sourceDoubt } = grant
  const bytes = useBytesText()
  const connections = grant.connections ?? 0
  const start = () => {
    // The machine's ways are not on the grant; main has them in memory.
    queries
      .fetchQuery({
        queryKey: ['machines.get', { machineId: grant.machineId }],
        queryFn: () => call('machines.get', { machineId: grant.machineId }),
      })
      .then(connect, () => show({ name: 'machines', machineId: grant.machineId }))
  }
  return (
    <Paper withBorder p="md" data-grant={grant.grantId} data-state={grant.state}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="lg">
        <Stack gap={6} miw={0} flex={1}>
          <Group gap="xs" wrap="nowrap">
            <IconServer2 size={18} color="var(--mantine-color-dimmed)" aria-hidden />
            <Text fw={600} miw={0} component="div" style={{ overflow: 'hidden' }}>
              <Foreign text={grant.machineName} />
            </Text>
            <span className={grant.state === 'open' ? 'state stateOpen' : 'state'} data-tone={grant.state === 'unknown' ? 'warn' : 'ok'}>
              {t(`state.${grant.state}`)}
            </span>
          </Group>
          <Group gap={6} fz="sm" c="dimmed">
            <Text span size="sm">
              <Ports ports={grant.ports} />
            </Text>
            <span aria-hidden>·</span>
            <Text span size="sm">
              {t('from', { source: isolate(grant.source) })}
            </Text>
            <span aria-hidden>·</span>
            <Text span size="sm">
              <Trans t={t} i18nKey="by" components={{ who: <bdi>{grant.requestedBy.slice(0, 100)}</bdi> }} />
            </Text>
            {grant.leavesSessions !== true && (
              <>
                <span aria-hidden>·</span>
                <Text span size="sm" data-connections={connections}>
                  {connections > 0 ? t('connections', { count: connections }) : t('noConnections')}
                  {grant.bytes && connections > 0 ? `, ${t('bytes', { up: bytes(grant.bytes.up), down: bytes(grant.bytes.down) })}` : ''}
                </Text>
              </>
            )}
          </Group>
          {grant.reason !== '' && (
            <Text size="sm" component="div">
              <Foreign text={grant.reason} />
            </Text>
          )}
          {grant.observedSource !== undefined && (
            <Group gap={6} wrap="nowrap" c="var(--gate-warn)" data-moved>
              <IconAlertTriangle size={15} aria-hidden style={{ flexShrink: 0 }} />
              <Text size="sm">{t('moved', { address: isolate(grant.observedSource), source: isolate(grant.source) })}</Text>
              <Button size="compact-xs" variant="default" style={{ flexShrink: 0 }} onClick={() => onRequestAgain(grant.machineId)}>
                {t('newRequest')}
              </Button>
            </Group>
          )}
          {grant.releaseWaits === true && (
            <Group gap={6} wrap="nowrap" c="var(--gate-warn)" data-release-waits>
              <IconHourglass size={15} aria-hidden style={{ flexShrink: 0 }} />
              <Text size="sm">{t('releaseWaits')}</Text>
            </Group>
          )}
          {sourceDoubt !== undefined && (
            <SourceDoubt grant={{ ...grant, sourceDoubt }} onRange={() => onRequestAgain(grant.machineId, true)} />
          )}
          {grant.noRelease === true && (
            <Text size="xs" c="dimmed" data-no-release>
              {t('noRelease.text')} {grant.leavesSessions === true && t(endsSessions ? 'noRelease.ends' : 'noRelease.stays')}
            </Text>
          )}
          {grant.unreachable && (
            <Group gap={6} wrap="nowrap" c="var(--gate-warn)">
              <IconAlertTriangle size={15} aria-hidden />
              <Text size="sm">{t('unreachable', { port: grant.unreachable.port })}</Text>
            </Group>
          )}
        </Stack>
        <Stack gap="xs" align="flex-end" style={{ flexShrink: 0 }}>
          {grant.endsAt !== undefined && (
            <Group gap={6} align="baseline" aria-label={t(grant.leavesSessions === true ? 'reconnectLabel' : 'leftLabel')}>
              <Countdown endsAt={grant.endsAt} {...(grant.remainingMs === undefined ? {} : { remainingMs: grant.remainingMs })} fz="xl" />
              <Text size="xs" c="dimmed">
                {grant.leavesSessions === true ? t('reconnect', { time: instantText(grant.endsAt, i18n.language) }) : t('left')}
              </Text>
            </Group>
          )}
          <Group gap="xs" wrap="nowrap">
            <Button
              size="compact-sm"
              disabled={grant.state !== 'open' || grant.releaseWaits === true}
              leftSection={<IconBolt size={15} aria-hidden />}
              onClick={start}
              data-connect
            >
              {t('connect')}
            </Button>
            <GrantActions grant={grant} />
            <MoreMenu grant={grant} onRequestAgain={onRequestAgain} />
          </Group>
        </Stack>
      </Group>
    </Paper>
  )
}

/** A grant that is over, and why. */
export function EndedGrant({ grant, onRequestAgain }: GrantCardProps) {
  const { t, i18n } = useTranslation('grants')
  const at = grant.closedAt ?? grant.endsAt ?? grant.requestedAt
  return (
    <Paper withBorder px="md" py={8} data-grant={grant.grantId} data-state={grant.state}>
      <Group wrap="nowrap" gap="md">
        <IconHistory size={16} color="var(--mantine-color-dimmed)" aria-hidden style={{ flexShrink: 0 }} />
        <Text size="sm" fw={500} w={240} component="div" style={{ overflow: 'hidden', flexShrink: 0 }}>
          <Foreign text={grant.machineName} />
        </Text>
        <Text size="sm" c="dimmed" w={130} truncate style={{ flexShrink: 0 }}>
          <Ports ports={grant.ports} />
        </Text>
        <Text size="sm" flex={1} truncate>
          {grant.closeReason ? t(`closed.${grant.closeReason}`) : t(`state.${grant.state}`)}
        </Text>
        <Text size="sm" c="dimmed" style={{ fontVariantNumeric: 'tabular-nums', flexShrink: 0 }}>
          {instantText(at, i18n.language)}
        </Text>
        <MoreMenu grant={grant} onRequestAgain={onRequestAgain} />
      </Group>
    </Paper>
  )
}

function MoreMenu({ grant, onRequestAgain }: GrantCardProps) {
  const { t } = useTranslation('grants')
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('more', { machine: isolate(grant.machineName) })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconListDetails size={16} aria-hidden />} onClick={() => show({ name: 'audit', grantId: grant.grantId })}>
          {t('activity')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconServer2 size={16} aria-hidden />}
          onClick={() => show({ name: 'machines', machineId: grant.machineId })}
        >
          {t('machine')}
        </Menu.Item>
        <Menu.Item leftSection={<IconClockPlus size={16} aria-hidden />} onClick={() => onRequestAgain(grant.machineId)}>
          {t('newRequest')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
