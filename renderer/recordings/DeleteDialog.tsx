import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Recording } from '../../preload/contract.ts'
import { failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { tellDone } from '../parts/tell.ts'
import { momentText } from '../parts/time.ts'

interface DeleteDialogProps {
  /** One that cannot be read has no machine and no time of its own. */
  recording: Pick<Recording, 'recordingId'> & Partial<Pick<Recording, 'machineName' | 'startedAt'>>
  onClose: () => void
  onDone?: () => void
}

/** Asks before a recording goes for good. */
export function DeleteDialog({ recording, onClose, onDone }: DeleteDialogProps) {
  const { t, i18n } = useTranslation(['recordings', 'common'])
  const deleting = useDo('recordings.delete')
  const { recordingId, machineName, startedAt } = recording
  const onConfirm = () =>
    deleting.mutate(
      { recordingIds: [recordingId] },
      {
        onSuccess: () => {
          onClose()
          onDone?.()
          tellDone(t('delete.done'))
        },
      },
    )
  return (
    <Modal opened onClose={onClose} title={t('delete.title')}>
      <Stack gap="md">
        {machineName !== undefined && (
          <div>
            <Foreign text={machineName} />
            {startedAt !== undefined && (
              <Text size="sm" c="dimmed">
                {momentText(startedAt, i18n.language)}
              </Text>
            )}
          </div>
        )}
        <Text size="sm">{t('delete.text')}</Text>
        {deleting.isError && <FailureAlert failure={failureOf(deleting.error)} onRetry={onConfirm} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button color="red" loading={deleting.isPending} onClick={onConfirm} data-confirm>
            {t('delete.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
