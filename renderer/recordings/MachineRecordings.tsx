import { Anchor, Text, UnstyledButton } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { failureOf, useAsk } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { momentText } from '../parts/time.ts'
import { show } from '../view.ts'
import { clockText } from './timeline.ts'
import './recordings.css'

const shown = 5

/** A machine's latest recordings, where this computer has any at all: the keychain is not asked for nothing. */
export function MachineRecordings({ machineId }: { machineId: string }) {
  const { t, i18n } = useTranslation('recordings')
  const hasAny = (useAsk('recordings.usage', {}).data?.count ?? 0) > 0
  const asked = useAsk('recordings.list', { machineId, offset: 0, limit: shown }, { enabled: hasAny })
  if (!hasAny || (asked.data && asked.data.total === 0)) return null
  return (
    <section aria-labelledby="drawer-recordings">
      <h2 id="drawer-recordings">{t('title')}</h2>
      {asked.isError && <FailureAlert failure={failureOf(asked.error)} onRetry={() => void asked.refetch()} />}
      <ul className="machineRecordings">
        {asked.data?.recordings.map(({ recordingId, user, startedAt, durationMs, state }) => (
          <li key={recordingId}>
            <UnstyledButton className="machineRecording" onClick={() => show({ name: 'recordings', recordingId })}>
              <IconPlayerPlayFilled size={13} aria-hidden />
              <span>{momentText(startedAt, i18n.language)}</span>
              <Foreign text={user} />
              <Text span size="sm" c="dimmed" className="tabular">
                {durationMs === undefined ? t(`state.${state}`) : clockText(durationMs)}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {asked.data && asked.data.total > shown && (
        <Anchor component="button" type="button" size="sm" onClick={() => show({ name: 'recordings' })}>
          {t('all')}
        </Anchor>
      )}
    </section>
  )
}
