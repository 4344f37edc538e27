import { z } from 'zod'
import { MachineId } from './machines.ts'

export const GrantState = z.enum([
  'requested',
  'approved',
  'denied',
  'cancelled',
  'lapsed',
  'opening',
  'open',
  'closing',
  'closed',
  'unknown',
])
export type GrantState = z.infer<typeof GrantState>

export const CloseReason = z.enum([
  'expired',
  'released',
  'lastSessionEnded',
  'revoked',
  'gateFailed',
  'gatewayRestarted',
  'machineRemoved',
  'policyChanged',
])
export type CloseReason = z.infer<typeof CloseReason>

/** Where to connect to for one port of an open grant (REQ-5: may differ from the machine's own address and port). */
export const Endpoint = z.object({ port: z.number(), address: z.string(), connectPort: z.number() })
export type Endpoint = z.infer<typeof Endpoint>

export const Grant = z.object({
  grantId: z.string(),
  machineId: MachineId,
  machineName: z.string(),
  requestedBy: z.string(),
  state: GrantState,
  ports: z.array(z.number()),
  source: z.string(),
  /** The address by which the gateway sees this console now, where that is not `source` any more: connections from here are not let in (F-54). */
  observedSource: z.string().optional(),
  reason: z.string(),
  /** As it was asked for, ISO 8601. */
  duration: z.string().optional(),
  requestedAt: z.iso.datetime(),
  openedAt: z.iso.datetime().optional(),
  endsAt: z.iso.datetime().optional(),
  /** Time left when this was answered: a countdown from here is right whatever the console's clock says (F-104). */
  remainingMs: z.number().optional(),
  /** The latest end that an extension may reach. */
  extendableUntil: z.iso.datetime().optional(),
  closedAt: z.iso.datetime().optional(),
  closeReason: CloseReason.optional(),
  endpoints: z.array(Endpoint),
  /** Open connections and bytes through the gate (to the machine, and back), where it counts them. */
  connections: z.number().optional(),
  bytes: z.object({ up: z.number(), down: z.number() }).optional(),
  /** The last time that the gate was asked through and the machine did not answer; a client only sees its connection being reset. */
  unreachable: z
    .object({ port: z.number(), cause: z.enum(['refused', 'timeout', 'reset', 'dns', 'network']), at: z.iso.datetime() })
    .optional(),
  /** POL-6. Absent: no approver was needed. */
  approvals: z.object({ needed: z.number(), given: z.array(z.object({ by: z.string(), at: z.iso.datetime() })) }).optional(),
  /** Who denied it, and why. */
  denied: z.object({ by: z.string(), at: z.iso.datetime(), reason: z.string() }).optional(),
  /** When a request that still waits is over. */
  lapsesAt: z.iso.datetime().optional(),
  /** It was given back while its gateway could not be reached: that is told to it as soon as it can. */
  releaseWaits: z.boolean().optional(),
  /** It waits, and this technician may approve or deny it. */
  decidableByMe: z.boolean().optional(),
  /** Somebody else's, which this person can do nothing with: told only so that they know of it. */
  ofOthers: z.literal(true).optional(),
  /** Its system has no way to give it back before its end. */
  noRelease: z.literal(true).optional(),
  /** Its end stops new connections only, so until then one can reconnect. */
  leavesSessions: z.literal(true).optional(),
  /** It is open, and yet nothing gets through from here; `proxy`: its system saw a proxy's address, which connections do not come from. */
  sourceDoubt: z.enum(['proxy', 'notReached']).optional(),
})
export type Grant = z.infer<typeof Grant>

/** What policy lets this technician ask for on these machines together (REQ-1: only that can be chosen). */
export const RequestOptions = z.object({
  machines: z.array(
    z.object({
      machineId: MachineId,
      name: z.string(),
      ports: z.array(z.object({ port: z.number(), maxDurationMs: z.number(), sources: z.array(z.string()), protocol: z.string() })),
      /** Why nothing can be asked for; `notAllowed`: policy lets others ask for access here (POL-5). */
      unavailable: z.enum(['jitOff', 'unsupported', 'notAllowed']).optional(),
      /** Open windows of others on the same ports, which a request would join or, in Azure, supersede. */
      openFor: z.array(z.object({ requestedBy: z.string(), port: z.number(), source: z.string(), endsAt: z.iso.datetime() })).optional(),
    }),
  ),
  /** The address that the gateway sees (REQ-2). */
  myAddress: z.string(),
  /** false: the gateway serves this computer alone, so only `myAddress` can be chosen as source. */
  servesOtherSources: z.boolean(),
})
export type RequestOptions = z.infer<typeof RequestOptions>

export const RequestInput = z.object({
  /** Made at the click and kept for the life of that click, so that a double click or a retry is one request (F-47, F-48). */
  idempotencyKey: z.uuid(),
  machines: z
    .array(z.object({ machineId: MachineId, ports: z.array(z.int().min(1).max(65535)).min(1).max(20) }))
    .min(1)
    .max(200),
  /** An address or CIDR; absent means my address. */
  source: z.string().max(64).optional(),
  durationMs: z.int().positive(),
  reason: z.string().trim().max(500),
})
export type RequestInput = z.infer<typeof RequestInput>
