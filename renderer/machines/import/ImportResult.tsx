import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Input, Output } from '../../../preload/contract.ts'
import { failureOf, useDo } from '../../door.ts'
import { FailureAlert } from '../../parts/FailureAlert.tsx'

interface ResultProps {
  result: Output<'machines.import'>
  /** What was asked for: asking again imports the next, where one change could not hold all. */
  asked: Input<'machines.import'>
  onMore: () => void
  onClose: () => void
}

/** What an import did, what is left of it, and the way back. */
export function ImportResult({ result: first, asked, onMore, onClose }: ResultProps) {
  const { t } = useTranslation(['machines', 'common'])
  const [{ added, known, left }, setSum] = useState(first)
  const { importId } = asked
  const next = useDo('machines.import')
  const undo = useDo('machines.undoImport')
  const onNext = (): void =>
    next.mutate(asked, {
      onSuccess: (more) => setSum((sum) => ({ added: sum.added + more.added, known: sum.known + more.known, left: more.left })),
    })
  const done = known === 0 ? t('import.done', { count: added }) : t('import.doneKnown', { count: added, known })
  return (
    <Stack gap="md">
      <Group gap="sm" wrap="nowrap" role="status">
        <IconCircleCheck size={28} className="importOk" aria-hidden />
        <div>
          <Text fw={550}>{undo.data ? t('import.undone', { count: undo.data.removed }) : done}</Text>
          {!undo.data && added > 0 && (
            <Text size="sm" c="dimmed">
              {t(left > 0 ? 'import.leftText' : 'import.undoText')}
            </Text>
          )}
        </div>
      </Group>
      {next.isError && <FailureAlert failure={failureOf(next.error)} onRetry={onNext} />}
      {undo.isError && <FailureAlert failure={failureOf(undo.error)} onRetry={() => undo.mutate({ importId })} />}
      <Group justify="flex-end" gap="xs">
        {added > 0 && !undo.data && (
          <Button variant="default" loading={undo.isPending} disabled={next.isPending} onClick={() => undo.mutate({ importId })} mr="auto">
            {t('import.undo')}
          </Button>
        )}
        {left > 0 && !undo.data ? (
          <Button loading={next.isPending} disabled={undo.isPending} onClick={onNext}>
            {t('import.next', { count: left })}
          </Button>
        ) : (
          <Button variant="default" onClick={onMore}>
            {t('import.more')}
          </Button>
        )}
        <Button {...(left > 0 && !undo.data && { variant: 'default' })} onClick={onClose} data-autofocus>
          {t('common:done')}
        </Button>
      </Group>
    </Stack>
  )
}
