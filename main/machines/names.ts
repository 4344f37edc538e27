/**
 * Names of machines for whoever has to say one at once, such as a notification: those that were asked for before are known. Another one is fetched,
 * and told when it is here.
 */
import type { StoredMachines } from '../localStore.ts'

export interface MachineNames {
  /** undefined: not known, or not yet. */
  of(machineId: string): string | undefined
  /** It is called so, and somebody may ask soon. */
  learn(machineId: string, name: string): void
  /** It is called so now, should anybody have asked. */
  note(machineId: string, name: string): void
}

/** Far more than there can be grants and challenges. */
const mostNames = 5000

export function createMachineNames(store: Pick<StoredMachines, 'get'>, arrived: () => void): MachineNames {
  const names = new Map<string, string | undefined>()

  function keep(machineId: string, name: string | undefined): void {
    if (names.size >= mostNames) names.clear()
    names.set(machineId, name)
  }

  async function fetch(machineId: string): Promise<void> {
    const [found] = await store.get([machineId])
    if (!found) return
    keep(machineId, found.machine.name)
    arrived()
  }

  return {
    of(machineId) {
      if (!names.has(machineId)) {
        keep(machineId, undefined)
        // A store that cannot answer has no name; the id is shown instead.
        fetch(machineId).catch(() => names.delete(machineId))
      }
      return names.get(machineId)
    },
    learn: keep,
    note(machineId, name) {
      if (names.has(machineId)) names.set(machineId, name)
    },
  }
}
