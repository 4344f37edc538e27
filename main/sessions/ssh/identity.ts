/** The machine's host key against what was pinned: known, asked about once, or a stop without a way on (F-21). */
import { CallError } from '../../callError.ts'
import type { ConsoleEvent } from '../../providers/provider.ts'
import type { MachinesForSessions } from '../needs.ts'
import type { Asks } from './asks.ts'
import { judgeHostKey, type HostKey } from './hostKey.ts'

type Machines = Pick<MachinesForSessions, 'hostKeys' | 'pinHostKey'>

/** Returns the check for one machine. It throws CallError identityChanged or identityRefused, and writes what happened to the log. */
export function hostKeyCheck(
  machines: Machines,
  machineId: string,
  asks: Pick<Asks, 'hostKey'>,
  record: (event: ConsoleEvent) => void,
): (shown: HostKey) => Promise<void> {
  return async (shown) => {
    const pinned = machines.hostKeys(machineId)
    const { algorithm, fingerprint, key } = shown
    const note = (action: string, outcome: ConsoleEvent['outcome'], more: ConsoleEvent['detail'] = {}) =>
      record({ action, outcome, machineId, detail: { algorithm, fingerprint, ...more } })
    switch (judgeHostKey(pinned, shown)) {
      case 'known':
        return
      case 'changed': {
        const expected = pinned.map((pin) => pin.fingerprint).join(' ')
        note('hostKey.changed', 'refused', { expected })
        throw new CallError({ tag: 'identityChanged', kind: 'hostKey', machineId, expected, shown: fingerprint })
      }
      case 'unknown':
        if (!(await asks.hostKey(shown))) {
          note('hostKey.refused', 'refused')
          throw new CallError({ tag: 'identityRefused' })
        }
        await machines.pinHostKey(machineId, { algorithm, fingerprint, key })
        note('hostKey.pinned', 'ok')
    }
  }
}
