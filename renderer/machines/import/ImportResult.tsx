import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Output } from '../../../preload/contract.ts'
import { failureOf, useDo } from '../../door.ts'
import { FailureAlert } from '../../parts/FailureAlert.tsx'

interface ResultProps {
  importId: string
  result: Output<'machines.import'>
  onMore: () => void
  onClose: () => void
}

/** What an import did, and the way back. */
export function ImportResult({ importId, result: { added, known }, onMore, onClose }: ResultProps) {
  const { t } = useTranslation(['machines', 'common'])
  const undo = useDo('machines.undoImport')
  const done = known === 0 ? t('import.done', { count: added }) : t('import.doneKnown', { count: added, known })
  return (
    <Stack gap="md">
      <Group gap="sm" wrap="nowrap" role="status">
        <IconCircleCheck size={28} className="importOk" aria-hidden />
        <div>
          <Text fw={550}>{undo.data ? t('import.undone', { count: undo.data.removed }) : done}</Text>
          {!undo.data && added > 0 && (
            <Text size="sm" c="dimmed">
              {t('import.undoText')}
            </Text>
          )}
        </div>
      </Group>
      {undo.isError && <FailureAlert failure={failureOf(undo.error)} onRetry={() => undo.mutate({ importId })} />}
      <Group justify="flex-end" gap="xs">
        {added > 0 && !undo.data && (
          <Button variant="default" color="red" loading={undo.isPending} onClick={() => undo.mutate({ importId })} mr="auto">
            {t('import.undo')}
          </Button>
        )}
        <Button variant="default" onClick={onMore}>
          {t('import.more')}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {t('common:done')}
        </Button>
      </Group>
    </Stack>
  )
}
