import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { failureOf, useAsk } from '../door.ts'
import { openDialog } from '../machines/dialog.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { TenantEntry } from './TenantEntry.tsx'
import './azure.css'

/** The Azure tenants of this console, for the settings. */
export function Tenants() {
  const { t } = useTranslation('azure')
  const asked = useAsk('azure.tenants', {})
  if (asked.isPending) return <Skeleton height={60} />
  if (asked.isError) return <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />
  return (
    <Stack gap="sm">
      {asked.data.tenants.map((tenant) => (
        <TenantEntry key={tenant.id} tenant={tenant} />
      ))}
      {asked.data.tenants.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('none')}
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => openDialog({ name: 'azure' })}
          data-add-tenant
        >
          {t('add')}
        </Button>
      </Group>
    </Stack>
  )
}
