/** The machines as a grid that holds only what is on the screen. Arrows move, Enter connects, → opens the overview, Space and Shift choose. */
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type Ref,
} from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineColumn, MachineRow } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { widthsOf } from './columns.ts'
import { ConnectMenu } from './ConnectMenu.tsx'
import { doKey } from './listKeys.ts'
import { ListHead } from './ListHead.tsx'
import { MachineRowView, type RowDeeds } from './MachineRowView.tsx'
import { Overview } from './Overview.tsx'
import type { MachineQuery } from './query.ts'
import { mostChosen, mostRows } from './slices.ts'
import { useChoosing } from './useChoosing.ts'
import { useMachineSlices } from './useMachineSlices.ts'
import './machines.css'

export const rowHeight = 48
const overviewHeight = 268
/** Rows kept ready on each side of what is seen. */
const spare = 1

export interface ListHandle {
  focus: () => void
  /** Does the first row's main deed, once the list belongs to what was typed. */
  enterFirst: () => void
}

function toStyle({ template, least }: ReturnType<typeof widthsOf>): CSSProperties & { '--columns': string } {
  return { minWidth: least, '--columns': template }
}

/** Shift and a click choose rows; they do not mark text. */
const withoutMarking = (event: MouseEvent): void => {
  if (event.shiftKey) event.preventDefault()
}

interface ListProps {
  query: MachineQuery
  columns: readonly MachineColumn[]
  onSort: (sort: MachineQuery['sort']) => void
  chosen: ReadonlyMap<string, MachineRow>
  onChoose: (machines: readonly MachineRow[], chosen: boolean) => void
  onFavour: (machines: readonly MachineRow[], favourite: boolean) => void
  /** What the row's first button does. */
  onMain: (machine: MachineRow) => void
  onConnect: (machine: MachineRow) => void
  onDetails: (machine: MachineRow) => void
  onLeaveUp: () => void
  handle: Ref<ListHandle>
}

