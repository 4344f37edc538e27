import { z } from 'zod'
import { Failure } from './failures.ts'
import { MachineId, Way } from './machines.ts'

/** The steps of one click, in order. Which of them occur depends on the way and on what is open already. */
export const StepName = z.enum(['request', 'approval', 'open', 'reach', 'identity', 'signIn', 'launch'])
export type StepName = z.infer<typeof StepName>

export const Step = z.object({
  name: StepName,
  state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
  elapsedMs: z.number().optional(),
})
export type Step = z.infer<typeof Step>

/** What the technician is asked during a connect. Answered with `sessions.answer`; secrets go one way only. */
export const Prompt = z.discriminatedUnion('kind', [
  /** First contact: compare and pin. */
  z.object({ kind: z.literal('hostKey'), promptId: z.string(), algorithm: z.string(), fingerprint: z.string(), randomart: z.string() }),
  z.object({
    kind: z.literal('certificate'),
    promptId: z.string(),
    subject: z.string(),
    fingerprint: z.string(),
    validUntil: z.iso.datetime(),
  }),
  z.object({ kind: z.literal('user'), promptId: z.string(), suggestion: z.string() }),
  z.object({ kind: z.literal('password'), promptId: z.string(), user: z.string(), again: z.boolean(), canRemember: z.boolean() }),
  z.object({ kind: z.literal('passphrase'), promptId: z.string(), key: z.string(), again: z.boolean(), canRemember: z.boolean() }),
  /** keyboard-interactive (RFC 4256): texts come from the machine and are shown as foreign text. */
  z.object({
    kind: z.literal('questions'),
    promptId: z.string(),
    title: z.string(),
    instructions: z.string(),
    questions: z.array(z.object({ text: z.string(), echo: z.boolean() })),
  }),
])
export type Prompt = z.infer<typeof Prompt>

export const PromptAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accept') }),
  z.object({ kind: z.literal('refuse') }),
  z.object({ kind: z.literal('text'), text: z.string().max(4096), remember: z.boolean() }),
  z.object({ kind: z.literal('texts'), texts: z.array(z.string().max(4096)).max(16) }),
])
export type PromptAnswer = z.infer<typeof PromptAnswer>

export const ConnectInput = z.object({
  /** Made at the click; also the idempotency key of the request behind it. */
  attemptId: z.uuid(),
  machineId: MachineId,
  way: Way,
  /** Which port, for `forward` or where a machine has several for the way. */
  port: z.int().min(1).max(65535).optional(),
  /** In a tab of the console, in the system's own program, or in the terminal of whoever asks: the command line (no program of the console's own but for a desktop). */
  where: z.enum(['tab', 'system', 'caller']),
  cols: z.int().min(2).max(1000).optional(),
  rows: z.int().min(1).max(1000).optional(),
  /** The grant is not given back when the session ends, whatever the settings say. */
  keep: z.boolean().optional(),
  /** As somebody else than who is known for this machine: the user name is asked for, and not remembered. */
  asOther: z.literal(true).optional(),
})
export type ConnectInput = z.infer<typeof ConnectInput>

export const Attempt = z.object({
  attemptId: z.string(),
  machineId: MachineId,
  machineName: z.string(),
  way: Way,
  where: z.enum(['tab', 'system', 'caller']),
  startedAt: z.iso.datetime(),
  steps: z.array(Step),
  prompt: Prompt.optional(),
  outcome: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('inside'), sessionId: z.string() }),
      z.object({ kind: z.literal('failed'), step: StepName, failure: Failure }),
      z.object({ kind: z.literal('cancelled') }),
    ])
    .optional(),
})
export type Attempt = z.infer<typeof Attempt>

export const SessionEnd = z.enum(['closed', 'signedOut', 'grantEnded', 'connectionLost', 'clientExited'])

export const Session = z.object({
  sessionId: z.string(),
  machineId: MachineId,
  machineName: z.string(),
  grantId: z.string(),
  way: Way,
  where: z.enum(['tab', 'system', 'caller']),
  /** For `caller`: what to run. There is no secret in it, and the pinned host key is the only one that it takes. */
  command: z.object({ file: z.string(), args: z.array(z.string()) }).optional(),
  /** The program, for a session outside the console: "FreeRDP 2". */
  client: z.string().optional(),
  user: z.string().optional(),
  /** The machine's port that it goes to, so that it can be opened again. */
  port: z.number().optional(),
  /** Local endpoint, for `forward`: "127.0.0.1:45123". */
  localEndpoint: z.string().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  end: SessionEnd.optional(),
  exitCode: z.number().optional(),
})
export type Session = z.infer<typeof Session>

/** A program of this computer that can show a session, in order of preference. */
export const Client = z.object({
  id: z.string(),
  name: z.string(),
  way: Way,
  version: z.string().optional(),
  /** `outdated`: older than the first version without known holes. The others: what the console cannot hand over, so the person does it. */
  notes: z.array(z.enum(['outdated', 'asksForPassword', 'asksForCertificate'])).optional(),
})
export type Client = z.infer<typeof Client>
