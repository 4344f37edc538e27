import { Button, Group, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { show } from '../view.ts'
import './azure.css'

/** In the place of levels: why an Azure machine has none, and where its rules are. */
export function NoLevels({ machineId }: { machineId?: string | undefined }) {
  const { t } = useTranslation('azure')
  return (
    <Group className="azureNoLevels" wrap="nowrap" align="flex-start" gap="sm" data-no-levels>
      <IconInfoCircle size={18} aria-hidden />
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {t('policy.noLevels')} {t('policy.noLevelsWhere')}
        </Text>
        {machineId !== undefined && (
          <Button size="xs" variant="default" onClick={() => show({ name: 'machines', machineId })}>
            {t('policy.showMachine')}
          </Button>
        )}
      </Stack>
    </Group>
  )
}
