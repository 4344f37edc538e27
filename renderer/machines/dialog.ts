/** Which dialog about machines is open. They can be opened from anywhere: the list, the palette, the first-run screen. */
import { useSyncExternalStore } from 'react'
import type { AzureTenant, MachineDetail, MachineRow, PortRule } from '../../preload/contract.ts'
import type { ConnectOptions } from '../sessions/connect.ts'

export type Dialog =
  | { name: 'add' }
  | { name: 'edit'; machine: MachineDetail }
  /** `own`: beginning with the person's own SSH config. */
  | { name: 'import'; own?: true }
  /** Joining a team's gateway, with its machines. */
  | { name: 'join' }
  /** Signing in to an Azure tenant; `again`: to one that is here already. */
  | { name: 'azure'; again?: AzureTenant }
  /** What a change of Azure policies would send. */
  | {
      name: 'azurePolicy'
      machines: readonly Pick<MachineRow, 'id' | 'name'>[]
      rules: readonly PortRule[] | 'defaults'
      onDone?: () => void
    }
  /** The same port rules for several Azure machines. */
  | { name: 'azureRules'; machines: readonly MachineRow[]; onDone?: () => void }
  | { name: 'turnOn'; machine: MachineRow; connect?: ConnectOptions }
  /** `onDone`: what was chosen in the list is not chosen any more. */
  | { name: 'turnOff' | 'remove'; machines: readonly MachineRow[]; onDone?: () => void }
  | { name: 'request'; machineIds: readonly string[] }
  /** A code for the machine's agent. */
  | { name: 'enrol'; machine: Pick<MachineRow, 'id' | 'name'> }

/** A closed dialog stays until the next one, so that it can fade out. `count` tells one opening from the next. */
interface Shown {
  dialog: Dialog
  opened: boolean
  count: number
}

let current: Shown | undefined
const listeners = new Set<() => void>()

function become(next: Shown | undefined): void {
  current = next
  for (const listener of listeners) listener()
}

export const openDialog = (dialog: Dialog): void => become({ dialog, opened: true, count: (current?.count ?? 0) + 1 })
export const closeDialog = (): void => become(current && { ...current, opened: false })

export function useDialog(): Shown | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
