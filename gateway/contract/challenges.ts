/**
 * Machines that speak for themselves, and the sign-ins that they ask for (GTW-3, APR), as the API has them. A machine's agent proves its requests
 * like a console (proof.ts), with a key of its own, and may call nothing but /v1/agent/….
 */
import { z } from '@hono/zod-openapi'
import { MachineFacts, OperatingSystem } from '../api.ts'
import { JitAdmin } from './policies.ts'

/** Text of a machine: one line, shown as it is and never interpreted (F-79). */
const Told = z.string().max(200)
const Account = z.string().max(64)
export const ChallengeId = z.string().regex(/^[A-Z2-7]{16}$/)
/** 128 bits as base32. Only the picture has it: who types the short code has read the number anyway. */
export const ChallengeNonce = z.string().regex(/^[A-Z2-7]{26}$/)

/* ---- enrolment ---- */

/** POST /v1/machines/{id}/enrolment : one command on the machine takes the code, once, within a day. */
export const Enrolment = z.object({ code: z.string(), expiresAt: z.iso.datetime() })

/** Why a machine cannot have sign-in challenges (SPEC INV-2, APR): an agent that finds one of these does not enrol. */
export const AgentRefusal = z.enum([
  'domainController',
  'multiSession',
  'tooOld',
  'noPam',
  'noSudo',
  'noSystemd',
  'notRoot',
  'otherAuthentication',
])

export const AgentReport = z.strictObject({
  hostName: Told,
  os: OperatingSystem,
  osVersion: z.string().max(50),
  agentVersion: z.string().max(50),
  addresses: z.array(z.string().max(64)).max(64),
  /** OpenSSH public keys of the machine, "ssh-ed25519 AAAA…" without a comment. */
  hostKeys: z.array(z.string().max(2000)).max(16),
  /** Who is signed in now. */
  signedIn: z.array(z.strictObject({ user: Account, terminal: z.string().max(64), from: z.string().max(253).optional() })).max(64),
  /** JIT users that the agent has on the machine, and whether each is an administrator now. */
  jitUsers: z.array(z.strictObject({ name: Account, isAdmin: z.boolean() })).max(64),
  /** Whether the account that policy names was there before the agent: then taking it over overwrites its password (POL-4). */
  userExists: z.boolean().optional(),
  /** APR-8: it switched challenges off after repeated failures, until it is restarted. */
  selfDisabled: z.boolean(),
  /** What speaks against challenges at this machine (INV-2): the gateway shows the reason, and creates none. */
  facts: MachineFacts.pick({ domainController: true, multiSession: true, cloudPc: true, bits: true }).strict().optional(),
})
export type AgentReport = z.infer<typeof AgentReport>

/**
 * POST /v1/agent/enrol : by a fresh key, like /v1/people/join. The same key is answered again; another key with the same code is nobody. Whatever
 * key the machine had before is revoked by it. Refused like any unknown caller; `unsupported` (with an AgentRefusal as reason) where the report's
 * facts say that the machine cannot have it.
 */
export const Enrol = z.strictObject({ secret: z.string().regex(/^[\w-]{22}$/), report: AgentReport })
/** Also GET /v1/agent/me. `statement`: GatewayStatement (people.ts), with the TLS pins to know the gateway by. */
export const Enrolled = z.object({ machineId: z.string(), name: z.string(), statement: z.string() })
export type Enrolled = z.infer<typeof Enrolled>

/**
 * PUT /v1/agent/report?after=VERSION&waitS=25 : answers at once when `version` is another one than `after`, else when it becomes another one or the
 * wait (30 s at most) is over. It may also answer early with the same version: ask again.
 */
export const AgentOrders = z.object({
  version: z.string(),
  jitAdmin: JitAdmin,
  /** Sign-ins that must end now, whoever works in them (a report, a policy that was switched off, a person who was disabled). */
  end: z.array(ChallengeId),
})
export type AgentOrders = z.infer<typeof AgentOrders>

/* ---- the machine's side of a challenge ---- */

export const ChallengeService = z.enum(['ssh', 'login'])

/** POST /v1/agent/challenges : refused as `jitOff` where policy says so, `tooMany` with three pending at this machine. */
export const CreateChallenge = z.strictObject({
  service: ChallengeService,
  /** The name that was typed at the prompt, not a person who proved anything. */
  asked: Account,
  /** Where the connection comes from, for ssh. */
  from: z.string().max(253).optional(),
  terminal: z.string().max(64).optional(),
  signedIn: z.array(Account).max(64),
})
export type CreateChallenge = z.infer<typeof CreateChallenge>

export const CreatedChallenge = z.object({
  id: ChallengeId,
  /** For the QR code: see challengeCode.ts. */
  text: z.string(),
  /** The id in groups of four, to be typed. */
  shortCode: z.string(),
  /** Two digits. Shown beside the code; no console is ever told. */
  number: z.string().regex(/^\d{2}$/),
  expiresAt: z.iso.datetime(),
  userName: Account,
  title: z.string().max(100),
  afterSignOut: JitAdmin.shape.afterSignOut,
})
export type CreatedChallenge = z.infer<typeof CreatedChallenge>

export const ChallengeState = z.enum(['pending', 'approved', 'denied', 'expired', 'burned', 'cancelled', 'started', 'ended', 'failed'])
export type ChallengeState = z.infer<typeof ChallengeState>

/**
 * GET /v1/agent/challenges/{id}?waitS=25 : answers when it is no longer pending, or when the wait (30 s at most) is over; early at times, as above.
 * An approval is good for two minutes: what has not sent `started` by then is `expired`, and must not be signed in.
 */
