import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import type { ImportRow, Input, Output } from '../../../preload/contract.ts'
import { call } from '../../door.ts'
import { sliceOffsets, sliceRows } from '../slices.ts'

export type RowsQuery = Pick<Input<'machines.importRows'>, 'importId' | 'gatewayId' | 'groups' | 'show'>

interface ImportRows {
  head?: Output<'machines.importRows'>
  /** Why there are none. */
  error: unknown
  row: (index: number) => ImportRow | undefined
}

const keptMs = 20_000

function ask(query: RowsQuery, offset: number) {
  const input = { ...query, offset, limit: sliceRows }
  return { queryKey: ['machines.importRows', input], queryFn: () => call('machines.importRows', input), gcTime: keptMs }
}

/** Asks for the pages of the preview that hold the rows from `first` to `last`. */
export function useImportRows(query: RowsQuery, first: number, last: number): ImportRows {
  const head = useQuery({ ...ask(query, 0), placeholderData: keepPreviousData })
  const offsets = head.isPlaceholderData ? [] : sliceOffsets(first, last, head.data?.total ?? 0).slice(1)
  const others = useQueries({ queries: offsets.map((offset) => ask(query, offset)) })
  return {
    ...(head.data && { head: head.data }),
    error: head.error,
    row: (index) => {
      const offset = Math.floor(index / sliceRows) * sliceRows
      const page = offset === 0 ? head.data : others[offsets.indexOf(offset)]?.data
      return page?.rows[index - offset]
    },
  }
}
