import { ActionIcon, SegmentedControl, Switch, Text } from '@mantine/core'
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Replay } from '../../preload/contract.ts'
import type { Player } from './player.ts'
import { Timeline } from './Timeline.tsx'
import { clockText } from './timeline.ts'
import { usePlayerState } from './usePlayer.ts'

export const speeds = [0.5, 1, 2, 4] as const

/** Below the screen: play, where it is, how fast. */
export function PlayerControls({ replay, player, hitsMs }: { replay: Replay; player: Player; hitsMs: readonly number[] }) {
  const { t, i18n } = useTranslation('recordings')
  const { atMs, isPlaying, isSeeking, speed, skipsPauses } = usePlayerState(player)
  const number = new Intl.NumberFormat(i18n.language)
  const label = t(isPlaying ? 'player.pause' : 'player.play')
  return (
    <div className="replayControls">
      <ActionIcon
        size="lg"
        radius="xl"
        aria-label={label}
        title={`${label} (${t('player.space')})`}
        onClick={() => (isPlaying ? player.pause() : player.play())}
        data-play={isPlaying}
      >
        {isPlaying ? <IconPlayerPauseFilled size={18} aria-hidden /> : <IconPlayerPlayFilled size={18} aria-hidden />}
      </ActionIcon>
      <Text size="sm" className="tabular replayClock" data-at={Math.round(atMs)} data-seeking={isSeeking}>
        {clockText(atMs)} <span className="quiet">/ {clockText(replay.durationMs)}</span>
      </Text>
      <Timeline replay={replay} player={player} hitsMs={hitsMs} />
      <SegmentedControl
        size="xs"
        aria-label={t('player.speed')}
        value={String(speed)}
        onChange={(value) => player.change({ speed: Number(value) })}
        data={speeds.map((value) => ({ value: String(value), label: `${number.format(value)}×` }))}
      />
      <Switch
        size="xs"
        label={t('player.skipPauses')}
        title={t('player.skipPausesHint')}
        checked={skipsPauses}
        onChange={({ currentTarget }) => player.change({ skipsPauses: currentTarget.checked })}
      />
    </div>
  )
}
