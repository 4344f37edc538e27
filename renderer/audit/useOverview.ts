import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { AuditFacets, AuditFilter, AuditOverview } from '../../preload/contract.ts'
import { call, useRung } from '../door.ts'

/** Counting goes through many events: while a log is being read it follows at this distance. */
const followEveryMs = 2000
/** Answers for what was looked at on the way are not worth keeping. */
const keptMs = 20_000

/** The timeline of what fits. The last one stays while the next is on its way. */
export function useOverview(filter: AuditFilter, bins: number, enabled: boolean) {
  const rung = useRung('audit', followEveryMs)
  return useQuery<AuditOverview>({
    queryKey: ['audit.overview', filter, bins, rung],
    queryFn: () => call('audit.overview', { filter, bins }),
    enabled,
    gcTime: keptMs,
    placeholderData: keepPreviousData,
  })
}

/** What a filter can be narrowed by; asked only while somebody chooses. */
export function useFacets(filter: AuditFilter, enabled: boolean) {
  return useQuery<AuditFacets>({
    queryKey: ['audit.facets', filter],
    queryFn: () => call('audit.facets', { filter }),
    enabled,
    staleTime: 0,
    gcTime: keptMs,
    placeholderData: keepPreviousData,
  })
}
