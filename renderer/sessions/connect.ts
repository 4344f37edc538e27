/** One click: from a machine to an attempt, with what this person chose last for the machine (REQ-3). */
import { useCallback } from 'react'
import type { MachineRow, Settings } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { startAttempt } from './attempts.ts'
import { type ConnectOptions, wishFor } from './wish.ts'

export type { ConnectOptions } from './wish.ts'

/** Connect: starts an attempt with a fresh id and shows the panel. What is chosen explicitly is remembered for the machine. */
export function useConnect(): (machine: Pick<MachineRow, 'id' | 'name' | 'ways'>, options?: ConnectOptions) => void {
  return useCallback((machine, options = {}) => {
    void connect(machine, options)
  }, [])
}

async function connect(machine: Pick<MachineRow, 'id' | 'name' | 'ways'>, options: ConnectOptions): Promise<void> {
  const [choices, settings] = await Promise.all([
    // Without its memory a click still connects, with the machine's defaults.
    call('settings.choices', { machineId: machine.id }).catch(() => ({})),
    call('settings.get', {}).catch((): Pick<Settings, 'ssh'> => ({ ssh: { where: 'tab', useAgent: true, keyFiles: [] } })),
  ])
  const wish = wishFor(machine, options, choices, settings)
  startAttempt(wish)
  if (options.way === undefined && options.where === undefined) return
  await call('settings.choose', {
    machineId: machine.id,
    choices: { ...choices, way: wish.way, ...(wish.way === 'ssh' ? { where: wish.where } : {}) },
  }).catch(() => undefined)
}
