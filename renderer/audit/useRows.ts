import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { AuditFilter, AuditRow, AuditSort } from '../../preload/contract.ts'
import { call, useRung } from '../door.ts'
import { pageRows } from './rowPages.ts'
import { createRows, type Rows, type RowsState } from './rows.ts'

export interface ListSort {
  by: AuditSort
  descending: boolean
}

/** What a row stands under: its local day, or the machine or person that the list is sorted by. */
const groupOf: Record<AuditSort, (row: AuditRow) => string> = {
  time: ({ at }) => String(new Date(at).setHours(0, 0, 0, 0)),
  machine: ({ machineName }) => machineName ?? '',
  actor: ({ actor }) => actor,
}

/** A log that is being read rings all the time; the list follows once a second. */
const followEveryMs = 1000
const provedEveryMs = 3000

/** The rows of a filter and a sort. Those of the last one stay (`isStale`) until the first of the next are here. */
export function useRows(filter: AuditFilter, sort: ListSort, isAtTop: () => boolean): { rows: Rows; state: RowsState; isStale: boolean } {
  const key = JSON.stringify([filter, sort])
  const rows = useMemo(() => {
    const { by, descending } = sort
    return createRows({
      ask: (before) => call('audit.list', { filter, limit: pageRows, sort: by, descending, ...(before === undefined ? {} : { before }) }),
      groupOf: groupOf[by],
      isLive: by === 'time' && descending && filter.to === undefined,
    })
    // The same filter in another object is the same list.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key])
  useEffect(() => {
    rows.start()
    return () => rows.stop()
  }, [rows])
  const now = useSyncExternalStore(rows.subscribe, rows.get)
  const [last, setLast] = useState(now)
  if (!now.isPending && last !== now) setLast(now)

  const news = useRung('audit', followEveryMs)
  // What was proved, or found changed, is told by the logs.
  const proved = useRung('logs', provedEveryMs)
  const askTop = useRef(isAtTop)
  useEffect(() => {
    askTop.current = isAtTop
  })
  useEffect(() => {
    if (news + proved > 0) rows.rung(askTop.current())
  }, [news, proved, rows])
  return { rows, state: now.isPending ? { ...last, isPending: last.isPending } : now, isStale: now.isPending && !last.isPending }
}
