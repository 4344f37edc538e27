/** Sign-in challenges as the window sees them (APR-3 to APR-7). All texts of a machine are foreign: text only, in `<bdi>`. */
import { z } from 'zod'
import { GatewayId } from './account.ts'
import { MachineId, OperatingSystem } from './machines.ts'

/** Qualified by the gateway: "gatewayId:challenge". */
export const ChallengeRef = z.string().regex(/^[A-Za-z0-9_-]{1,64}:[A-Z2-7]{16}$/)
export type ChallengeRef = z.infer<typeof ChallengeRef>

/** Where this console read the code. */
export const FoundIn = z.enum(['prompt', 'terminal', 'screen', 'clipboard', 'image', 'typed'])
export type FoundIn = z.infer<typeof FoundIn>

export const ChallengeState = z.enum(['pending', 'approved', 'denied', 'expired', 'burned', 'cancelled', 'started', 'ended', 'failed'])

/** One challenge that this console has read. */
export const Challenge = z.object({
  ref: ChallengeRef,
  gatewayId: GatewayId,
  gatewayName: z.string(),
  machineId: MachineId,
  machineName: z.string(),
  site: z.string(),
  address: z.string(),
  os: OperatingSystem,
  service: z.enum(['ssh', 'login']),
  /** The local administrator that will be signed in. */
  userName: z.string(),
  user: z.enum(['creates', 'kept', 'takesOver', 'unknown']),
  afterSignOut: z.enum(['delete', 'keepStandard']),
  /** Who is at the machine: the name that was typed, where from, and who is signed in there. */
  asked: z.string(),
  from: z.string().optional(),
  terminal: z.string().optional(),
  signedIn: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** By the gateway's clock, when it answered; counted down from `asOf`. */
  remainingMs: z.int(),
  asOf: z.iso.datetime(),
  state: ChallengeState,
  binding: z.object({ kind: z.enum(['yours', 'colleague', 'none']), grantId: z.string().optional(), by: z.string().optional() }),
  /**
   * Absent: it can be approved. `otherMachine`: it was read in a session to another machine (`foundOn`). `offline`: the gateway did not answer the last
   * time.
   */
  noApproval: z.enum(['notAllowed', 'noSession', 'fourEyes', 'tooMany', 'offline', 'otherMachine']).optional(),
  triesLeft: z.int(),
  decidedBy: z.string().optional(),
  /** Of what is displayed: the decision is for this and nothing else (F-74). */
  digest: z.string(),
  foundIn: FoundIn,
  foundAt: z.iso.datetime(),
  /** The machine in whose session the code was found. */
  foundOn: z.object({ machineId: MachineId, name: z.string() }).optional(),
})
export type Challenge = z.infer<typeof Challenge>

/** Why a text is no challenge of ours. It is never opened, whatever it is (F-70). */
export const NoChallenge = z.enum(['notAChallenge', 'damaged', 'unknownGateway', 'notFound', 'offline', 'tooMany'])
export type NoChallenge = z.infer<typeof NoChallenge>

/** What came of each text that was read, in their order. Two codes are two entries; none is chosen. */
export const ReadResult = z.object({
  results: z.array(
    z.union([z.object({ ok: z.literal(true), challenge: Challenge }), z.object({ ok: z.literal(false), why: NoChallenge })]),
  ),
})

/** Texts of codes as they were found in a picture, a terminal, the clipboard or typed: hostile until main has parsed them. */
export const ReadInput = z.object({ texts: z.array(z.string().max(4096)).min(1).max(8), foundIn: FoundIn, machineId: MachineId.optional() })

/** `number` is typed by hand, with `approve` alone. */
export const DecideInput = z.object({
  ref: ChallengeRef,
  decision: z.enum(['approve', 'deny', 'report']),
  digest: z.string().length(43),
  number: z
    .string()
    .regex(/^\d{2}$/)
    .optional(),
})

/**
 * `done`: the decision counts. Otherwise it does not, and the challenge is as it is now: `wrongNumber` (see `triesLeft`), `over` (see `state` and
 * `decidedBy`), `changed` (what is displayed is not what was decided on), `refused` (see `noApproval`).
 */
export const Decided = z.object({ result: z.enum(['done', 'wrongNumber', 'over', 'changed', 'refused']), challenge: Challenge })
export type Decided = z.infer<typeof Decided>

/** AUD-1: a machine's sign-ins, newest first. */
export const SignIn = z.object({
  id: z.string(),
  service: z.enum(['ssh', 'login']),
  userName: z.string(),
  asked: z.string(),
  from: z.string().optional(),
  state: ChallengeState,
  createdAt: z.iso.datetime(),
  succeededAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  authenticatedBy: z.string().optional(),
})
export type SignIn = z.infer<typeof SignIn>
