/** The sign-ins of the inbox: what waits, by machine, so that a flood of one machine is one row (F-75). Pure. */
import type { Challenge } from '../../preload/contract.ts'

export interface SignInGroup {
  machineId: string
  machineName: string
  gatewayName: string
  /** Newest first. */
  challenges: Challenge[]
}

/** A machine may have so many waiting at its gateway; more rows than that are no help to anybody. */
export const mostApart = 3
/** Machines in the list; the others are counted. */
export const mostGroups = 40

export const isWaiting = ({ state }: Pick<Challenge, 'state'>): boolean => state === 'pending'

/** Machines in the order in which they first asked: what comes later is put below, and nothing moves under the pointer. */
export function groupsOf(challenges: readonly Challenge[]): SignInGroup[] {
  const groups = new Map<string, SignInGroup>()
  for (const challenge of challenges.filter(isWaiting).toSorted(oldestFirst)) {
    const { gatewayName, machineId, machineName } = challenge
    const group = groups.get(machineId) ?? { machineId, machineName, gatewayName, challenges: [] }
    group.challenges.unshift(challenge)
    groups.set(machineId, group)
  }
  return [...groups.values()]
}

/** Those that are decided or under way, the latest first. */
export function recentOf(challenges: readonly Challenge[], most: number): Challenge[] {
  return challenges.filter((one) => !isWaiting(one)).slice(0, most)
}

const oldestFirst = (one: Challenge, other: Challenge): number => (one.foundAt === other.foundAt ? 0 : one.foundAt < other.foundAt ? -1 : 1)
