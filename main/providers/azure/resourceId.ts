/** Azure's ids of resources: their parts, and what stands for them in the console, whose ids have no slash. Pure. */
import { createHash } from 'node:crypto'
import { apiVersion } from './schemas.ts'

export interface MachineRef {
  subscriptionId: string
  resourceGroup: string
  name: string
}

export interface PolicyRef {
  subscriptionId: string
  resourceGroup: string
  location: string
  name: string
}

const machinePattern =
  /^\/subscriptions\/(?<subscriptionId>[^/]+)\/resourceGroups\/(?<resourceGroup>[^/]+)\/providers\/Microsoft\.(?:Classic)?Compute\/virtualMachines\/(?<name>[^/]+)$/i
const policyPattern =
  /^\/subscriptions\/(?<subscriptionId>[^/]+)\/resourceGroups\/(?<resourceGroup>[^/]+)\/providers\/Microsoft\.Security\/locations\/(?<location>[^/]+)\/jitNetworkAccessPolicies\/(?<name>[^/]+)$/i

export function parseMachineId(id: string): MachineRef | undefined {
  const { subscriptionId, resourceGroup, name } = machinePattern.exec(id)?.groups ?? {}
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) return undefined
  return { subscriptionId, resourceGroup, name }
}

export function parsePolicyId(id: string): PolicyRef | undefined {
  const { subscriptionId, resourceGroup, location, name } = policyPattern.exec(id)?.groups ?? {}
  if (subscriptionId === undefined || resourceGroup === undefined || location === undefined || name === undefined) return undefined
  return { subscriptionId, resourceGroup, location, name }
}

/** Where a machine is within its subscription: an answer may name another subscription than the one that was asked. */
export function placeOf(machineId: string): string {
  const ref = parseMachineId(machineId)
  return (ref ? `${ref.resourceGroup}/${ref.name}` : machineId).toLowerCase()
}

export function policyKey(ref: PolicyRef): string {
  return [ref.subscriptionId, ref.resourceGroup, ref.location, ref.name].join('/').toLowerCase()
}

export function policyId({ subscriptionId, resourceGroup, location, name }: PolicyRef): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Security/locations/${location}/jitNetworkAccessPolicies/${name}`
}

/** The path to ask for it, with the version; `action` below it. */
export function policyPath(ref: PolicyRef, action?: 'initiate'): string {
  const escaped = policyId({
    subscriptionId: encodeURIComponent(ref.subscriptionId),
    resourceGroup: encodeURIComponent(ref.resourceGroup),
    location: encodeURIComponent(ref.location),
    name: encodeURIComponent(ref.name),
  })
  return `${escaped}${action === undefined ? '' : `/${action}`}?api-version=${apiVersion}`
}

/** The same resource always has the same id in the console. */
export function consoleId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n').toLowerCase()).digest('base64url').slice(0, 22)
}