export const AgentChallenge = z.object({
  id: ChallengeId,
  state: ChallengeState,
  /** There while it is approved or started: who is signed in, and until when sudo works. */
  session: z
    .object({ userName: Account, afterSignOut: JitAdmin.shape.afterSignOut, adminUntil: z.iso.datetime(), approvedBy: z.string() })
    .optional(),
})
export type AgentChallenge = z.infer<typeof AgentChallenge>

/**
 * POST /v1/agent/challenges/{id}/events, answered with AgentChallenge: what came of it. `cancelled`: who asked went away, before it was decided or
 * before it began. `failed`: it could not be shown, or could not begin. `started`: once approved, within two minutes, before anybody is let in;
 * `challengeOver` means that nobody may be. `ended`: everything of it is gone, in answer to an order or by itself. The same one again is no fault.
 */
export const ChallengeEvent = z.strictObject({ event: z.enum(['started', 'ended', 'failed', 'cancelled']), detail: Told.optional() })
export type ChallengeEvent = z.infer<typeof ChallengeEvent>

/* ---- the technician's side ---- */

/**
 * What the technician is shown and signs, in this form: canonical JSON (RFC 8785), SHA-256, base64url. Whoever decides signs the digest of what was
 * displayed; the gateway makes it anew and refuses when anything changed meanwhile (F-74).
 */
export const ChallengeDisplay = z.object({
  id: ChallengeId,
  machine: z.object({ id: z.string(), name: z.string(), site: z.string(), address: z.string(), os: OperatingSystem }),
  service: ChallengeService,
  userName: Account,
  /**
   * `creates`: the user is not there yet. `kept`: it is there from an earlier sign-in, as a standard user. `takesOver`: somebody else made it, and its
   * password is overwritten. `unknown`: the machine has not said.
   */
  user: z.enum(['creates', 'kept', 'takesOver', 'unknown']),
  afterSignOut: JitAdmin.shape.afterSignOut,
  asked: Account,
  from: z.string().optional(),
  terminal: z.string().optional(),
  signedIn: z.array(Account),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /**
   * RFC 10027: a code says nothing of proximity. `yours`: this technician has an open grant to this machine. `colleague`: somebody else has, and
   * policy wants a second pair of eyes. `none`: nobody; policy decides whether it can be approved at all.
   */
  binding: z.object({ kind: z.enum(['yours', 'colleague', 'none']), grantId: z.string().optional(), by: z.string().optional() }),
})
export type ChallengeDisplay = z.infer<typeof ChallengeDisplay>

/** Why this caller cannot approve it; deny and report are always possible to who may request or approve. */
export const NoApproval = z.enum(['notAllowed', 'noSession', 'fourEyes', 'tooMany', 'jitOff'])
export type NoApproval = z.infer<typeof NoApproval>

/** GET /v1/challenges/{id} and the answer to a look-up or a decision. `display` is as this caller sees it now. */
export const Challenge = z.object({
  display: ChallengeDisplay,
  state: ChallengeState,
  remainingMs: z.int(),
  triesLeft: z.int(),
  noApproval: NoApproval.optional(),
  decidedBy: z.string().optional(),
  decidedAt: z.iso.datetime().optional(),
})
export type Challenge = z.infer<typeof Challenge>

/**
 * POST /v1/challenges/lookup : by the picture (with the nonce) or by the short code. Unknown, or a machine that one may not see: 404; `tooMany` after
 * ten of those in ten minutes.
 */
export const LookUpChallenge = z.strictObject({ challengeId: ChallengeId, nonce: ChallengeNonce.optional() })
export type LookUpChallenge = z.infer<typeof LookUpChallenge>

/**
 * POST /v1/challenges/{id}/decision. `signature`: a compact JWS (EdDSA, `typ` gatehouse-decision, `kid` the thumbprint of the device key) over
 * DecisionClaims; it is kept in the log. Refused: `challengeOver` (`reason` is the state, `by` who decided), `challengeChanged`, `wrongNumber` (with
 * `triesLeft`; at 0 the challenge is burned), `noSession`, `ownRequest` (four eyes), `notPermitted`, `jitOff`, `tooMany`. The very same signature again is
 * answered as the first time. `report` denies, ends the grants that were opened and the sign-ins that were approved at this machine within the last
 * hour, and works after an approval too. To deny or report, `displayed` need not be what the gateway would display now.
 */
export const DecideChallenge = z.strictObject({ signature: z.string().max(1900) })
export const DecisionClaims = z.strictObject({
  gateway: z.string().max(128),
  challenge: ChallengeId,
  /** Digest of the ChallengeDisplay that was on the screen. */
  displayed: z.string().length(43),
  decision: z.enum(['approve', 'deny', 'report']),
  /** As typed by hand; with `approve` alone. */
  number: z
    .string()
    .regex(/^\d{2}$/)
    .optional(),
  /** Seconds since the epoch, by the gateway's clock (`date`); a minute off at most. */
  iat: z.int(),
})
export type DecisionClaims = z.infer<typeof DecisionClaims>
export const DecisionHeader = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal('gatehouse-decision'),
  kid: z.string().regex(/^[\w-]{43}$/),
})

/** GET /v1/machines/{id}/sign-ins : newest first (AUD-1: created, succeeded, authenticated by). */
export const SignIns = z.object({
  signIns: z
    .array(
      z.object({
        id: ChallengeId,
        service: ChallengeService,
        userName: Account,
        asked: Account,
        from: z.string().optional(),
        state: ChallengeState,
        createdAt: z.iso.datetime(),
        succeededAt: z.iso.datetime().optional(),
        endedAt: z.iso.datetime().optional(),
        authenticatedBy: z.string().optional(),
        /** Whoever denied, reported or burned it. */
        refusedBy: z.string().optional(),
      }),
    )
    .max(200),
})
export type SignIns = z.infer<typeof SignIns>
