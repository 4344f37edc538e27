import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import type { Recording } from '../../preload/contract.ts'
import { call, failureOf, useDo } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'

/** Asks first: what is written is not encrypted any more. */
export function ExportDialog({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation(['recordings', 'common'])
  const exporting = useDo('recordings.export')
  const onConfirm = () =>
    exporting.mutate(
      { recordingId: recording.recordingId },
      {
        onSuccess: ({ path }) => {
          onClose()
          if (path !== undefined) tellPath(path)
        },
      },
    )
  return (
    <Modal opened onClose={onClose} title={t('export.title')}>
      <Stack gap="md">
        <Foreign text={recording.machineName} />
        <Text size="sm">{t('export.text')}</Text>
        {exporting.isError && <FailureAlert failure={failureOf(exporting.error)} onRetry={onConfirm} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:cancel')}
          </Button>
          <Button color="red" loading={exporting.isPending} onClick={onConfirm} data-confirm>
            {t('export.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function tellPath(path: string): void {
  notifications.show({ color: 'teal', autoClose: 15_000, role: 'status', title: <ExportedTitle />, message: <Exported path={path} /> })
}

function ExportedTitle() {
  return useTranslation('recordings').t('export.done')
}

function Exported({ path }: { path: string }) {
  const { t } = useTranslation('recordings')
  return (
    <Stack gap={6} align="flex-start" data-exported>
      <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }} data-path>
        <bdi>{path}</bdi>
      </Text>
      <Button size="compact-xs" variant="default" onClick={() => void call('app.copyText', { text: path }).catch(() => undefined)}>
        {t('export.copyPath')}
      </Button>
    </Stack>
  )
}
