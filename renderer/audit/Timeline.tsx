/**
 * How much happened when, and what of it went wrong; a stretch is chosen by drawing over it or by keys. Drawn here as SVG: a few hundred bars of three
 * parts need no chart library, and none brushes by keyboard.
 */
import { ActionIcon, Button, Group, Skeleton, Text, Tooltip } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChevronLeft, IconChevronRight, IconZoomOut } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditFilter } from '../../preload/contract.ts'
import { useNow } from '../parts/useNow.ts'
import { type Bin, sumOf, toBars, toBins, toTicks } from './bars.ts'
import { type ChosenTime, outcomes, shifted } from './chosenFilter.ts'
import { rangeText, tickText } from './ranges.ts'
import { useBrush } from './useBrush.ts'
import { useOverview } from './useOverview.ts'

interface TimelineProps {
  filter: AuditFilter
  time: ChosenTime
  onTime: (time: ChosenTime) => void
  /** Back to what was there before the last zoom. */
  onZoomOut: () => void
}

const height = 56
const pixelsABin = 7

/** So many bins as there is room for, in steps: a window that is made larger does not ask at each pixel. */
const binsFor = (width: number) => Math.max(20, Math.min(200, Math.floor(width / pixelsABin / 20) * 20))

export function Timeline({ filter, time, onTime, onZoomOut }: TimelineProps) {
  const { t, i18n } = useTranslation('audit')
  const now = useNow()
  const { ref, width } = useElementSize()
  const overview = useOverview(filter, binsFor(width), width > 0)
  const bins = useMemo(() => (overview.data ? toBins(overview.data) : []), [overview.data])
  const brush = useBrush(bins, ({ fromMs, toMs }) => onTime({ kind: 'between', fromMs, toMs }), onZoomOut)
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const [first] = bins
  const last = bins.at(-1)
  const all = sumOf(bins, 0, bins.length)
  const total = overview.data?.total ?? 0
  const shift = (by: -1 | 1) => {
    const next = shifted(time, now, by)
    return next && (() => onTime(next))
  }
  return (
    <section className="timeline card" aria-label={t('timeline.label')} aria-busy={overview.isFetching} data-timeline>
      <Group justify="space-between" wrap="nowrap" gap="md" h={26}>
        <Text size="sm" truncate>
          <strong data-total={total}>
            {overview.data
              ? t(overview.data.isAtLeast ? 'timeline.atLeast' : 'timeline.total', { count: total, number: number(total) })
              : '…'}
          </strong>
          {first && last && <span className="auditQuiet"> · {rangeText(first.fromMs, last.toMs, i18n.language)}</span>}
        </Text>
        <Group gap={4} wrap="nowrap">
          <ul className="timelineLegend">
            {outcomes.map((outcome) => (
              <li key={outcome} data-outcome={outcome}>
                {t(`outcome.${outcome}`)} <span className="tabular">{number(all[outcome])}</span>
              </li>
            ))}
          </ul>
          <Step label={t('timeline.earlier')} icon={IconChevronLeft} act={shift(-1)} />
          <Step label={t('timeline.later')} icon={IconChevronRight} act={shift(1)} />
          <Step label={t('timeline.zoomOut')} icon={IconZoomOut} act={time.kind === 'any' ? undefined : onZoomOut} />
          {time.kind !== 'any' && (
            <Button size="compact-xs" variant="subtle" onClick={() => onTime({ kind: 'any' })} data-whole-time>
              {t('timeline.whole')}
            </Button>
          )}
        </Group>
      </Group>
      <div ref={ref} className="timelinePlot">
        {overview.isPending ? (
          <Skeleton h={height} radius="sm" />
        ) : overview.isError ? (
          <Text size="sm" c="dimmed" pt="sm">
            {t('timeline.failed')}
          </Text>
        ) : (
          <div
            className="timelineBrush"
            style={{ height }}
            role="slider"
            tabIndex={bins.length > 0 ? 0 : -1}
            aria-label={t('timeline.slider')}
            aria-description={t('timeline.keys')}
            aria-disabled={bins.length === 0}
            aria-valuemin={0}
            aria-valuemax={Math.max(0, bins.length - 1)}
            aria-valuenow={brush.at ?? Math.max(0, bins.length - 1)}
            aria-valuetext={saysAt()}
            {...brush.handlers}
          >
            <Bars bins={bins} width={width} held={brush.held} at={brush.at} />
          </div>
        )}
        <Axis bins={bins} width={width} />
        {brush.at !== undefined && bins.length > 0 && (
          <div className="timelineTip" style={tipPlace(width, ((brush.at + 0.5) / bins.length) * width)} aria-hidden data-timeline-tip>
            {saysAt()}
          </div>
        )}
      </div>
      <Text className="timelineKeys" size="xs" c="dimmed" aria-hidden>
        {t('timeline.keys')}
      </Text>
    </section>
  )

  /** What is held, or the one bin, in words. */
  function saysAt(): string {
    const at = brush.at ?? bins.length - 1
    const { first: from, last: to } = brush.held ?? { first: at, last: at }
    const [begin, end] = [bins[from], bins[to]]
    if (!begin || !end) return t('timeline.nothing')
    const sum = sumOf(bins, from, to)
    const bad = (['refused', 'failed'] as const).filter((outcome) => sum[outcome] > 0)
    return [
      rangeText(begin.fromMs, end.toMs, i18n.language),
      t('timeline.total', { count: sum.total, number: number(sum.total) }),
      ...bad.map((outcome) => `${number(sum[outcome])} ${t(`outcome.${outcome}`)}`),
    ].join(' · ')
  }
}

