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
const mostApart = 3
/** From so many machines on, each is one row: requests for access are below, and must be seen. */
const mostMachinesApart = 6
/** Machines in the list; the others are counted. */
const mostGroups = 12

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

/**
 * Which of them are in the list, in their order. Where they are too many, those come first that hang together with somebody's open access: a flood from
 * elsewhere must not hide the machine that one works on.
 */
export function shownOf(groups: readonly SignInGroup[]): SignInGroup[] {
  if (groups.length <= mostGroups) return [...groups]
  const isBound = ({ challenges }: SignInGroup) => challenges.some(({ binding }) => binding.kind !== 'none')
  const kept = new Set([...groups.filter(isBound), ...groups.filter((group) => !isBound(group))].slice(0, mostGroups))
  return groups.filter((group) => kept.has(group))
}

/** Whether the machine's sign-ins are rows of their own. */
export function areApart({ challenges }: SignInGroup, groupCount: number): boolean {
  return challenges.length === 1 || (challenges.length <= mostApart && groupCount <= mostMachinesApart)
}

/** Those that are decided or under way, the latest first. */
export function recentOf(challenges: readonly Challenge[], most: number): Challenge[] {
  return challenges.filter((one) => !isWaiting(one)).slice(0, most)
}

const oldestFirst = (one: Challenge, other: Challenge): number => (one.foundAt === other.foundAt ? 0 : one.foundAt < other.foundAt ? -1 : 1)
