/** Setting up a machine's agent: a code that is told this once, and the one line to run on the machine. */
import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
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
  // Made when it is asked for, and never anew by itself: a new code takes the place of the one that somebody may be typing.
  const making = useDo('machines.enrol')
  const { data: made } = making
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
        {making.isError && <FailureAlert failure={failureOf(making.error)} />}
        {made && (
          <>
            <Text size="xs" c="dimmed">
              {t('agent.command')}
            </Text>
            <Code block className="enrolCommand" data-command>
              {made.command}
            </Code>
            <Text size="sm" c="dimmed">
              {t('agent.expires', { at: momentText(made.expiresAt, i18n.language) })}
            </Text>
          </>
        )}
        <Group justify="flex-end">
          {made ? (
            <>
              <Button variant="default" leftSection={<IconCopy size={16} aria-hidden />} onClick={() => void copy(made.command)}>
                {t('agent.copy')}
              </Button>
              <Button onClick={onClose}>{t('common:done')}</Button>
            </>
          ) : (
            <Button loading={making.isPending} onClick={() => making.mutate({ machineId: machine.id })} data-make-command>
              {t('agent.make')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}
