import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import type { MachineRow, MachineSlice } from '../../preload/contract.ts'
import { call, queries } from '../door.ts'
import { firstQuery, type MachineQuery } from './query.ts'
import { sliceOffsets, sliceRows } from './slices.ts'

/** Answers for what was typed on the way are not worth keeping for long. */
const keptMs = 20_000

export interface MachineSlices {
  head?: MachineSlice
  /** True while `head` still belongs to an earlier query. */
  stale: boolean
  /** The row at a place in the list, once its slice is here. */
  row: (index: number) => MachineRow | undefined
}

function ask(query: MachineQuery, offset: number) {
  const input = { ...query, offset, limit: sliceRows }
  return { queryKey: ['machines.list', input], queryFn: () => call('machines.list', input), gcTime: keptMs }
}

/** Asks for what a start shows first. Never rejects: the list itself tells of a failure. */
export function askForFirstSlice(): Promise<void> {
  return queries.prefetchQuery(ask(firstQuery, 0))
}

/** The first slice: total, counts and age. The last answer stays while the next one is on its way. */
export function useMachineHead(query: MachineQuery) {
  return useQuery({ ...ask(query, 0), placeholderData: keepPreviousData })
}

/** Asks for the slices that hold the rows from `first` to `last`. */
export function useMachineSlices(query: MachineQuery, first: number, last: number): MachineSlices {
  const head = useMachineHead(query)
  const offsets = head.isPlaceholderData ? [] : sliceOffsets(first, last, head.data?.total ?? 0).slice(1)
  const others = useQueries({ queries: offsets.map((offset) => ask(query, offset)) })
  const slices = new Map<number, MachineSlice>()
  if (head.data) slices.set(0, head.data)
  others.forEach(({ data }, index) => {
    const offset = offsets[index]
    if (data && offset !== undefined) slices.set(offset, data)
  })
  return {
    ...(head.data ? { head: head.data } : {}),
    stale: head.isPlaceholderData,
    row: (index) => slices.get(Math.floor(index / sliceRows) * sliceRows)?.rows[index % sliceRows],
  }
}
