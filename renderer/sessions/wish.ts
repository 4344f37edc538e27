/** What one click on a machine means. Pure. */
import type { ConnectInput, MachineChoices, MachineRow, Settings, Way } from '../../preload/contract.ts'

/** The command line has its own terminal; the window has these. */
export type Where = NonNullable<MachineChoices['where']>

/** What to connect to, in words of the contract; an attempt adds its id. */
export type Wish = Omit<ConnectInput, 'attemptId' | 'where' | 'keep'> & {
  where: Where
  machineName: string
  /** An ended session whose tab the new one takes. */
  replaces?: string
}

export interface ConnectOptions {
  way?: Way
  where?: Where
  port?: number
  asOther?: true
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
  return {
    machineId: machine.id,
    machineName: machine.name,
    way,
    where,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.asOther && { asOther: options.asOther }),
  }
}
