/** The events as a grid that holds only what is on the screen. Arrows move, Enter opens; new events come in at the top without moving what is read. */
import { Button, Center, Group, Loader, Text } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type Ref, type RefObject, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditRow } from '../../preload/contract.ts'
import { failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { AuditListHead } from './AuditListHead.tsx'
import { AuditRowView } from './AuditRowView.tsx'
import { groupAt, itemAt, itemCount, mostRows, nearestRow, rowCount } from './rowPages.ts'
import type { Rows, RowsState } from './rows.ts'
import { useGroupNames } from './useGroupNames.ts'
import type { ListSort } from './useRows.ts'
import { useAuditWords } from './useSentence.ts'

/** A heading is as high as a row: where things are is then a multiplication, however many there are. */
export const rowHeight = 36
/** Rows kept ready on each side of what is seen. */
const spare = 4

export interface AuditListHandle {
  focus: () => void
  /** Opens the event above or below the open one. */
  walk: (by: -1 | 1) => void
}

interface AuditListProps {
  rows: Rows
  state: RowsState
  isStale: boolean
  sort: ListSort
  onSort: (sort: ListSort) => void
  searched: readonly string[]
  openId: string | undefined
  /** `byKey`: the one who opened it wants to be in it. */
  onOpen: (row: AuditRow, byKey: boolean) => void
  /** The next row while one is open. */
  onWalk: (row: AuditRow) => void
  onLeaveUp: () => void
  /** What is said at the log's beginning, or where it is not all here yet. */
  end: string
  gatewayNames: ReadonlyMap<string, string> | undefined
  /** Filled here: whether new events may be shown at once. */
  isAtTop: RefObject<() => boolean>
  handle: Ref<AuditListHandle>
}

export function AuditList(props: AuditListProps) {
  const { rows, state, isStale, sort, onSort, searched, openId, onOpen, onWalk, onLeaveUp, end, gatewayNames, isAtTop, handle } = props
  const { t, i18n } = useTranslation(['audit', 'common'])
  const words = useAuditWords()
  const groupName = useGroupNames(sort.by)
  const scroller = useRef<HTMLDivElement>(null)
  const [activeItem, setActive] = useState(1)
  const wantsFocus = useRef(false)
  const { pages } = state
  const count = itemCount(pages)
  const active = nearestRow(pages, Math.min(activeItem, count - 1), 1) ?? 1

  // oxlint-disable-next-line react/incompatible-library -- what it answers is used here alone
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: spare,
    // The heading that stays in sight covers the first row.
    scrollPaddingStart: rowHeight,
  })
  const items = virtual.getVirtualItems()
  const first = virtual.range?.startIndex ?? 0
  const last = virtual.range?.endIndex ?? 0
  useEffect(() => rows.see(first, last), [rows, first, last, count])
  useEffect(() => {
    setActive(1)
    scroller.current?.scrollTo({ top: 0 })
  }, [rows])
  useEffect(() => {
    isAtTop.current = () => (scroller.current?.scrollTop ?? 0) < rowHeight && active <= 1 && openId === undefined
  })

  // Whoever comes by Tab comes to what is seen, not to a row that is far away.
  const entry = active >= first && active <= last ? active : nearestRow(pages, Math.min(first + 1, count - 1), 1)

  const rowAt = (item: number): HTMLElement | null => scroller.current?.querySelector(`[data-item="${item}"]`) ?? null
  useEffect(() => {
    if (!wantsFocus.current) return
    const row = rowAt(active)
    if (!row) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })
  const goTo = (item: number): void => {
    setActive(item)
    virtual.scrollToIndex(item)
    // A row that is not drawn yet gets the focus when it is.
    const row = rowAt(item)
    wantsFocus.current = row === null
    row?.focus({ preventScroll: true })
  }
  const move = (to: number, direction: 1 | -1): void => {
    const next = nearestRow(pages, Math.max(0, Math.min(to, count - 1)), direction) ?? nearestRow(pages, 0, 1)
    if (next === undefined) return
    goTo(next)
    const item = itemAt(pages, next)
    if (openId !== undefined && item?.kind === 'row' && item.row) onWalk(item.row)
  }
  useImperativeHandle(handle, () => ({
    focus: () => goTo(active),
    walk(by) {
      const next = nearestRow(pages, active + by, by)
      const item = next === undefined ? undefined : itemAt(pages, next)
      if (next === undefined || item?.kind !== 'row' || !item.row) return
      setActive(next)
      virtual.scrollToIndex(next)
      onWalk(item.row)
    },
  }))

  const toTop = () => {
    rows.restart()
    setActive(1)
    scroller.current?.scrollTo({ top: 0 })
  }
  const shownGroup = useMemo(() => groupAt(pages, first), [pages, first])
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const hasEnd = count > 0 && !state.isLoadingMore && (pages.at(-1)?.next === undefined || rowCount(pages) >= mostRows)

  return (
    <div className="auditGrid card" data-dated={sort.by !== 'time'}>
      <div className="auditTable" role="grid" aria-rowcount={-1} aria-label={t('title')} aria-busy={isStale || state.isPending}>
        <AuditListHead sort={sort} onSort={onSort} />
        <div className="auditScroll" ref={scroller} role="rowgroup" onKeyDown={onKey} data-audit data-rows={rowCount(pages)}>
          {shownGroup !== undefined && count > 0 && (
            <div className="auditSticky" aria-hidden>
              <div className="auditDay">{groupName(shownGroup)}</div>
            </div>
          )}
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
            {items.map(({ index, start }) => {
              const item = itemAt(pages, index)
              const place = { transform: `translateY(${start}px)` }
              if (item?.kind === 'heading')
                return (
                  <div key={`heading ${index}`} role="row" className="auditPlace auditDay" style={place} aria-rowindex={index + 2}>
                    <div role="gridcell">{groupName(item.group)}</div>
                  </div>
                )
              const row = item?.row
              return (
                <div
                  key={row?.id ?? index}
                  role="row"
                  className="auditPlace auditRow"
                  style={place}
                  aria-rowindex={index + 2}
                  aria-selected={row !== undefined && row.id === openId}
                  tabIndex={index === entry ? 0 : -1}
                  data-item={index}
                  data-action={row?.action}
                  data-outcome={row?.outcome}
                  data-mark={row?.mark}
                  onFocus={() => setActive(index)}
                  onClick={() => {
                    setActive(index)
                    if (row) onOpen(row, false)
                  }}
                >
                  {row ? (
                    <AuditRowView
                      row={row}
                      words={words}
                      searched={searched}
                      withDate={sort.by !== 'time'}
                      gatewayName={gatewayNames?.get(row.gateway.id)}
                    />
                  ) : (
                    <div role="gridcell" className="auditComing" aria-label={t('common:loading')} />
                  )}
                </div>
              )
            })}
          </div>
          {state.isLoadingMore && (
            <Center className="auditEnd">
              <Group gap="xs">
                <Loader size={14} aria-hidden />
                <Text size="sm" c="dimmed">
                  {t('more')}
                </Text>
              </Group>
            </Center>
          )}
          {hasEnd && (
            <Center className="auditEnd" data-audit-end>
              <Text size="sm" c="dimmed">
                {rowCount(pages) >= mostRows ? t('tooMany', { number: number(mostRows) }) : end}
              </Text>
            </Center>
          )}
        </div>
      </div>
      {state.error !== undefined && count > 0 && (
        <div className="auditFailed">
          <FailureAlert failure={failureOf(state.error)} onRetry={() => rows.retry()} />
        </div>
      )}
      <div className="auditFresh" role="status">
        {state.fresh.count > 0 && (
          <Button size="xs" radius="xl" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={toTop} data-fresh={state.fresh.count}>
            {t(state.fresh.more ? 'freshMore' : 'fresh', { count: state.fresh.count, number: number(state.fresh.count) })}
          </Button>
        )}
      </div>
    </div>
  )

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.auditRow')) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2)
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(active + 1, 1),
      ArrowUp: () => (nearestRow(pages, active - 1, -1) === undefined ? onLeaveUp() : move(active - 1, -1)),
      PageDown: () => move(active + page, 1),
      PageUp: () => move(active - page, -1),
      Home: () => move(0, 1),
      End: () => move(count - 1, -1),
      Enter: open,
      ' ': open,
    }
    const deed = keys[event.key]
    if (!deed) return
    event.preventDefault()
    deed()
  }

  function open(): void {
    const item = itemAt(pages, active)
    if (item?.kind === 'row' && item.row) onOpen(item.row, true)
  }
}
