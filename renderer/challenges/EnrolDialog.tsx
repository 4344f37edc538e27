/** Setting up a machine's agent: a code that is told this once, and the one line to run on the machine. */
import { Button, Code, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { useDeeds } from '../machines/useDeeds.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { isolate } from '../parts/foreign.tsx'
import { momentText } from '../parts/time.ts'

interface EnrolProps {
  machine: Pick<MachineRow, 'id' | 'name'>
  opened: boolean
  onClose: () => void
}

export function EnrolDialog({ machine, opened, onClose }: EnrolProps) {
  const { t, i18n } = useTranslation(['challenges', 'common'])
  const { copy } = useDeeds()
  // Asked for once at each opening, and not kept when it is closed: the code is told once.
  const asked = useAsk('machines.enrol', { machineId: machine.id }, { fresh: true, enabled: opened })
  return (
    <Modal
      opened={opened}
      centered
      size={600}
      onClose={onClose}
      title={t('agent.dialog', { machine: isolate(machine.name) })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      data-enrol-dialog
    >
      <Stack gap="sm">
        <Text size="sm">{t('agent.text')}</Text>
        {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
        {asked.isPending && <Skeleton height={72} />}
        {asked.data && (
          <>
            <Text size="xs" c="dimmed">
              {t('agent.command')}
            </Text>
            <Code block className="enrolCommand" data-command>
              {asked.data.command}
            </Code>
            <Text size="sm" c="dimmed">
              {t('agent.expires', { at: momentText(asked.data.expiresAt, i18n.language) })}
            </Text>
          </>
        )}
        <Group justify="flex-end">
          <Button
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
            disabled={!asked.data}
            onClick={() => void copy(asked.data?.command ?? '')}
          >
            {t('agent.copy')}
          </Button>
          <Button onClick={onClose}>{t('common:done')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
