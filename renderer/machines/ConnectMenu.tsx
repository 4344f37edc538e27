import { Menu } from '@mantine/core'
import {
  IconArrowsRightLeft,
  IconCheck,
  IconClockPlus,
  IconDeviceDesktop,
  IconExternalLink,
  IconInfoCircle,
  IconLock,
  IconLockOpen,
  IconQrcode,
  IconTerminal2,
  IconTrash,
  IconUserQuestion,
} from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { isAzure } from '../azure/isAzure.ts'
import { useAsk } from '../door.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import type { ConnectOptions } from '../sessions/connect.ts'
import { portName } from './defaults.ts'
import { openDialog } from './dialog.ts'
import { useDeeds } from './useDeeds.ts'

interface MenuProps {
  machine: MachineRow
  /** The button that it belongs to. */
  at: HTMLElement
  onClose: () => void
  onDetails?: (machine: MachineRow) => void
  /** It was removed, or its JIT turned off. */
  onDone?: () => void
}

const icon = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

/** Every way into a machine, and what else can be done with it. One menu serves the whole list. */
export function ConnectMenu({ machine, at, onClose, onDetails, onDone }: MenuProps) {
  const { t } = useTranslation(['machines', 'challenges'])
  const { connect, turnOn, turnOff } = useDeeds()
  const choices = useAsk('settings.choices', { machineId: machine.id }).data
  const [{ left, top, width, height }] = useState(() => at.getBoundingClientRect())
  const close = (): void => {
    onClose()
    at.focus()
  }
  const go = (options: ConnectOptions) => () => connect(machine, options)
  const chosen = (way: string, where?: string) => choices?.way === way && (where === undefined || choices.where === where)
  const mark = (isChosen: boolean) =>
    isChosen ? { rightSection: <IconCheck {...icon} aria-label={t('menu.remembered')} aria-hidden={false} /> } : {}
  const ending = { machines: [machine], ...(onDone ? { onDone } : {}) }
  const inAzure = isAzure(machine.id)
  const off = machine.state === 'notConfigured'
  return (
    <Menu opened onChange={(opened) => opened || close()} position="bottom-end" width={280} shadow="lg" trapFocus>
      <Menu.Target>
        <div style={{ position: 'fixed', left, top, width, height, pointerEvents: 'none' }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('row.more', { name: machine.name })}>
        <Menu.Label>
          <Foreign text={machine.name} />
        </Menu.Label>
        {machine.state !== 'unsupported' && (
          <>
            {machine.ways.includes('ssh') && (
              <>
                <Menu.Item
                  leftSection={<IconTerminal2 {...icon} />}
                  onClick={go({ way: 'ssh', where: 'tab' })}
                  {...mark(chosen('ssh', 'tab'))}
                >
                  {t('menu.tab')}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconExternalLink {...icon} />}
                  onClick={go({ way: 'ssh', where: 'system' })}
                  {...mark(chosen('ssh', 'system'))}
                >
                  {t('menu.system')}
                </Menu.Item>
              </>
            )}
            {machine.ways.includes('rdp') && (
              <Menu.Item leftSection={<IconDeviceDesktop {...icon} />} onClick={go({ way: 'rdp' })} {...mark(chosen('rdp'))}>
                {t('menu.desktop')}
              </Menu.Item>
            )}
            {machine.user !== undefined && machine.ways.some((way) => way !== 'forward') && (
              <Menu.Item leftSection={<IconUserQuestion {...icon} />} onClick={go({ asOther: true })} data-as-other>
                {t('menu.asOther', { user: isolate(machine.user) })}
              </Menu.Item>
            )}
            {machine.ports.slice(0, 8).map((port) => (
              <Menu.Item key={port} leftSection={<IconArrowsRightLeft {...icon} />} onClick={go({ way: 'forward', port })}>
                {t('menu.forward', { port: portName(port) })}
              </Menu.Item>
            ))}
            <Menu.Divider />
            {off ? (
              <Menu.Item leftSection={<IconLockOpen {...icon} />} onClick={() => void turnOn([machine])}>
                {t('menu.turnOn')}
              </Menu.Item>
            ) : (
              <>
                <Menu.Item
                  leftSection={<IconClockPlus {...icon} />}
                  onClick={() => openDialog({ name: 'request', machineIds: [machine.id] })}
                >
                  {t('menu.request')}
                </Menu.Item>
                <Menu.Item leftSection={<IconLock {...icon} />} onClick={() => turnOff([machine], onDone)}>
                  {t('menu.turnOff')}
                </Menu.Item>
              </>
            )}
          </>
        )}
        {machine.provider.id !== 'desk' && !inAzure && machine.os === 'linux' && (
          <Menu.Item leftSection={<IconQrcode {...icon} />} onClick={() => openDialog({ name: 'enrol', machine })} data-enrol>
            {t('challenges:agent.setUp')}
          </Menu.Item>
        )}
        {onDetails && (
          <Menu.Item leftSection={<IconInfoCircle {...icon} />} onClick={() => onDetails(machine)}>
            {t('menu.details')}
          </Menu.Item>
        )}
        {!inAzure && (
          <Menu.Item leftSection={<IconTrash {...icon} />} color="red" onClick={() => openDialog({ name: 'remove', ...ending })}>
            {t('menu.remove')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
