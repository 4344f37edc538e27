import { Slider } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Replay } from '../../preload/contract.ts'
import type { Player } from './player.ts'
import { clockText, gapsOf } from './timeline.ts'
import { usePlayerState } from './usePlayer.ts'

interface TimelineProps {
  replay: Replay
  player: Player
  hitsMs: readonly number[]
}

/** The whole recording as a line: how much happened when, what was not recorded, where the words are; and the place that is shown. */
export function Timeline({ replay, player, hitsMs }: TimelineProps) {
  const { t } = useTranslation('recordings')
  const { atMs } = usePlayerState(player)
  const { durationMs, activity, markers } = replay
  const most = Math.max(1, ...activity)
  const place = (ms: number) => `${(100 * ms) / Math.max(1, durationMs)}%`
  return (
    <div className="replayTimeline">
      <div className="replayMap" aria-hidden>
        <svg className="replayActivity" viewBox={`0 0 ${Math.max(1, activity.length)} 1`} preserveAspectRatio="none">
          {activity.map((amount, index) =>
            amount === 0 ? null : (
              // A little is seen too: heights by the logarithm.
              // oxlint-disable-next-line react/no-array-index-key -- parts of a line have no other name
              <rect key={index} x={index} width={1} height={heightOf(amount, most)} y={1 - heightOf(amount, most)} />
            ),
          )}
        </svg>
        {gapsOf(markers, durationMs).map(({ fromMs, toMs }) => (
          <span key={fromMs} className="replayGap" style={{ left: place(fromMs), width: place(toMs - fromMs) }} title={t('player.gap')} />
        ))}
        {hitsMs.map((ms, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two hits may be at the same time
          <span key={index} className="replayHit" style={{ left: place(ms) }} />
        ))}
      </div>
      <Slider
        size="sm"
        min={0}
        max={Math.max(1, Math.ceil(durationMs))}
        step={100}
        value={atMs}
        label={clockText}
        thumbLabel={t('player.place')}
        attributes={{ thumb: { 'aria-valuetext': clockText(atMs) } }}
        onChange={(ms) => void player.seek(ms)}
      />
    </div>
  )
}

const heightOf = (amount: number, most: number): number => 0.15 + (0.85 * Math.log1p(amount)) / Math.log1p(most)