export function MachineList({
  query,
  columns,
  onSort,
  chosen,
  onChoose,
  onFavour,
  onMain,
  onConnect,
  onDetails,
  onLeaveUp,
  handle,
}: ListProps) {
  const { t } = useTranslation(['machines', 'common'])
  const { t: say, i18n } = useTranslation('machines')
  const words = useMemo(() => ({ t: say, language: i18n.language }), [say, i18n.language])
  const scroller = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState({ first: 0, last: 30 })
  const slices = useMachineSlices(query, range.first, range.last)
  const grants = useAsk('grants.list', {}).data?.grants
  const [activeIndex, setActive] = useState(0)
  const [expandedId, setExpanded] = useState<string>()
  const [menu, setMenu] = useState<{ machine: MachineRow; at: HTMLElement }>()
  const wantsFocus = useRef(false)
  const total = Math.min(slices.head?.total ?? 0, mostRows)
  const active = Math.min(activeIndex, Math.max(0, total - 1))

  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (expandedId !== undefined && slices.row(index)?.id === expandedId ? rowHeight + overviewHeight : rowHeight),
    overscan: spare,
    onChange: ({ range: seen }) => {
      if (seen && (seen.startIndex !== range.first || seen.endIndex !== range.last))
        setRange({ first: seen.startIndex, last: seen.endIndex })
    },
  })
  // Only one row differs in height, so a change of it is a change of all offsets.
  useEffect(() => {
    rows.measure()
    // What was just opened is meant to be read.
    const opened = expandedId === undefined ? null : (scroller.current?.querySelector('.overview') ?? null)
    opened?.scrollIntoView({ block: 'nearest' })
  }, [rows, expandedId])
  const { tab } = query
  const looked = JSON.stringify(query)
  useEffect(() => {
    setActive(0)
    setExpanded(undefined)
    scroller.current?.scrollTo({ top: 0 })
  }, [looked])

  const rowAt = (index: number): HTMLElement | null => scroller.current?.querySelector(`[data-index="${index}"]`) ?? null
  useEffect(() => {
    if (!wantsFocus.current) return
    const row = rowAt(active)
    if (!row) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })

  const move = (to: number): void => {
    const next = Math.max(0, Math.min(to, total - 1))
    setActive(next)
    rows.scrollToIndex(next)
    // A row that is not drawn yet gets the focus when it is.
    const row = rowAt(next)
    wantsFocus.current = row === null
    row?.focus({ preventScroll: true })
  }
  useImperativeHandle(handle, () => ({
    focus: () => move(active),
    enterFirst: () => {
      const first = slices.row(0)
      if (first && !slices.stale) onConnect(first)
    },
  }))

  const toggle = useCallback(
    (index: number) => {
      const id = slices.row(index)?.id
      setActive(index)
      setExpanded((now) => (now === id ? undefined : id))
    },
    [slices],
  )
  const choosing = useChoosing({ query, total, row: slices.row, chosen, onChoose })
  const deeds = useMemo<RowDeeds>(
    () => ({
      toggle,
      choose: (index, between) => (between ? choosing.upTo(index) : choosing.one(index)),
      favour: (machine) => onFavour([machine], machine.favourite !== true),
      main: onMain,
      menu: (machine, at) => setMenu({ machine, at }),
    }),
    // Choosing reads what is current when it is done.
    // oxlint-disable-next-line react/exhaustive-deps
    [toggle, onMain, onFavour, chosen],
  )
  const grantOf = useMemo(() => new Map(grants?.filter(({ state }) => state === 'open').map((grant) => [grant.grantId, grant])), [grants])
  const allHere = total > 0 && total <= mostChosen && slices.head !== undefined
  const allChosen = allHere && chosen.size >= total && slices.head?.rows.every(({ id }) => chosen.has(id)) === true
  const widths = useMemo(() => toStyle(widthsOf(columns, tab)), [columns, tab])

  return (
    <div
      className="machineGrid card"
      role="grid"
      aria-rowcount={total + 1}
      aria-label={t('title')}
      aria-busy={slices.stale}
      aria-multiselectable
      data-tab={tab}
    >
      <div className="machineTable" style={widths} role="presentation">
        <ListHead
          query={query}
          columns={columns}
          onSort={onSort}
          all={allChosen}
          {...(allHere ? { onAll: () => choosing.all(!allChosen) } : {})}
        />
        <div className="machineScroll" ref={scroller} role="rowgroup" onKeyDown={onKey} data-list>
          <div className="machineRows" style={{ height: rows.getTotalSize() }} role="presentation">
            {rows.getVirtualItems().map(({ index, start }) => {
              const machine = slices.row(index)
              const expanded = machine !== undefined && machine.id === expandedId
              const grant = machine?.ownGrant && grantOf.get(machine.ownGrant.grantId)
              return [
                <div
                  key={index}
                  className="machineRow"
                  role="row"
                  style={{ transform: `translateY(${start}px)` }}
                  aria-rowindex={index + 2}
                  aria-selected={machine ? chosen.has(machine.id) : undefined}
                  tabIndex={index === active ? 0 : -1}
                  data-index={index}
                  data-machine={machine?.id}
                  data-expanded={expanded || undefined}
                  onClick={(event) => onRowClick(event, index)}
                  onMouseDown={withoutMarking}
                  onFocus={() => setActive(index)}
                  onDoubleClick={() => machine && onDetails(machine)}
                  onContextMenu={(event) => {
                    if (!machine) return
                    event.preventDefault()
                    const more = event.currentTarget.querySelector<HTMLElement>('.deedMore')
                    if (more) setMenu({ machine, at: more })
                  }}
                >
                  {machine ? (
                    <MachineRowView
                      machine={machine}
                      index={index}
                      active={index === active}
                      expanded={expanded}
                      chosen={chosen.has(machine.id)}
                      menuOpen={menu?.machine.id === machine.id}
                      columns={columns}
                      {...(grant ? { grant } : {})}
                      words={words}
                      deeds={deeds}
                    />
                  ) : (
                    <div role="gridcell" className="machineComing" aria-label={t('common:loading')} />
                  )}
                </div>,
                expanded && (
                  <Overview
                    key={`${index} overview`}
                    machine={machine}
                    top={start + rowHeight}
                    height={overviewHeight}
                    onDetails={() => onDetails(machine)}
                  />
                ),
              ]
            })}
          </div>
        </div>
      </div>
      {menu && (
        <ConnectMenu
          machine={menu.machine}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          onDetails={onDetails}
          onDone={() => onChoose([menu.machine], false)}
        />
      )}
    </div>
  )

  function onRowClick(event: MouseEvent, index: number): void {
    if (event.shiftKey) choosing.upTo(index)
    else if (event.ctrlKey || event.metaKey) choosing.one(index)
    else toggle(index)
    if (!event.shiftKey) choosing.begin(index)
  }

  function onKey(event: KeyboardEvent): void {
    const machine = slices.row(active)
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    doKey(event, {
      active,
      last: total - 1,
      page,
      move,
      leaveUp: onLeaveUp,
      choosing,
      mayChooseAll: allHere,
      connect: () => machine && onConnect(machine),
      expand: () => machine && setExpanded(machine.id),
      collapse: () => setExpanded(undefined),
      favour: () => machine && onFavour([machine], machine.favourite !== true),
      details: () => machine && onDetails(machine),
    })
  }
}
