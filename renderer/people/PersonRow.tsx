import { ActionIcon, Menu, Table, Text } from '@mantine/core'
import { IconBan, IconCircleCheck, IconDeviceDesktop, IconDots, IconUserCheck, IconUserCog } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gateway, Person } from '../../preload/contract.ts'
import { useDo } from '../door.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { tellDone, tellFailure } from '../parts/tell.ts'
import { exactText } from '../parts/time.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { ConsolesDialog, DisableDialog, RolesDialog } from './PersonDialogs.tsx'

const dialogs = { roles: RolesDialog, disable: DisableDialog, consoles: ConsolesDialog }

export function PersonRow({ gateway, person }: { gateway: Gateway; person: Person }) {
  const { t, i18n } = useTranslation('people')
  const failureText = useFailureText()
  const [opened, setOpened] = useState<keyof typeof dialogs>()
  const change = useDo('account.changePerson')
  const Dialog = opened && dialogs[opened]
  const isDisabled = person.disabledAt !== undefined
  const enable = () =>
    change.mutate(
      { gatewayId: gateway.id, personId: person.id, disabled: false },
      {
        onSuccess: () => tellDone(t('enabled', { name: isolate(person.name) })),
        onError: (error) => tellFailure(error, failureText),
      },
    )
  return (
    <Table.Tr data-person={person.name}>
      <Table.Td className="personName">
        <Foreign text={person.name} />
        {person.isMe && (
          <Text span size="xs" c="dimmed">
            {t('you')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{person.roles.map((role) => t(`roles.${role}`)).join(', ')}</Text>
      </Table.Td>
      <Table.Td>
        <span
          className="state"
          data-tone={isDisabled ? 'bad' : 'ok'}
          title={person.disabledAt === undefined ? undefined : exactText(person.disabledAt, i18n.language)}
        >
          {isDisabled ? <IconBan size={13} aria-hidden /> : <IconCircleCheck size={13} aria-hidden />}
          {t(isDisabled ? 'state.disabled' : 'state.active')}
        </span>
      </Table.Td>
      <Table.Td>{person.deviceKeys.length}</Table.Td>
      <Table.Td>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" loading={change.isPending} aria-label={t('more', { name: isolate(person.name) })}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUserCog size={16} aria-hidden />} onClick={() => setOpened('roles')}>
              {t('menu.roles')}
            </Menu.Item>
            <Menu.Item leftSection={<IconDeviceDesktop size={16} aria-hidden />} onClick={() => setOpened('consoles')}>
              {t('menu.consoles')}
            </Menu.Item>
            {isDisabled ? (
              <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={enable}>
                {t('menu.enable')}
              </Menu.Item>
            ) : (
              <Menu.Item c="var(--gate-bad)" leftSection={<IconBan size={16} aria-hidden />} onClick={() => setOpened('disable')}>
                {t('menu.disable')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        {Dialog && <Dialog gateway={gateway} person={person} onClose={() => setOpened(undefined)} />}
      </Table.Td>
    </Table.Tr>
  )
}
