import { Button } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { show } from '../view.ts'

/** For an event of a recording: to the recording itself. It is on the computer that made it, which may be another one. */
export function ReplayButton({ action, detail, outcome }: Pick<AuditRow, 'action' | 'detail' | 'outcome'>) {
  const { t } = useTranslation('recordings')
  const recordingId = detail['recording']
  const isThere = action.startsWith('recording.') && action !== 'recording.deleted' && !(action === 'recording.started' && outcome !== 'ok')
  if (!isThere || typeof recordingId !== 'string') return null
  return (
    <Button
      size="xs"
      leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
      onClick={() => show({ name: 'recordings', recordingId })}
      data-replay-event
    >
      {t('replay')}
    </Button>
  )
}
