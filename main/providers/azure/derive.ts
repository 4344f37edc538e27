/**
 * A machine of the inventory, from what Resource Graph and the policies say: no API of Azure tells whether JIT is configured, can be, or cannot. Pure.
 */
import type { OperatingSystem, PortRule, UnsupportedReason } from '../../../preload/contract.ts'
import type { ProviderMachine } from '../provider.ts'
import type { Machine } from './questions.ts'
import { consoleId } from './resourceId.ts'
import { sourcesOf, type JitMachine, type JitPolicy, type JitPortRule } from './schemas.ts'

/** What is known beside the machines themselves. Ids are in lower case. */
export interface Surroundings {
  /** `isLicensed` is absent where it is not known. */
  subscriptions: ReadonlyMap<string, { name: string; isLicensed?: boolean }>
  protectedSubnets: ReadonlySet<string>
  /** By virtual network; true: it is one of Firewall Manager. */
  firewalls: ReadonlyMap<string, boolean>
  notApplicable: ReadonlyMap<string, string>
}

/** A policy that has the machine, and the machine's part of it. */
export interface Membership {
  policy: JitPolicy
  machine: JitMachine
}

const weekMs = 7 * 24 * 3600 * 1000

export function toProviderMachine(
  machine: Machine,
  surroundings: Surroundings,
  memberships: readonly Membership[],
  nowMs: number,
): ProviderMachine {
  const unsupportedReason = memberships.length > 0 ? undefined : reasonAgainst(machine, surroundings)
  const subscription = surroundings.subscriptions.get(machine.subscriptionId.toLowerCase())
  const viaFirewall = memberships.some((one) => one.machine.publicIpAddress)
  return {
    id: consoleId(machine.id),
    name: machine.name,
    address: machine.publicIp || machine.fqdn || machine.privateIp,
    os: osOf(machine.os),
    ...(machine.osVersion !== '' && { osVersion: machine.osVersion.slice(0, 50) }),
    site: `${subscription?.name ?? machine.subscriptionId} / ${machine.resourceGroup}`,
    tags: tagsOf(machine.tags),
    addedAt: isoOf(machine.createdAt) ?? new Date(0).toISOString(),
    sshPort: 22,
    rdpPort: 3389,
    rules: rulesOf(memberships),
    ...(unsupportedReason && { unsupportedReason }),
    ...usesOf(machine.id, memberships, nowMs),
    gate: viaFirewall || (memberships.length === 0 && isBehindFirewallOnly(machine, surroundings)) ? 'firewall' : 'networkSecurityGroup',
    facts: machine.osVersion === '' ? {} : { osVersion: machine.osVersion.slice(0, 50) },
  }
}

function reasonAgainst(machine: Machine, surroundings: Surroundings): UnsupportedReason | undefined {
  const { subscriptions, protectedSubnets, firewalls, notApplicable } = surroundings
  if (machine.type.startsWith('microsoft.classiccompute/')) return 'classicDeployment'
  const hasGroup = machine.nicNsg !== '' || protectedSubnets.has(machine.subnetId)
  const firewall = firewalls.get(networkOf(machine.subnetId))
  if (!hasGroup && firewall === undefined) return 'noNetworkSecurityGroup'
  if (!hasGroup && firewall === true) return 'firewallManager'
  if (subscriptions.get(machine.subscriptionId.toLowerCase())?.isLicensed === false) return 'notLicensed'
  return notApplicable.has(machine.id.toLowerCase()) ? 'disabledByPolicy' : undefined
}

function isBehindFirewallOnly(machine: Machine, { protectedSubnets, firewalls }: Surroundings): boolean {
  return machine.nicNsg === '' && !protectedSubnets.has(machine.subnetId) && firewalls.has(networkOf(machine.subnetId))
}

/** A subnet's id begins with its network's. */
export const networkOf = (subnetId: string) => subnetId.replace(/\/subnets\/[^/]*$/, '')

/** Where several policies have the machine, each port has the rule of the first. Port 0 is nothing to connect to. */
export function rulesOf(memberships: readonly Membership[]): PortRule[] {
  const byPort = new Map<number, PortRule>()
  for (const { machine } of memberships)
    for (const rule of machine.ports) if (rule.number > 0 && !byPort.has(rule.number)) byPort.set(rule.number, toPortRule(rule))
  return [...byPort.values()]
}

function toPortRule(rule: JitPortRule): PortRule {
  const protocol = rule.protocol.toLowerCase()
  return {
    port: rule.number,
    protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : 'any',
    sources: sourcesOf(rule),
    maxDuration: rule.maxRequestAccessDuration,
  }
}

function usesOf(machineId: string, memberships: readonly Membership[], nowMs: number) {
  const id = machineId.toLowerCase()
  const uses = memberships
    .flatMap(({ policy }) => policy.properties.requests ?? [])
    .filter(({ virtualMachines }) => virtualMachines.some((one) => one.id.toLowerCase() === id))
    .flatMap(({ startTimeUtc, requestor }) => ({ at: Date.parse(startTimeUtc), requestor }))
    .filter(({ at }) => !Number.isNaN(at))
  const last = uses.reduce<(typeof uses)[number] | undefined>((latest, use) => (!latest || use.at > latest.at ? use : latest), undefined)
  return {
    approvalsIn7Days: uses.filter(({ at }) => at >= nowMs - weekMs).length,
    ...(last && { lastAccessAt: new Date(last.at).toISOString(), lastUser: last.requestor }),
  }
}

function osOf(name: string): OperatingSystem {
  const os = name.toLowerCase()
  return os === 'windows' || os === 'linux' ? os : 'other'
}

function tagsOf(tags: Machine['tags']): string[] {
  return Object.entries(tags ?? {}).map(([name, value]) => (typeof value === 'string' && value !== '' ? `${name}: ${value}` : name))
}

function isoOf(time: string): string | undefined {
  const at = Date.parse(time)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
