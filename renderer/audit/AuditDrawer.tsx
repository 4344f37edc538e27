import { Button, Code, Drawer, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { exactText } from '../parts/time.ts'
import { ReplayButton } from '../recordings/ReplayButton.tsx'
import { AuditIcon } from './AuditIcon.tsx'
import { useAuditWords } from './useSentence.ts'

interface AuditDrawerProps {
  row: AuditRow
  onClose: () => void
  onOnlyGrant: (grantId: string) => void
  onOnlyMachine: (machine: { id: string; name?: string | undefined }) => void
}

/** All facts of one event, and the event as it is written. */
export function AuditDrawer({ row, onClose, onOnlyGrant, onOnlyMachine }: AuditDrawerProps) {
  const { t, i18n } = useTranslation(['audit', 'common'])
  const words = useAuditWords()
  const { machineId, grantId } = row
  const raw = JSON.stringify(row, null, 2)
  const facts: [string, string | number | boolean | undefined][] = [
    ['at', exactText(row.at, i18n.language)],
    ['actor', row.actor],
    ['outcome', row.outcome],
    ['machine', row.machineName],
    ['site', row.site],
    ['port', row.port],
    ...Object.entries(row.detail),
    ['seq', row.seq],
  ]
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={440}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      title={
        <Group gap="xs" wrap="nowrap">
          <AuditIcon action={row.action} outcome={row.outcome} size={20} />
          <Title order={3} fz="md">
            {words.sentence(row.action)}
          </Title>
        </Group>
      }
    >
      <Stack gap="lg" data-audit-event={row.seq}>
        <Stack gap={6} component="dl" m={0}>
          {facts
            .filter((fact): fact is [string, string | number | boolean] => fact[1] !== undefined && fact[1] !== '')
            .map(([key, value]) => (
              <Group key={key} gap="md" wrap="nowrap" align="flex-start">
                <Text component="dt" size="sm" c="dimmed" w={136} style={{ flexShrink: 0 }}>
                  {words.label(key)}
                </Text>
                <Text component="dd" size="sm" m={0} miw={0} flex={1} style={{ overflowWrap: 'anywhere' }}>
                  <bdi>{words.value(key, value)}</bdi>
                </Text>
              </Group>
            ))}
        </Stack>
        <Group gap="xs">
          <ReplayButton {...row} />
          {grantId !== undefined && (
            <Button size="xs" variant="light" onClick={() => onOnlyGrant(grantId)}>
              {t('onlyGrant')}
            </Button>
          )}
          {machineId !== undefined && (
            <Button size="xs" variant="light" onClick={() => onOnlyMachine({ id: machineId, name: row.machineName })}>
              {t('onlyMachine')}
            </Button>
          )}
        </Group>
        <Stack gap={4}>
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {t('raw')}
            </Text>
            <Button size="compact-xs" variant="subtle" onClick={() => void call('app.copyText', { text: raw }).catch(() => undefined)}>
              {t('copyRaw')}
            </Button>
          </Group>
          <Code block fz={12} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {raw}
          </Code>
        </Stack>
      </Stack>
    </Drawer>
  )
}
