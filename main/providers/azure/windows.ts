/** The windows that a policy tells of, whoever asked for them: one for each machine of a request. Pure. */
import type { Endpoint } from '../../../preload/contract.ts'
import { consoleId, placeOf, policyKey, type PolicyRef } from './resourceId.ts'
import { sourcesOf, type JitMachine, type JitPolicy, type JitRequest, type JitRequestPort } from './schemas.ts'

export interface Window {
  id: string
  ref: PolicyRef
  /** The policy's own machine that it is for; Azure may name another subscription in it. */
  machine: JitMachine
  request: JitRequest
  ports: JitRequestPort[]
  startMs: number
  endMs: number
}

/** `unknown`: a status that the contract does not have. */
export type WindowState = 'opening' | 'open' | 'closed' | 'unknown'

export function windowsOf(ref: PolicyRef, policy: JitPolicy): Window[] {
  const machines = new Map(policy.properties.virtualMachines.map((machine) => [placeOf(machine.id), machine]))
  return (policy.properties.requests ?? []).flatMap((request) =>
    request.virtualMachines.flatMap(({ id, ports }) => {
      const machine = machines.get(placeOf(id))
      const startMs = Date.parse(request.startTimeUtc)
      const endMs = Math.max(...ports.map(({ endTimeUtc }) => Date.parse(endTimeUtc)))
      if (!machine || Number.isNaN(startMs) || !Number.isFinite(endMs)) return []
      return [{ id: windowId(ref, id, startMs, ports), ref, machine, request, ports, startMs, endMs }]
    }),
  )
}

/** The start is Azure's own, and the same wherever it tells of the window. */
export function windowId(ref: PolicyRef, machineId: string, startMs: number, ports: readonly { number: number }[]): string {
  const numbers = ports.map(({ number }) => number).toSorted((one, other) => one - other)
  return consoleId('window', policyKey(ref), placeOf(machineId), String(startMs), numbers.join(' '))
}

export function stateOf({ ports, endMs }: Pick<Window, 'ports' | 'endMs'>, nowMs: number): WindowState {
  const states = ports.map(({ status }) => status.toLowerCase())
  if (endMs <= nowMs || states.every((state) => state === 'revoked')) return 'closed'
  if (states.includes('initiated')) return 'open'
  return states.includes('initiating') ? 'opening' : 'unknown'
}

/** Why a window is over before its end; `expired` also where that is not told. */
export function closeReasonOf({ ports }: Pick<Window, 'ports'>): 'expired' | 'revoked' {
  return ports.some(({ statusReason }) => statusReason && statusReason.toLowerCase() !== 'expired') ? 'revoked' : 'expired'
}

/** "1.2.3.4", or "*" for any. */
export function sourceOf(ports: readonly Pick<JitRequestPort, 'allowedSourceAddressPrefix' | 'allowedSourceAddressPrefixes'>[]): string {
  const [first] = ports
  if (!first) return ''
  const sources = sourcesOf(first)
  return sources.length === 0 ? '*' : sources.join(', ')
}

/**
 * Where to connect to: the firewall's address and mapped port where there is one, else the machine. A mapped port that is not told yet is no endpoint.
 */
export function endpointsOf(
  address: string,
  firewall: string | null | undefined,
  ports: readonly { number: number; mappedPort?: number | null | undefined }[],
): Endpoint[] {
  return ports.flatMap(({ number: port, mappedPort }) => {
    if (!firewall) return address === '' ? [] : [{ port, address, connectPort: mappedPort ?? port }]
    return mappedPort ? [{ port, address: firewall, connectPort: mappedPort }] : []
  })
}
