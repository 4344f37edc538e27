/**
 * Azure's JIT policies as the official contract has them (jitNetworkAccessPolicies, 2020-01-01), and no stricter: enums may grow, members that are not
 * known are kept, since a policy is only ever replaced as a whole.
 */
import { z } from 'zod'

export const apiVersion = '2020-01-01'

/** An address or a range is in the one or in the other. */
const sources = {
  allowedSourceAddressPrefix: z.string().nullish(),
  allowedSourceAddressPrefixes: z.array(z.string()).nullish(),
}

export const JitPortRule = z.looseObject({
  number: z.int().min(0).max(65535),
  /** TCP, UDP or *. */
  protocol: z.string(),
  /** ISO 8601, five minutes to a day. */
  maxRequestAccessDuration: z.string(),
  ...sources,
})
export type JitPortRule = z.infer<typeof JitPortRule>

export const JitMachine = z.looseObject({
  id: z.string(),
  ports: z.array(JitPortRule),
  /** Of the Azure Firewall in front of it. */
  publicIpAddress: z.string().nullish(),
})
export type JitMachine = z.infer<typeof JitMachine>

const JitRequestPort = z.looseObject({
  number: z.int(),
  endTimeUtc: z.string(),
  /** Initiating (not in the contract, and yet in its example), Initiated, Revoked. */
  status: z.string(),
  /** Expired, UserRequested, NewerRequestInitiated. */
  statusReason: z.string().nullish(),
  /** The firewall's port. */
  mappedPort: z.int().min(1).max(65535).nullish(),
  ...sources,
})
export type JitRequestPort = z.infer<typeof JitRequestPort>

export const JitRequest = z.looseObject({
  virtualMachines: z.array(z.looseObject({ id: z.string(), ports: z.array(JitRequestPort) })),
  /** With seven digits of a second, as often as not. */
  startTimeUtc: z.string(),
  requestor: z.string(),
  justification: z.string().nullish(),
})
export type JitRequest = z.infer<typeof JitRequest>

export const JitPolicy = z.looseObject({
  id: z.string(),
  name: z.string(),
  location: z.string().nullish(),
  kind: z.string().nullish(),
  properties: z.looseObject({
    virtualMachines: z.array(JitMachine),
    requests: z.array(JitRequest).nullish(),
    provisioningState: z.string().nullish(),
  }),
})
export type JitPolicy = z.infer<typeof JitPolicy>

/** Addresses and ranges; empty means any. */
export function sourcesOf(of: {
  allowedSourceAddressPrefix?: string | null | undefined
  allowedSourceAddressPrefixes?: string[] | null | undefined
}): string[] {
  const all = [...(of.allowedSourceAddressPrefixes ?? []), ...(of.allowedSourceAddressPrefix ? [of.allowedSourceAddressPrefix] : [])]
  return all.includes('*') ? [] : all
}
