/** Changes that are not saved yet, kept while other levels and views are looked at. They end with the window. */
import { useSyncExternalStore } from 'react'
import type { PolicyPatch } from '../../preload/contract.ts'

export interface Draft {
  patch: PolicyPatch
  /** Of the levels when the draft was begun: a save is refused when somebody else changed one of them since. */
  versions: readonly { level: string; version: number }[]
}

let drafts: ReadonlyMap<string, Draft> = new Map()
const listeners = new Set<() => void>()

export const draftKey = (levels: readonly string[]): string => levels.join('\n')

/** Without a draft, or with one that changes nothing, there is none. */
export function keepDraft(key: string, draft: Draft | undefined): void {
  const next = new Map(drafts)
  if (draft && Object.keys(draft.patch).length > 0) next.set(key, draft)
  else next.delete(key)
  drafts = next
  for (const listener of listeners) listener()
}

export function useDrafts(): ReadonlyMap<string, Draft> {
  return useSyncExternalStore(subscribe, () => drafts)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
