/** Where a machine of a file belongs: its folders or groups as a site and tags, and what the person chose where the file says nothing. Pure. */
import type { ImportGroups, MachineInput, OperatingSystem } from '../../../preload/contract.ts'
import type { FoundMachine } from './reading.ts'

// The gateway's limits (gateway/api.ts).
const longestTag = 50
const mostTags = 20

/** A site or tag that the file names itself comes before what its groups say. */
export function placed(
  { site, tags, groups }: Pick<FoundMachine, 'site' | 'tags' | 'groups'>,
  as: ImportGroups,
): { site: string; tags: string[] } {
  const [outermost = ''] = groups
  const isSite = as === 'site' && site === ''
  const more = as === 'none' ? [] : isSite ? groups.slice(1) : groups
  return {
    site: isSite ? outermost : site,
    tags: [...new Set([...tags, ...more.map((group) => group.slice(0, longestTag).trim())])].slice(0, mostTags),
  }
}

export function toMachineInput(
  machine: FoundMachine,
  choice: { groups: ImportGroups; site: string; os: OperatingSystem; turnOnJit: boolean },
): MachineInput {
  const { name, address, port, user } = machine
  const { site, tags } = placed(machine, choice.groups)
  const os = machine.os ?? choice.os
  const way = machine.way ?? (os === 'windows' ? 'rdp' : 'ssh')
  return {
    name,
    address,
    os,
    site: site || choice.site,
    tags,
    ...(port !== undefined && (way === 'rdp' ? { rdpPort: port } : { sshPort: port })),
    ...(user !== undefined && { user }),
    turnOnJit: choice.turnOnJit,
  }
}
