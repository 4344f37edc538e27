/** One click: from a machine to an attempt, with what this person chose last for the machine (REQ-3). */
import { useCallback } from 'react'
import type { ConnectInput, MachineChoices, MachineRow, Settings, Way } from '../../preload/contract.ts'
import { call } from '../door.ts'
import { startAttempt, type Wish } from './attempts.ts'

export interface ConnectOptions {
  way?: Way
  where?: ConnectInput['where']
  port?: number
}

/** What one click means: what was said now, else what was chosen last, else the machine's first way. Pure. */
export function wishFor(
  machine: Pick<MachineRow, 'id' | 'name' | 'ways'>,
  options: ConnectOptions,
  choices: MachineChoices,
  settings: Pick<Settings, 'ssh'>,
): Wish {
  const remembered = choices.way && machine.ways.includes(choices.way) ? choices.way : undefined
  const way = options.way ?? remembered ?? machine.ways[0] ?? 'ssh'
  // A desktop is always shown by the system's own client; only a terminal can be in a tab or outside.
  const where = way === 'ssh' ? (options.where ?? choices.where ?? settings.ssh.where) : 'system'
  return { machineId: machine.id, machineName: machine.name, way, where, ...(options.port === undefined ? {} : { port: options.port }) }
}

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
