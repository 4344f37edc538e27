import { ActionIcon, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCloudCheck, IconCloudOff, IconDots, IconLogin2, IconLogout2, IconStethoscope } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AzureTenant } from '../../preload/contract.ts'
import { openDialog } from '../machines/dialog.ts'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { DoctorDialog } from './DoctorDialog.tsx'
import { SignOutDialog } from './SignOutDialog.tsx'

const looks = {
  connected: { tone: 'ok', icon: IconCloudCheck },
  offline: { tone: 'warn', icon: IconCloudOff },
  signInNeeded: { tone: 'bad', icon: IconLogin2 },
} as const

const namesShown = 3

/** One tenant: who is signed in, whether it works, and what is not to be had there. */
export function TenantEntry({ tenant }: { tenant: AzureTenant }) {
  const { t } = useTranslation('azure')
  const [shown, setShown] = useState<'doctor' | 'signOut'>()
  const { tone, icon: Icon } = looks[tenant.state]
  const signIn = () => openDialog({ name: 'azure', again: tenant })
  const close = () => setShown(undefined)
  return (
    <div className="tenantEntry" data-tenant={tenant.id} data-state={tenant.state}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Stack gap={2} flex={1} miw={0}>
          <Text fw={550} component="div">
            <Foreign text={tenant.name} />
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <Foreign text={tenant.account} />
          </Text>
          <Text size="xs" c="dimmed">
            {t(`clouds.${tenant.cloud}`)} · {t('subscriptions', { count: tenant.subscriptions })}
          </Text>
        </Stack>
        <span className="state" data-tone={tone} title={t(`stateLong.${tenant.state}`)}>
          <Icon size={13} aria-hidden />
          {t(`state.${tenant.state}`)}
        </span>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('more', { name: isolate(tenant.name) })}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconLogin2 size={16} aria-hidden />} onClick={signIn}>
              {t('signInAgain')}
            </Menu.Item>
            <Menu.Item c="var(--gate-bad)" leftSection={<IconLogout2 size={16} aria-hidden />} onClick={() => setShown('signOut')}>
              {t('signOut')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {tenant.state === 'signInNeeded' && <Note>{t('stateLong.signInNeeded')}</Note>}
      {tenant.tooManySubscriptions === true && <Note>{t('tooMany')}</Note>}
      {tenant.state === 'connected' && tenant.subscriptions === 0 && <Note>{t('noSubscriptions')}</Note>}
      {tenant.notLicensed.length > 0 && (
        <Note>{t('notLicensed', { count: tenant.notLicensed.length, names: names(tenant.notLicensed) })}</Note>
      )}
      <Group gap="xs">
        {tenant.state === 'signInNeeded' && (
          <Button size="xs" leftSection={<IconLogin2 size={15} aria-hidden />} onClick={signIn} data-sign-in-again>
            {t('signInAgain')}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconStethoscope size={15} aria-hidden />}
          onClick={() => setShown('doctor')}
          data-doctor
        >
          {t('check')}
        </Button>
      </Group>
      {shown === 'doctor' && <DoctorDialog tenant={tenant} onClose={close} />}
      {shown === 'signOut' && <SignOutDialog tenant={tenant} onClose={close} />}
    </div>
  )

  function names(all: readonly string[]): string {
    const first = all.slice(0, namesShown).map(isolate)
    return [...first, ...(all.length > namesShown ? [t('andMore', { count: all.length - namesShown })] : [])].join(', ')
  }
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="tenantNote">
      <IconAlertTriangle size={15} aria-hidden />
      <span>{children}</span>
    </p>
  )
}
