import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AzureTenant } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'

/** Says what goes from this computer, and what stays as it is in Azure. */
export function SignOutDialog({ tenant, onClose }: { tenant: AzureTenant; onClose: () => void }) {
  const { t } = useTranslation(['azure', 'common'])
  const signOut = useDo('azure.signOut')
  return (
    <Modal opened onClose={onClose} title={t('signOutDialog.title', { name: isolate(tenant.name) })}>
      <Stack gap="md">
        <Text size="sm">{t('signOutDialog.text')}</Text>
        <Text size="sm">{t('signOutDialog.stays')}</Text>
        {signOut.isError && <FailureAlert failure={failureOf(signOut.error)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button
            color="red"
            loading={signOut.isPending}
            onClick={() => signOut.mutate({ id: tenant.id }, { onSuccess: onClose })}
            data-sign-out
          >
            {t('signOutDialog.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
