/** What the end of a window does to what this console has open: behind a gate all of it ends; where the system leaves it, a setting decides. */
import type { Settings } from '../../preload/contract.ts'
import type { GrantsForSessions } from './needs.ts'

interface Around {
  grants: Pick<GrantsForSessions, 'openGrantFor' | 'openingGrantFor'>
  settings(): Pick<Settings, 'endSessionsWithWindow'>
}

/** Whether a window for this port is open still, or about to be: one that took the ended one's place. */
export const isCovered = ({ grants }: Pick<Around, 'grants'>, machineId: string, port: number): boolean =>
  (grants.openGrantFor(machineId, port) ?? grants.openingGrantFor(machineId, port)) !== undefined

/** `leftOn`: the machine, where the system itself leaves what is connected. */
export function endsWithWindow(around: Around, leftOn: string | undefined, port: number): boolean {
  return leftOn === undefined || (around.settings().endSessionsWithWindow && !isCovered(around, leftOn, port))
}
