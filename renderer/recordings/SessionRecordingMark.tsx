/** In a session's bar: that it is recorded, for everybody to see who looks at the screen; or whether it is to be (REQ-9). */
import { ActionIcon, Anchor, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlayerPauseFilled, IconPlayerRecordFilled, IconPlayerStopFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { CallName, SessionRecording } from '../../preload/contract.ts'
import { useAsk, useDo } from '../door.ts'
import { tellFailure } from '../parts/tell.ts'
import { useFailureText } from '../parts/useFailureText.ts'
import { show } from '../view.ts'
import './recordings.css'

export function SessionRecordingMark({ sessionId, isLive }: { sessionId: string; isLive: boolean }) {
  const recording = useAsk('recordings.sessions', {}).data?.sessions.find((one) => one.sessionId === sessionId)
  if (!recording) return null
  return (
    <div className="recordingMark" role="status" data-recording-state={recording.state}>
      <Mark recording={recording} isLive={isLive} />
    </div>
  )
}

function Mark({ recording, isLive }: { recording: SessionRecording; isLive: boolean }) {
  const { t } = useTranslation('recordings')
  switch (recording.state) {
    case 'asked':
      if (!isLive) return null
      return (
        <>
          <Text size="sm" fw={500}>
            {t('mark.ask')}
          </Text>
          <Deed name="recordings.start" recording={recording} label={t('mark.record')} isMain />
          <Deed name="recordings.decline" recording={recording} label={t('mark.dont')} />
        </>
      )
    case 'recording':
    case 'paused': {
      const isPaused = recording.state === 'paused'
      return (
        <>
          <span className="state" data-tone={isPaused ? 'warn' : 'bad'} title={t(isPaused ? 'mark.pausedHint' : 'mark.recordingHint')}>
            {isPaused ? (
              <IconPlayerPauseFilled size={12} aria-hidden />
            ) : (
              <IconPlayerRecordFilled size={12} className="recordingDot" aria-hidden />
            )}
            {t(isPaused ? 'mark.paused' : 'mark.recording')}
          </span>
          {isPaused ? (
            <Deed name="recordings.resume" recording={recording} label={t('mark.resume')} icon={IconPlayerRecordFilled} />
          ) : (
            <Deed name="recordings.pause" recording={recording} label={t('mark.pause')} icon={IconPlayerPauseFilled} />
          )}
          <Deed name="recordings.stop" recording={recording} label={t('mark.stop')} icon={IconPlayerStopFilled} />
        </>
      )
    }
    case 'ended':
      return (
        <>
          {recording.end === 'sessionEnded' ? (
            <Text size="sm" c="dimmed">
              {t('mark.recorded')}
            </Text>
          ) : (
            <span className="state" data-tone="warn" title={t(`ended.${recording.end}.text`)} data-recording-end={recording.end}>
              <IconAlertTriangle size={13} aria-hidden />
              {t(`ended.${recording.end}.title`)}
            </span>
          )}
          <Replay recordingId={recording.recordingId} />
          {isLive && <Deed name="recordings.start" recording={recording} label={t('mark.recordAgain')} icon={IconPlayerRecordFilled} />}
        </>
      )
    case 'off':
      return (
        <>
          {isLive && (
            <Text size="sm" c="dimmed">
              {t('mark.off')}
            </Text>
          )}
          <Replay recordingId={recording.recordingId} />
          {isLive && <Deed name="recordings.start" recording={recording} label={t('mark.record')} icon={IconPlayerRecordFilled} />}
        </>
      )
  }
}

function Replay({ recordingId }: { recordingId: string | undefined }) {
  const { t } = useTranslation('recordings')
  if (recordingId === undefined) return null
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => show({ name: 'recordings', recordingId })} data-replay-session>
      {t('replay')}
    </Anchor>
  )
}

type DeedName = Extract<CallName, 'recordings.start' | 'recordings.decline' | 'recordings.pause' | 'recordings.resume' | 'recordings.stop'>

interface DeedProps {
  name: DeedName
  recording: SessionRecording
  label: string
  icon?: typeof IconPlayerRecordFilled
  isMain?: boolean
}

function Deed({ name, recording: { sessionId }, label, icon: Icon, isMain = false }: DeedProps) {
  const deed = useDo(name)
  const failureText = useFailureText()
  const act = () => deed.mutate({ sessionId }, { onError: (error) => tellFailure(error, failureText) })
  if (Icon)
    return (
      <ActionIcon size="md" variant="subtle" color="gray" aria-label={label} title={label} onClick={act} data-deed={name}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    )
  return (
    <Group gap={0}>
      <Button size="compact-sm" {...(isMain ? {} : { variant: 'default' })} onClick={act} data-deed={name}>
        {label}
      </Button>
    </Group>
  )
}
