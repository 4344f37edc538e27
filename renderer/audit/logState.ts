/** One log's shield (AUD-3): what this console knows as a witness, and how far what it keeps is proved, as one word. Pure. */
import type { AuditCache, WatchedLog } from '../../preload/contract.ts'

export type Why = NonNullable<AuditCache['why']>

export interface LogState {
  gatewayId: string
  gatewayName: string
  /** `partly`: the first ones are proved, later ones not yet. */
  state: 'verified' | 'partly' | 'unverified' | 'changed'
  why?: Why | undefined
  /** 0 to 1 while it is being checked. */
  checking?: number | undefined
  cache?: AuditCache | undefined
  watched?: WatchedLog | undefined
}

/** The logs that either side knows, in the order in which main tells them. */
export function toLogStates(caches: readonly AuditCache[], watched: readonly WatchedLog[]): LogState[] {
  const ids = [...new Set([...caches, ...watched].map(({ gatewayId }) => gatewayId))]
  return ids.map((gatewayId) => {
    const cache = caches.find((one) => one.gatewayId === gatewayId)
    const log = watched.find((one) => one.gatewayId === gatewayId)
    const gatewayName = cache?.gatewayName ?? log?.gatewayName ?? gatewayId
    return { gatewayId, gatewayName, ...judge(cache, log), checking: cache?.checking, cache, watched: log }
  })
}

function judge(cache: AuditCache | undefined, log: WatchedLog | undefined): Pick<LogState, 'state' | 'why'> {
  if (log?.state === 'changed' || (cache && cache.changed > 0)) return { state: 'changed' }
  const why = cache?.why ?? (log?.state === 'unverified' ? log.why : undefined)
  // What was proved stays proved when its gateway cannot be asked any more.
  const stays = why === undefined || why === 'unreachable' || why === 'notYet'
  if (cache && stays && cache.verified > 0) return cache.verified >= cache.have ? { state: 'verified' } : { state: 'partly', why }
  if (!cache && log?.state === 'verified') return { state: 'verified' }
  return { state: 'unverified', why: why ?? 'notYet' }
}

/** Everything that is known of how old what is shown is, over all logs: the oldest counts, since it is what may be missing. */
export interface CopyAge {
  have: number
  of: number
  isReading: boolean
  isOffline: boolean
  /** The oldest of the logs' last readings; undefined when one of them was never read. */
  asOf?: string | undefined
  offline: readonly string[]
}

export function toCopyAge(caches: readonly AuditCache[]): CopyAge {
  const sum = (of: (cache: AuditCache) => number) => caches.reduce((all, cache) => all + of(cache), 0)
  const known = caches.flatMap(({ asOf }) => (asOf === undefined ? [] : [asOf])).sort()
  return {
    have: sum(({ have }) => have),
    of: sum(({ have, of }) => Math.max(have, of ?? have)),
    isReading: caches.some(({ isSyncing, have, of }) => isSyncing && of !== undefined && have < of),
    isOffline: caches.some(({ isOffline }) => isOffline),
    asOf: known.length === caches.length ? known[0] : undefined,
    offline: caches.filter(({ isOffline }) => isOffline).map(({ gatewayId }) => gatewayId),
  }
}
