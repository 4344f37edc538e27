/** One machine of the inventory, as the list shows it. */
import type { MachineRow, MachineState, Way } from '../../preload/contract.ts'
import type { ProviderMachine } from '../providers/provider.ts'

/** What the list shows of the machine itself. */
export type StoredRow = Omit<MachineRow, 'ownGrant' | 'nameIsShared' | 'favourite' | 'hits' | 'user'>

export function toRow(provider: { id: string; name: string }, machine: ProviderMachine): StoredRow {
  return {
    id: `${provider.id}:${machine.id}`,
    name: machine.name,
    address: machine.address,
    os: machine.os,
    site: machine.site,
    tags: machine.tags,
    provider: { id: provider.id, name: provider.name },
    state: stateOf(machine),
    ...(machine.unsupportedReason && { unsupportedReason: machine.unsupportedReason }),
    gate: machine.gate,
    ...(machine.agentVersion !== undefined && { agentVersion: machine.agentVersion }),
    ...(machine.lastSeenAt !== undefined && { lastSeenAt: machine.lastSeenAt }),
    approvalsIn7Days: machine.approvalsIn7Days,
    ...(machine.lastAccessAt !== undefined && { lastAccessAt: machine.lastAccessAt }),
    ...(machine.lastUser !== undefined && { lastUser: machine.lastUser }),
    ports: machine.rules.map((rule) => rule.port),
    ways: waysOf(machine),
  }
}

/** INV-2. What cannot have JIT is unsupported, whatever rules it still has. */
export function stateOf(machine: Pick<ProviderMachine, 'unsupportedReason' | 'rules'>): MachineState {
  if (machine.unsupportedReason) return 'unsupported'
  return machine.rules.length > 0 ? 'configured' : 'notConfigured'
}

/**
 * What Connect can do, the default first: the order of the rules, except that a port for another program never comes before a way that
 * shows something. Where JIT is off, what the default rules would allow, so that Connect can offer to turn it on (REQ-4).
 */
export function waysOf(machine: Pick<ProviderMachine, 'os' | 'rules' | 'sshPort' | 'rdpPort' | 'unsupportedReason'>): Way[] {
  if (machine.unsupportedReason) return []
  if (machine.rules.length === 0) return machine.os === 'windows' ? ['rdp'] : machine.os === 'linux' ? ['ssh'] : []
  const ways = new Set<Way>()
  const ports = machine.rules.filter((rule) => rule.protocol !== 'udp').map((rule) => rule.port)
  for (const port of ports) {
    if (port === machine.sshPort) ways.add('ssh')
    if (port === machine.rdpPort) ways.add('rdp')
  }
  if (ports.some((port) => port !== machine.sshPort && port !== machine.rdpPort)) ways.add('forward')
  return [...ways]
}
