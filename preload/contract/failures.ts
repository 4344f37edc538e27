import { z } from 'zod'

/**
 * Everything that may go wrong and is expected, with one tag per thing that the technician can do next (docs/decisions/0003).
 * The words for each are in the renderer (`failureText`), never here; the cause goes to the log with an incident number.
 */
export const Failure = z.discriminatedUnion('tag', [
  /** What was entered does not fit. `field` is the input's path ("address", "ports.0"); `problem` is a key of words. */
  z.object({ tag: z.literal('invalidInput'), field: z.string(), problem: z.string() }),
  /** The machine, grant, session … is not there (any more). */
  z.object({
    tag: z.literal('notFound'),
    what: z.enum([
      'machine',
      'grant',
      'session',
      'attempt',
      'prompt',
      'call',
      'gateway',
      'person',
      'challenge',
      'import',
      'event',
      'export',
      'recording',
    ]),
  }),
  /**
   * The same idempotency key was used for another request, or a machine, gateway or person with this identity exists; or somebody
   * else changed the policy, or decided on the request, or the log changed, meanwhile.
   */
  z.object({ tag: z.literal('conflict'), what: z.enum(['request', 'machine', 'gateway', 'person', 'policy', 'decision', 'log']) }),
  /** The same request is being worked on. Wait, do not ask again. */
  z.object({ tag: z.literal('inProgress') }),
  /** JIT is not on for this machine; it can be turned on. */
  z.object({ tag: z.literal('jitOff'), machineId: z.string() }),
  /** JIT cannot be had on this machine. */
  z.object({ tag: z.literal('unsupported'), machineId: z.string(), reason: z.string() }),
  /** The policy does not allow this: which part, and what it does allow. */
  z.object({
    tag: z.literal('notAllowed'),
    part: z.enum(['port', 'duration', 'source', 'permission', 'ownRequest']),
    allowed: z.string(),
  }),
  /** Approvers said no, none answered in time, or policy changed while they were asked (POL-6). `by` is there when somebody denied it. */
  z.object({
    tag: z.literal('denied'),
    why: z.enum(['denied', 'lapsed', 'policyChanged']),
    by: z.string().optional(),
    reason: z.string(),
  }),
  /**
   * A sign-in challenge was not approved, so the machine lets nobody in; or a decision on one does not count, and why. `by` is there when somebody
   * decided it.
   */
  z.object({
    tag: z.literal('challenge'),
    why: z.enum([
      'denied',
      'expired',
      'burned',
      'cancelled',
      'failed',
      'over',
      'changed',
      'wrongNumber',
      'noSession',
      'fourEyes',
      'tooMany',
      'notAllowed',
      'jitOff',
    ]),
    by: z.string().optional(),
  }),
  /** The grant is over; a new request is needed. */
  z.object({ tag: z.literal('grantEnded'), reason: z.string() }),
  /** The gate could not open or did not answer. */
  z.object({ tag: z.literal('gateFailed'), detail: z.string() }),
  /**
   * The gateway cannot be reached. `why` is there where it is known: `unknownName` (DNS), `refused`, `timeout`, `reset`; `loopback`: its name leads to
   * this computer; `notTls`, `captivePortal`: something else answers, such as a network's sign-in page; `proxy`: the proxy does not let through;
   * `proxySignIn`: it wants a sign-in; `proxySetting`: the setting cannot be used; `busy`: it asked to be left alone for a while.
   */
  z.object({
    tag: z.literal('offline'),
    provider: z.string(),
    why: z
      .enum([
        'unknownName',
        'refused',
        'timeout',
        'reset',
        'loopback',
        'notTls',
        'captivePortal',
        'proxy',
        'proxySignIn',
        'proxySetting',
        'busy',
      ])
      .optional(),
  }),
  /** The gateway answered with something that it must not answer. */
  z.object({ tag: z.literal('badAnswer'), provider: z.string() }),
  /** The gateway does not show its own key, or its certificate is not good: a stop without a way on. */
  z.object({
    tag: z.literal('gatewayUntrusted'),
    provider: z.string(),
    problem: z.enum(['otherKey', 'unknownAuthority', 'expired', 'notYetValid', 'otherName']),
  }),
  /** The gateway and this console are of versions too far apart: it can be read, and nothing changed. Which of the two is the newer one. */
  z.object({ tag: z.literal('readOnly'), provider: z.string(), why: z.enum(['gatewayNewer', 'gatewayOlder']) }),
  /** The gateway does not take this console (any more). */
  z.object({ tag: z.literal('notKnown'), provider: z.string() }),
  /** The invitation was used, withdrawn, or is too old. */
  z.object({ tag: z.literal('invitationRefused') }),
  /** Nobody would be left who may administer the gateway. */
  z.object({ tag: z.literal('lastAdmin') }),
  /**
   * The port is open, but nothing answers behind it. `doubt`: perhaps it is not open for this computer, whose connections come from another address than
   * its requests (`proxy`), or of which nothing got through (`notReached`).
   */
  z.object({
    tag: z.literal('unreachable'),
    address: z.string(),
    port: z.number(),
    cause: z.enum(['refused', 'timeout', 'reset', 'dns', 'network']),
    doubt: z.enum(['proxy', 'notReached']).optional(),
  }),
  /** The machine shows another identity than the pinned one: a stop without a way on. */
  z.object({
    tag: z.literal('identityChanged'),
    kind: z.enum(['hostKey', 'certificate']),
    machineId: z.string(),
    expected: z.string(),
    shown: z.string(),
  }),
  /** The machine's identity was not accepted by the technician. */
  z.object({ tag: z.literal('identityRefused') }),
  /** The machine offers only algorithms that are not safe (F-22). */
  z.object({ tag: z.literal('unsafeServer'), detail: z.string() }),
  /** The machine refused the user name, password or key. */
  z.object({ tag: z.literal('signInRefused'), user: z.string(), tried: z.array(z.string()) }),
  /** A key file cannot be used. */
  z.object({ tag: z.literal('keyUnusable'), problem: z.enum(['unreadable', 'wrongPassphrase', 'unsupported']) }),
  /** No program for this is installed. `command` installs it, where one is known. */
  z.object({ tag: z.literal('clientMissing'), client: z.string(), command: z.string().optional() }),
  /** The program ended at once. `lines` are the last lines it wrote, made safe to show. */
  z.object({ tag: z.literal('clientFailed'), client: z.string(), exitCode: z.number().nullable(), lines: z.array(z.string()) }),
  /** The keychain cannot be used; nothing is stored elsewhere instead. */
  z.object({
    tag: z.literal('keychain'),
    state: z.enum(['locked', 'missing', 'timeout', 'crashed', 'changed', 'rejected']),
  }),
  /** A file cannot be read or written. */
  z.object({
    tag: z.literal('file'),
    path: z.string(),
    problem: z.enum(['missing', 'denied', 'tooLarge', 'notText', 'unknownFormat', 'royalTs', 'tooHard', 'full', 'other']),
  }),
  /** A file that was given for import has a fault, so nothing of it was taken. */
  z.object({ tag: z.literal('badFile'), line: z.number().int().positive(), problem: z.string() }),
  /** The disk is full; the gate was not touched. */
  z.object({ tag: z.literal('diskFull') }),
  /** The technician stopped it. */
  z.object({ tag: z.literal('cancelled') }),
  /** A fault of ours: logged under the incident number. */
  z.object({ tag: z.literal('internal'), incident: z.string() }),
])
export type Failure = z.infer<typeof Failure>
export type FailureOf<Tag extends Failure['tag']> = Extract<Failure, { tag: Tag }>
