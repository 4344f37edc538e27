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
  noApproval: z.enum(['notAllowed', 'noSession', 'fourEyes', 'tooMany', 'jitOff', 'offline', 'otherMachine']).optional(),
  triesLeft: z.int(),
  decidedBy: z.string().optional(),
  /** Of what is displayed: the decision is for this and nothing else (F-74). */
  digest: z.string(),
  foundIn: FoundIn,
  foundAt: z.iso.datetime(),
  /** What the machine wrote beside the code, where it was found in a prompt: foreign text, and the technician's only view of that screen. */
  prompt: z.string().max(2000).optional(),
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
  /** Who declined or reported it, or typed three wrong numbers. */
  refusedBy: z.string().optional(),
})
export type SignIn = z.infer<typeof SignIn>

export const challengeCalls = {
  /** Sign-in challenges that this console has read: a few hundred, newest first. Asks nobody. */
  'challenges.list': { input: z.object({}), output: z.object({ challenges: z.array(Challenge) }) },
  /** What texts of codes are. Each is looked up at the gateways that this console works with, and nowhere else (APR-5). */
  'challenges.read': { input: ReadInput, output: ReadResult },
  /** One of them as the gateway has it now; as it was last, with `noApproval` offline, when the gateway does not answer. */
  'challenges.get': { input: z.object({ ref: ChallengeRef }), output: Challenge },
  /** Signs the decision by this console's key and tells it the gateway. Never kept for later: offline is a refusal (F-78). */
  'challenges.decide': { input: DecideInput, output: Decided },
  /** Takes them off the list; at their gateway nothing changes. */
  'challenges.forget': { input: z.object({ refs: z.array(ChallengeRef).min(1).max(500) }), output: z.object({}) },
  /** The text for a QR code and the short code, to show the challenge to a colleague (APR-6). */
  'challenges.code': { input: z.object({ ref: ChallengeRef }), output: z.object({ text: z.string(), shortCode: z.string() }) },
  /** AUD-1: the last 200 sign-ins that the machine asked for, newest first. `unsupported` noAgent where its provider has none. */
  'machines.signIns': { input: z.object({ machineId: MachineId }), output: z.object({ signIns: z.array(SignIn).max(200) }) },
  /** A code for the machine's agent, told this once: whoever has it can speak for the machine. `command` is the line to run there. */
  'machines.enrol': {
    input: z.object({ machineId: MachineId }),
    output: z.object({ code: z.string(), command: z.string(), expiresAt: z.iso.datetime() }),
  },
} as const
