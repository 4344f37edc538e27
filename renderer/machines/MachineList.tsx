/** The machines as a grid that holds only what is on the screen. Arrows move, Enter connects, → opens the overview, Space chooses. */
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { MachineRow } from '../../preload/contract.ts'
import { useAsk } from '../door.ts'
import { ConnectMenu } from './ConnectMenu.tsx'
import { ListHead } from './ListHead.tsx'
import { MachineRowView, type RowDeeds } from './MachineRowView.tsx'
import { Overview } from './Overview.tsx'
import { type MachineQuery, mostRows } from './slices.ts'
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

interface ListProps {
  query: MachineQuery
  onSort: (sort: MachineQuery['sort']) => void
  chosen: ReadonlyMap<string, MachineRow>
  onChoose: (machines: readonly MachineRow[], chosen: boolean) => void
  /** What the row's first button does. */
  onMain: (machine: MachineRow) => void
  onConnect: (machine: MachineRow) => void
  onDetails: (machine: MachineRow) => void
  onLeaveUp: () => void
  handle: Ref<ListHandle>
}

export function MachineList({ query, onSort, chosen, onChoose, onMain, onConnect, onDetails, onLeaveUp, handle }: ListProps) {
  const { t } = useTranslation(['machines', 'common'])
  const scroller = useRef<HTMLDivElement>(null)
  const wide = useMediaQuery('(min-width: 1560px)', false, { getInitialValueInEffect: false })
  const [range, setRange] = useState({ first: 0, last: 30 })
  const slices = useMachineSlices(query, range.first, range.last)
  const grants = useAsk('grants.list', {}).data?.grants
  const [activeIndex, setActive] = useState(0)
  const [expandedId, setExpanded] = useState<string>()
  const [menu, setMenu] = useState<{ machine: MachineRow; at: HTMLElement }>()
  const wantsFocus = useRef(false)
  const lastChosen = useRef(0)
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
  const { tab, search, sort, descending } = query
  useEffect(() => {
    setActive(0)
    setExpanded(undefined)
    scroller.current?.scrollTo({ top: 0 })
  }, [tab, search, sort, descending])

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
  const deeds = useMemo<RowDeeds>(
    () => ({ toggle, choose, main: onMain, menu: (machine, at) => setMenu({ machine, at }) }),
    // `choose` reads what is current when it is called.
    // oxlint-disable-next-line react/exhaustive-deps
    [toggle, onMain, chosen],
  )
  const grantOf = useMemo(() => new Map(grants?.filter(({ state }) => state === 'open').map((grant) => [grant.grantId, grant])), [grants])
  const allHere = total > 0 && total <= 200 && slices.head !== undefined
  const allChosen = allHere && slices.head?.rows.every(({ id }) => chosen.has(id)) === true

  return (
    <div
      className="machineGrid card"
      role="grid"
      aria-rowcount={total + 1}
      aria-label={t('title')}
      aria-busy={slices.stale}
      data-tab={tab}
      data-wide={wide}
    >
      <ListHead
        query={query}
        onSort={onSort}
        all={allChosen}
        wide={wide}
        {...(allHere ? { onAll: () => onChoose(slices.head?.rows ?? [], !allChosen) } : {})}
      />
      <div className="machineScroll" ref={scroller} role="rowgroup" onKeyDown={onKey} data-list>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map(({ index, start }) => {
            const machine = slices.row(index)
            const expanded = machine !== undefined && machine.id === expandedId
            const grant = machine?.ownGrant && grantOf.get(machine.ownGrant.grantId)
            return (
              <div
                key={index}
                role="presentation"
                className="machinePlace"
                style={{ transform: `translateY(${start}px)` }}
                data-expanded={expanded || undefined}
              >
                <div
                  className="machineRow"
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={machine ? chosen.has(machine.id) : undefined}
                  tabIndex={index === active ? 0 : -1}
                  data-index={index}
                  data-machine={machine?.id}
                  onClick={() => toggle(index)}
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
                      wide={wide}
                      {...(grant ? { grant } : {})}
                      deeds={deeds}
                    />
                  ) : (
                    <div role="gridcell" className="machineComing" aria-label={t('common:loading')} />
                  )}
                </div>
                {expanded && <Overview machine={machine} height={overviewHeight} onDetails={() => onDetails(machine)} />}
              </div>
            )
          })}
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

  /** Shift takes everything between this row and the last one that was chosen. */
  function choose(index: number, between: boolean): void {
    const id = slices.row(index)?.id
    const [from, to] = between ? [Math.min(index, lastChosen.current), Math.max(index, lastChosen.current)] : [index, index]
    lastChosen.current = index
    const taken: MachineRow[] = []
    for (let place = from; place <= to; place++) {
      const row = slices.row(place)
      if (row) taken.push(row)
    }
    onChoose(taken, between || !(id !== undefined && chosen.has(id)))
  }

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const onRow = event.target instanceof HTMLElement && event.target.matches('.machineRow')
    const machine = slices.row(active)
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => (active === 0 ? onLeaveUp() : move(active - 1)),
      PageDown: () => move(active + page),
      PageUp: () => move(active - page),
      Home: () => move(0),
      End: () => move(total - 1),
    }
    const rowKeys: Record<string, () => void> = {
      Enter: () => machine && onConnect(machine),
      ArrowRight: () => machine && setExpanded(machine.id),
      ArrowLeft: () => setExpanded(undefined),
      ' ': () => choose(active, event.shiftKey),
      i: () => machine && onDetails(machine),
    }
    const deed = keys[event.key] ?? (onRow ? rowKeys[event.key] : undefined)
    if (!deed) return
    event.preventDefault()
    deed()
  }
}