/** Beside what is pointed at, on the side where there is room. */
function tipPlace(width: number, x: number): { left: number } | { right: number } {
  return x < width / 2 ? { left: x + 8 } : { right: width - x + 8 }
}

function Step({ label, icon: Icon, act }: { label: string; icon: typeof IconZoomOut; act: (() => void) | undefined }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} disabled={act === undefined} onClick={act}>
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

interface BarsProps {
  bins: readonly Bin[]
  width: number
  held: { first: number; last: number } | undefined
  at: number | undefined
}

function Bars({ bins, width, held, at }: BarsProps) {
  const bars = useMemo(() => toBars(bins, { width, height }), [bins, width])
  const step = width / Math.max(1, bins.length)
  const marked = held ?? (at === undefined ? undefined : { first: at, last: at })
  return (
    <svg width={width} height={height} aria-hidden focusable="false">
      {marked && (
        <rect
          className="timelineHeld"
          data-held={held !== undefined}
          x={marked.first * step}
          width={(marked.last - marked.first + 1) * step}
          y={0}
          height={height}
        />
      )}
      {bars.map(({ x, width: barWidth, parts }) =>
        parts.map((part) => (
          <rect
            key={`${x} ${part.outcome}`}
            className="timelineBar"
            data-outcome={part.outcome}
            x={x}
            width={barWidth}
            y={part.y}
            height={part.height}
          />
        )),
      )}
    </svg>
  )
}

function Axis({ bins, width }: { bins: readonly Bin[]; width: number }) {
  const { i18n } = useTranslation()
  const [first] = bins
  const last = bins.at(-1)
  if (!first || !last) return <div className="timelineAxis" />
  const length = last.toMs - first.fromMs
  const ticks = toTicks(first.fromMs, last.toMs, Math.floor(width / 90))
  return (
    <div className="timelineAxis" aria-hidden>
      {ticks.map((tick) => {
        const x = ((tick.atMs - first.fromMs) / length) * width
        return (
          // The last label would be cut off at the edge.
          width - x > 44 && (
            <span key={tick.atMs} style={{ left: x }} data-says={tick.says}>
              {tickText(tick, i18n.language)}
            </span>
          )
        )
      })}
    </div>
  )
}
