import { useQueries } from '@tanstack/react-query'
import type { PolicyDetail, PolicyPatch } from '../../preload/contract.ts'
import { call, useAsk } from '../door.ts'
import { levelAbove, machineOfLevel } from './draft.ts'
import { draftKey, keepDraft, useDrafts } from './drafts.ts'

/** One level, or the levels of several machines, with what is to be changed there. */
export interface Policy {
  levels: readonly string[]
  details: readonly PolicyDetail[]
  /** What holds at the level above: shown for what is inherited again. */
  above: PolicyDetail | undefined
  patch: PolicyPatch
  change: (patch: PolicyPatch) => void
  discard: () => void
  /** Somebody else saved one of the levels since the draft was begun. */
  isOvertaken: boolean
  /** Keeps the draft, and takes what the others did as its new beginning. */
  rebase: () => void
  versions: readonly { level: string; version: number }[]
}

/** Asks for the levels. `policy` is there when all have answered; `error` is of the first that failed. */
export function usePolicy(levels: readonly string[]): { policy: Policy | undefined; error: Error | undefined; retry: () => void } {
  const asked = useQueries({
    queries: levels.map((level) => ({ queryKey: ['policies.get', { level }], queryFn: () => call('policies.get', { level }) })),
  })
  const [firstLevel = ''] = levels
  const machineId = machineOfLevel(firstLevel)
  const site = useAsk('machines.get', { machineId: machineId ?? '' }, { enabled: machineId !== undefined }).data?.site
  const aboveLevel = machineId !== undefined && site === undefined ? undefined : levelAbove(firstLevel, site)
  const above = useAsk('policies.get', { level: aboveLevel ?? '' }, { enabled: aboveLevel !== undefined }).data
  const key = draftKey(levels)
  const draft = useDrafts().get(key)

  const details = asked.map(({ data }) => data).filter((detail) => detail !== undefined)
  const error = asked.find((one) => one.isError)?.error ?? undefined
  const retry = (): void => asked.filter((one) => one.isError).forEach((one) => void one.refetch())
  if (details.length < levels.length) return { policy: undefined, error, retry }

  const current = details.map(({ level, version }) => ({ level, version }))
  const versions = draft?.versions ?? current
  const policy: Policy = {
    levels,
    details,
    above,
    patch: draft?.patch ?? {},
    change: (patch) => keepDraft(key, { patch, versions }),
    discard: () => keepDraft(key, undefined),
    isOvertaken: draft !== undefined && JSON.stringify(versions) !== JSON.stringify(current),
    rebase: () => draft && keepDraft(key, { ...draft, versions: current }),
    versions,
  }
  return { policy, error, retry }
}
