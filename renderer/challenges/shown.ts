/** Which sign-in is looked at, and whether as a QR code for somebody else. It can be opened from anywhere; nothing is decided by opening it. */
import { useSyncExternalStore } from 'react'

export interface ShownChallenge {
  ref: string
  /** `code`: for a colleague's console (APR-6). */
  as: 'view' | 'code'
}

let current: ShownChallenge | undefined
const listeners = new Set<() => void>()

function become(next: ShownChallenge | undefined): void {
  current = next
  for (const listener of listeners) listener()
}

/** Opens the approval view. One that is open already stays: what somebody is reading is not changed under their eyes. */
export function openChallenge(ref: string): void {
  if (current === undefined) become({ ref, as: 'view' })
}

export const showCode = (ref: string): void => become({ ref, as: 'code' })
export const showView = (ref: string): void => become({ ref, as: 'view' })
export const closeChallenge = (): void => become(undefined)

export function useShownChallenge(): ShownChallenge | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
