/** Filter, timeline, list and event: what is chosen in one is seen in the others. An access's story takes the list's place. */
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditCache, AuditRow } from '../../preload/contract.ts'
import { failureOf } from '../door.ts'
import { FailureAlert } from '../parts/FailureAlert.tsx'
import { AuditList, type AuditListHandle } from './AuditList.tsx'
import { type ChosenFilter, type ChosenTime, isFiltered, noFilter, toFilter } from './chosenFilter.ts'
import { EventPanel } from './EventPanel.tsx'
import { FilterBar } from './FilterBar.tsx'
import { GrantStory } from './GrantStory.tsx'
import { searchWords } from './highlight.ts'
import { type LogState, toCopyAge } from './logState.ts'
import { LoadingRows, NothingThere } from './ListStates.tsx'
import { Timeline } from './Timeline.tsx'
import { itemAt, itemCount } from './rowPages.ts'
import { type ListSort, useRows } from './useRows.ts'
import { useSearchKey } from './useSearchKey.ts'

interface AuditBrowserProps {
  filter: ChosenFilter
  onChange: (filter: ChosenFilter) => void
  firstStory: string | undefined
  caches: readonly AuditCache[]
  logs: readonly LogState[]
  gateways: readonly { id: string; name: string }[]
}

const typingMs = 200

export function AuditBrowser({ filter, onChange, firstStory, caches, logs, gateways }: AuditBrowserProps) {
  const { t, i18n } = useTranslation('audit')
  const [sort, setSort] = useState<ListSort>({ by: 'time', descending: true })
  const [opened, setOpened] = useState<{ row: AuditRow; byKey: boolean; of: unknown }>()
  const [storyOf, setStory] = useState(firstStory)
  const [zooms, setZooms] = useState<readonly ChosenTime[]>([])
  const [text] = useDebouncedValue(filter.text, typingMs)
  const asked = useMemo(() => toFilter({ ...filter, text }), [filter, text])
  const isAtTop = useRef(() => true)
  const { rows, state, isStale } = useRows(asked, sort, () => isAtTop.current())
  const list = useRef<AuditListHandle>(null)
  const search = useRef<HTMLInputElement>(null)
  useSearchKey(search, storyOf === undefined)
  // An event is of the list, or the story, that it was opened in.
  const place = storyOf ?? rows
  const open = opened?.of === place ? opened : undefined
  const show = (row: AuditRow, byKey: boolean) => setOpened({ row, byKey, of: place })

  const searched = useMemo(() => searchWords(text), [text])
  const gatewayNames = useMemo(() => (gateways.length > 1 ? new Map(gateways.map(({ id, name }) => [id, name])) : undefined), [gateways])
  const change = (next: ChosenFilter) => {
    setZooms([])
    onChange(next)
  }
  const zoomTo = (time: ChosenTime) => {
    setZooms(time.kind === 'any' ? [] : [...zooms, filter.time])
    onChange({ ...filter, time })
  }
  const zoomOut = () => {
    onChange({ ...filter, time: zooms.at(-1) ?? { kind: 'any' } })
    setZooms(zooms.slice(0, -1))
  }
  const close = () => {
    setOpened(undefined)
    list.current?.focus()
  }
  // A filter that came from elsewhere knows only an id; the rows know the name.
  const named = useMemo(() => {
    const { machine } = filter
    if (!machine || machine.name !== undefined) return filter
    const first = itemAt(state.pages, 1)
    const row = first?.kind === 'row' ? first.row : undefined
    return row?.machineId === machine.id ? { ...filter, machine: { ...machine, name: row.machineName } } : filter
  }, [filter, state.pages])
  const age = toCopyAge(caches)
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value)
  const end = age.isReading
    ? t('endReading', { have: number(age.have), of: number(age.of) })
    : t(isFiltered(filter) ? 'endFiltered' : 'end')

  return (
    <>
      {storyOf !== undefined && (
        <div className="auditSplit">
          <GrantStory key={storyOf} grantId={storyOf} openId={open?.row.id} onOpen={show} onBack={() => setStory(undefined)} />
          {panel()}
        </div>
      )}
      {/* Behind the story the list stays as it was. */}
      <div className="auditBrowser" hidden={storyOf !== undefined}>
        <FilterBar filter={named} onChange={change} gateways={gateways} search={search} onLeaveDown={() => list.current?.focus()} />
        {/* Of a log without events there is no time to show. */}
        {(isFiltered(filter) || state.isPending || itemCount(state.pages) > 0) && (
          <Timeline filter={asked} time={filter.time} onTime={zoomTo} onZoomOut={zoomOut} />
        )}
        <div className="auditSplit">
          {body()}
          {storyOf === undefined && panel()}
        </div>
      </div>
    </>
  )

  function body() {
    if (state.isPending) return <LoadingRows />
    if (state.error !== undefined && itemCount(state.pages) === 0)
      return (
        <div className="auditRest">
          <FailureAlert failure={failureOf(state.error)} onRetry={() => rows.retry()} />
        </div>
      )
    if (itemCount(state.pages) === 0)
      return (
        <NothingThere
          isFiltered={isFiltered(filter)}
          isReading={age.isReading}
          text={text}
          onAction={(action) => change({ ...noFilter, time: filter.time, actions: [action] })}
          onClear={() => change(noFilter)}
        />
      )
    return (
      <AuditList
        rows={rows}
        state={state}
        isStale={isStale}
        sort={sort}
        onSort={setSort}
        searched={searched}
        openId={open?.row.id}
        onOpen={show}
        onWalk={(row) => show(row, false)}
        onLeaveUp={() => search.current?.focus()}
        end={end}
        gatewayNames={gatewayNames}
        isAtTop={isAtTop}
        handle={list}
      />
    )
  }

  function panel() {
    if (!open) return null
    const { row, byKey } = open
    const log = logs.find(({ gatewayId }) => gatewayId === row.gateway.id)
    return (
      <EventPanel
        row={row}
        takesFocus={byKey}
        log={log}
        gatewayName={gateways.find(({ id }) => id === row.gateway.id)?.name ?? row.gateway.name}
        onClose={close}
        {...(storyOf === undefined ? { onStory: setStory, onWalk: (by: -1 | 1) => list.current?.walk(by) } : {})}
        onOnlyMachine={(machine) => only({ machine })}
        onOnlyActor={(actor) => only({ actors: [actor] })}
      />
    )
  }

  function only(part: Partial<ChosenFilter>): void {
    setStory(undefined)
    change({ ...noFilter, ...part })
  }
}
