/** Which view is in front. Not a router: a console has no addresses, and a link from outside only ever names a machine. */
import { useSyncExternalStore } from 'react'

export type View =
  | { name: 'machines'; machineId?: string }
  | { name: 'access' }
  | { name: 'audit'; machineId?: string; span?: 'week'; grantId?: string }
  | { name: 'approvals' }
  /** Which level is looked at; the levels of several machines are changed together. */
  | { name: 'policies'; levels?: readonly string[] }
  | { name: 'people' }
  | { name: 'settings' }
  | { name: 'session'; sessionId: string }

let current: View = { name: 'machines' }
const listeners = new Set<() => void>()

export function show(view: View): void {
  current = view
  for (const listener of listeners) listener()
}

export function useView(): View {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
