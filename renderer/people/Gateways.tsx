import { ActionIcon, Button, Group, Menu, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { IconCloudOff, IconDots, IconDoorExit, IconKey, IconPlugConnected, IconPlus, IconShieldX, IconUserX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gateway } from '../../preload/contract.ts'
import { failureOf, useAsk, useDo } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import './people.css'

/** The gateways that this console works with, for the settings. */
export function Gateways() {
  const { t } = useTranslation('people')
  const asked = useAsk('account.gateways', {})
  if (asked.isPending) return <Skeleton height={60} />
  if (asked.isError) return <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />
  return (
    <Stack gap="sm">
      {asked.data.gateways.map((gateway) => (
        <OneGateway key={gateway.id} gateway={gateway} />
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => openDialog({ name: 'join' })}
          data-add-gateway
        >
          {t('gateways.add')}
        </Button>
      </Group>
    </Stack>
  )
}

const looks = {
  connected: { tone: 'ok', icon: IconPlugConnected },
  offline: { tone: 'warn', icon: IconCloudOff },
  untrusted: { tone: 'bad', icon: IconShieldX },
  notKnown: { tone: 'bad', icon: IconUserX },
} as const

function OneGateway({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation('people')
  const failureText = useFailureText()
  const [isLeaving, setLeaving] = useState(false)
  const renew = useDo('account.renewDeviceKey')
  const { tone, icon: Icon } = looks[gateway.state]
  return (
    <div className="gatewayEntry" data-gateway={gateway.id} data-state={gateway.state}>
      <div>
        <Text fw={550} component="div">
          {gateway.isDesk ? t('gateways.desk') : <Foreign text={gateway.name} />}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {gateway.isDesk ? t('gateways.deskHint') : <Foreign text={`${gateway.address ?? ''} · ${gateway.technician}`} />}
        </Text>
        {!gateway.isDesk && (
          <Text size="xs" c="dimmed">
            {gateway.roles.map((role) => t(`roles.${role}`)).join(', ')}
          </Text>
        )}
        {gateway.readOnly !== undefined && (
          <Text size="xs" c="var(--gate-warn)" data-read-only>
            {t(`gateways.readOnly.${gateway.readOnly}`)}
          </Text>
        )}
      </div>
      <span className="state" data-tone={tone} title={t(`gateways.stateLong.${gateway.state}`)}>
        <Icon size={13} aria-hidden />
        {t(`gateways.state.${gateway.state}`)}
      </span>
      {!gateway.isDesk && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" loading={renew.isPending} aria-label={t('more', { name: isolate(gateway.name) })}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconKey size={16} aria-hidden />}
              onClick={() =>
                renew.mutate(
                  { gatewayId: gateway.id },
                  { onSuccess: () => tellDone(t('gateways.renewed')), onError: (error) => tellFailure(error, failureText) },
                )
              }
            >
              {t('gateways.renew')}
            </Menu.Item>
            <Menu.Item c="var(--gate-bad)" leftSection={<IconDoorExit size={16} aria-hidden />} onClick={() => setLeaving(true)}>
              {t('gateways.leave')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {isLeaving && <LeaveDialog gateway={gateway} onClose={() => setLeaving(false)} />}
    </div>
  )
}

function LeaveDialog({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common'])
  const leave = useDo('account.leaveGateway')
  return (
    <Modal opened onClose={onClose} title={t('leave.title', { name: isolate(gateway.name) })}>
      <Stack gap="md">
        <Text size="sm">{t('leave.text')}</Text>
        {leave.isError && <FailureAlert failure={failureOf(leave.error)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button color="red" loading={leave.isPending} onClick={() => leave.mutate({ gatewayId: gateway.id }, { onSuccess: onClose })}>
            {t('gateways.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
