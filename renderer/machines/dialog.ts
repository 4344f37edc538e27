/** Which dialog about machines is open. They can be opened from anywhere: the list, the palette, the first-run screen. */
import { useSyncExternalStore } from 'react'
import type { MachineDetail, MachineRow } from '../../preload/contract.ts'
import type { ConnectOptions } from '../sessions/connect.ts'

export type Dialog =
  | { name: 'add' }
  | { name: 'edit'; machine: MachineDetail }
  | { name: 'import' }
  | { name: 'turnOn'; machine: MachineRow; connect?: ConnectOptions }
  | { name: 'turnOff'; machines: readonly MachineRow[] }
  | { name: 'remove'; machines: readonly MachineRow[] }
  | { name: 'request'; machineIds: readonly string[] }

let current: Dialog | undefined
const listeners = new Set<() => void>()

function become(next: Dialog | undefined): void {
  current = next
  for (const listener of listeners) listener()
}

export const openDialog = (dialog: Dialog): void => become(dialog)
export const closeDialog = (): void => become(undefined)

export function useDialog(): Dialog | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
