/** What there is in the stand-in's Azure: subscriptions, machines, policies, windows and what happened. */
import { randomUUID } from 'node:crypto'
import { createPorts, type Target } from './ports.ts'

export interface FakeSubscription {
  id: string
  name: string
  licensed: boolean
  tenantId: string
}

export interface FakeVm {
  id: string
  name: string
  subscriptionId: string
  resourceGroup: string
  location: string
  os: 'Windows' | 'Linux'
  tags: Record<string, string>
  publicIp: string
  privateIp: string
  subnetId: string
  hasNsg: boolean
  isClassic: boolean
  notApplicable: string | undefined
  firewall: { publicIp: string; isManaged: boolean } | undefined
  /** Where its ports lead when they are open. */
  targets: Record<number, Target>
}

export interface NewVm {
  name: string
  subscriptionId?: string
  resourceGroup?: string
  location?: string
  os?: 'Windows' | 'Linux'
  tags?: Record<string, string>
  /** Loopback addresses, if a port of it is to be real. */
  publicIp?: string
  privateIp?: string
  hasNsg?: boolean
  isClassic?: boolean
  /** The cause by which the recommendation calls JIT not applicable. */
  notApplicable?: string
  /** Behind an Azure Firewall; `isManaged`: by Firewall Manager. */
  firewall?: { publicIp: string; isManaged?: boolean }
  targets?: Record<number, Target>
}

export interface RequestPort {
  number: number
  endTimeUtc: string
  status: string
  statusReason: string
  allowedSourceAddressPrefix?: string
  mappedPort?: number
}

export interface Request {
  virtualMachines: { id: string; ports: RequestPort[] }[]
  startTimeUtc: string
  requestor: string
  justification?: string
}

export interface PortRule {
  number: number
  protocol: string
  maxRequestAccessDuration: string
  allowedSourceAddressPrefix?: string
  allowedSourceAddressPrefixes?: string[]
  [more: string]: unknown
}

/** With whatever else somebody wrote into it. */
export interface Policy {
  id: string
  name: string
  type: string
  location: string
  kind?: string
  properties: {
    virtualMachines: { id: string; ports: PortRule[]; publicIpAddress?: string; [more: string]: unknown }[]
    requests?: Request[]
    provisioningState?: string
    [more: string]: unknown
  }
  [more: string]: unknown
}

export type Activity = Record<string, unknown>

export function createWorld(tenantId: string, now: () => number) {
  const ports = createPorts()
  const subscriptions = new Map<string, FakeSubscription>()
  const vms = new Map<string, FakeVm>()
  const policies = new Map<string, Policy>()
  const activity: Activity[] = []

  function addSubscription(one: { id?: string; name?: string; licensed?: boolean; tenantId?: string } = {}): FakeSubscription {
    const { id = randomUUID(), name = `Subscription ${subscriptions.size + 1}`, licensed = true } = one
    const made = { id, name, licensed, tenantId: one.tenantId ?? tenantId }
    subscriptions.set(id, made)
    return made
  }

  function addVm(vm: NewVm): FakeVm {
    const [first = addSubscription()] = subscriptions.values()
    const { name, subscriptionId = first.id, resourceGroup = 'rg-desk', location = 'westeurope', os = 'Linux', isClassic = false } = vm
    const provider = isClassic ? 'Microsoft.ClassicCompute' : 'Microsoft.Compute'
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`
    const network = `${group}/providers/Microsoft.Network/virtualNetworks/${vm.firewall ? 'firewalled' : 'plain'}`.toLowerCase()
    const made: FakeVm = {
      id: `${group}/providers/${provider}/virtualMachines/${name}`,
      name,
      subscriptionId,
      resourceGroup,
      location,
      os,
      isClassic,
      tags: vm.tags ?? {},
      publicIp: vm.publicIp ?? '',
      // Nothing of a test leaves this computer.
      privateIp: vm.privateIp ?? '127.77.0.4',
      subnetId: `${network}/subnets/machines`,
      hasNsg: vm.hasNsg ?? !vm.firewall,
      notApplicable: vm.notApplicable,
      firewall: vm.firewall && { publicIp: vm.firewall.publicIp, isManaged: vm.firewall.isManaged ?? false },
      targets: vm.targets ?? {},
    }
    vms.set(made.id.toLowerCase(), made)
    return made
  }

  return {
    ports,
    subscriptions,
    vms,
    policies,
    activity,
    now,
    addSubscription,
    addVm,
    /** A policy that somebody made in the portal; rules for 22 and 3389 unless told. */
    addPolicy(vmIds: readonly string[], parts: { name?: string; rules?: PortRule[]; more?: Record<string, unknown> } = {}): Policy {
      const [vm] = vmIds.map((id) => vms.get(id.toLowerCase()))
      if (!vm) throw new Error('no such machine')
      const { name = 'default', more = {} } = parts
      const rules = parts.rules ?? [22, 3389].map((number) => rule(number))
      const id = `/subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}/providers/Microsoft.Security/locations/${vm.location}/jitNetworkAccessPolicies/${name}`
      const policy: Policy = {
        id,
        name,
        type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
        location: vm.location,
        kind: 'Basic',
        ...more,
        properties: {
          virtualMachines: vmIds.map((one) => {
            const firewall = vms.get(one.toLowerCase())?.firewall
            return { id: one, ports: rules, ...(firewall && { publicIpAddress: firewall.publicIp }) }
          }),
          requests: [],
          provisioningState: 'Succeeded',
        },
      }
      policies.set(id.toLowerCase(), policy)
      return policy
    },
  }
}

export type World = ReturnType<typeof createWorld>

export function rule(number: number, parts: Partial<PortRule> = {}): PortRule {
  const sources = parts.allowedSourceAddressPrefixes ? {} : { allowedSourceAddressPrefix: '*' }
  return { number, protocol: '*', maxRequestAccessDuration: 'PT3H', ...sources, ...parts }
}

/** As the service writes it: seven digits. */
export const timeOf = (ms: number) => new Date(ms).toISOString().replace('Z', '1234Z')
