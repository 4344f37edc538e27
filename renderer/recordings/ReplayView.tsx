/** One recording on its stage: play, seek, search, and what else can be done with it. */
import { ActionIcon, Alert, Button, Loader, Text, Title, useComputedColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconArrowLeft, IconFileExport, IconTrash } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Replay, SearchHit, Settings } from '../../preload/contract.ts'
import { failureOf, useAsk } from '../door.ts'
import { useBytesText } from '../parts/bytesText.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { Foreign, isolate } from '../parts/foreign.tsx'
import { momentText } from '../parts/time.ts'
import { terminalLook } from '../sessions/terminalLook.ts'
import { show } from '../view.ts'
import { DeleteDialog } from './DeleteDialog.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { PlayerControls, speeds } from './PlayerControls.tsx'
import { ReplaySearch } from './ReplaySearch.tsx'
import { clockText, stepHit } from './timeline.ts'
import { usePlayer, usePlayerState } from './usePlayer.ts'
import './recordings.css'

export function ReplayView({ recordingId }: { recordingId: string }) {
  const { t } = useTranslation(['recordings', 'common'])
  // Asked anew each time: the file may have been changed or deleted since.
  const replay = useAsk('recordings.open', { recordingId }, { fresh: true })
  const settings = useAsk('settings.get', {})
  if (replay.isError)
    return (
      <div className="viewScroll" data-view="replay">
        <Back />
        <FailureAlert failure={failureOf(replay.error)} onRetry={() => void replay.refetch()} />
      </div>
    )
  if (!replay.data || !settings.data)
    return (
      <div className="replayWait" aria-busy data-view="replay">
        <Loader aria-label={t('common:loading')} />
        <Text c="dimmed">{t('player.opening')}</Text>
      </div>
    )
  return <Player replay={replay.data} terminal={settings.data.terminal} />
}

function Back() {
  const { t } = useTranslation('recordings')
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t('player.back')}
      title={t('player.back')}
      onClick={() => show({ name: 'recordings' })}
    >
      <IconArrowLeft size={18} aria-hidden />
    </ActionIcon>
  )
}

const secondMs = 1000

function Player({ replay, terminal }: { replay: Replay; terminal: Settings['terminal'] }) {
  const { t, i18n } = useTranslation('recordings')
  const bytes = useBytesText()
  const isDark = useComputedColorScheme('light') === 'dark'
  const look = useMemo(() => terminalLook(terminal, isDark), [terminal, isDark])
  const { player, screen } = usePlayer(replay, look)
  const { error } = usePlayerState(player)
  const stage = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<'export' | 'delete'>()
  const { recording } = replay
  const words = useDebouncedValue(text.trim(), 250)[0]
  const search = useAsk('recordings.search', { recordingId: recording.recordingId, text: words }, { enabled: words !== '' })
  const found = words === '' ? undefined : search.data
  const hitsMs = useMemo(() => found?.hits.map(({ atMs }) => atMs) ?? [], [found])

  useEffect(() => (stage.current ? screen.show(stage.current) : undefined), [screen])

  const goTo = async (atMs: number): Promise<void> => {
    player.pause()
    // The time of an event is its beginning; it is to be seen.
    await player.seek(atMs + 1)
    screen.search.clearDecorations()
    if (words !== '') screen.search.findPrevious(words)
  }
  const stepTo = (step: 1 | -1) => {
    const ms = stepHit(hitsMs, player.state().atMs, step)
    if (ms !== undefined) void goTo(ms)
  }
  const onKey = (event: KeyboardEvent): void => {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === 'text'
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey) return
    const act = keyAct(event)
    if (!act) return
    event.preventDefault()
    act()
  }
  const keyAct = ({ key, shiftKey, target }: KeyboardEvent): (() => void) | undefined => {
    const { atMs, isPlaying, speed } = player.state()
    const by = (ms: number) => () => void player.seek(atMs + ms)
    const faster = (step: 1 | -1) => () => player.change({ speed: speeds[speeds.findIndex((one) => one === speed) + step] ?? speed })
    switch (key) {
      case ' ':
        // A button has its own use for it.
        return target instanceof HTMLButtonElement ? undefined : () => (isPlaying ? player.pause() : player.play())
      case 'ArrowLeft':
        return by((shiftKey ? -60 : -5) * secondMs)
      case 'ArrowRight':
        return by((shiftKey ? 60 : 5) * secondMs)
      case 'Home':
        return by(-atMs)
      case 'End':
        return by(replay.durationMs)
      case '<':
        return faster(-1)
      case '>':
        return faster(1)
      case '/':
        return () => field.current?.focus()
      case 'n':
      case 'N':
        return () => stepTo(shiftKey ? -1 : 1)
      default:
        return undefined
    }
  }

  return (
    <section
      className="replay"
      aria-label={t('player.label', { machine: isolate(recording.machineName) })}
      onKeyDown={onKey}
      data-view="replay"
    >
      <header className="replayHead">
        <Back />
        <div className="replayName">
          <Title order={1} fz="lg">
            <Foreign text={recording.machineName} />
          </Title>
          <Text size="sm" c="dimmed" component="div" className="replayFacts">
            <Foreign text={recording.user} />
            <span>{momentText(recording.startedAt, i18n.language)}</span>
            <span className="tabular">{clockText(replay.durationMs)}</span>
            <span>{bytes(recording.bytes)}</span>
          </Text>
        </div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFileExport size={15} aria-hidden />}
          onClick={() => setAsked('export')}
          data-export
        >
          {t('export.button')}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTrash size={15} aria-hidden />}
          disabled={recording.state === 'recording'}
          onClick={() => setAsked('delete')}
        >
          {t('delete.button')}
        </Button>
      </header>
      {replay.fault && recording.state !== 'recording' && (
        <Alert
          color={replay.fault === 'damaged' ? 'red' : 'yellow'}
          variant="light"
          radius={0}
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t(`fault.${replay.fault}.title`)}
          data-fault={replay.fault}
        >
          {t(`fault.${replay.fault}.text`, { time: clockText(replay.durationMs) })}
        </Alert>
      )}
      {error !== undefined && <FailureAlert failure={failureOf(error)} />}
      <div className="replayBody">
        <div className="replayStage" style={{ background: look.theme?.background }}>
          <div ref={stage} className="replayScreen" tabIndex={0} role="region" aria-label={t('player.keys')} data-replay />
        </div>
        <ReplaySearch
          text={text}
          field={field}
          found={found}
          isSearching={search.isFetching}
          error={search.error}
          onText={setText}
          onHit={(hit: SearchHit) => void goTo(hit.atMs)}
          onStep={stepTo}
        />
      </div>
      <PlayerControls replay={replay} player={player} hitsMs={hitsMs} />
      {asked === 'export' && <ExportDialog recording={recording} onClose={() => setAsked(undefined)} />}
      {asked === 'delete' && (
        <DeleteDialog recording={recording} onClose={() => setAsked(undefined)} onDone={() => show({ name: 'recordings' })} />
      )}
    </section>
  )
}
