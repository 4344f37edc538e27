/**
 * The port to a JIT system. Ids inside are the provider's own; main/ qualifies them ("desk:…").
 * Optional members are capabilities: what a provider lacks is shown as unavailable, with the reason.
 * Every member throws CallError with `offline`, `badAnswer` or the refusal that the provider gave.
 */
import type {
  Challenge,
  CloseReason,
  Endpoint,
  GrantState,
  MachineDetail,
  MachineInput,
  OperatingSystem,
  PolicyDetail,
  PolicyImpact,
  PolicyPatch,
  PolicyTree,
  PortRule,
  SignIn,
  UnsupportedReason,
} from '../../preload/contract.ts'
import type { ApiRequest } from '../apiRequest.ts'
import type { CallError } from '../callError.ts'

export interface ProviderMachine {
  id: string
  name: string
  address: string
  os: OperatingSystem
  osVersion?: string
  site: string
  tags: string[]
  agentVersion?: string
  lastSeenAt?: string
  addedAt: string
  /** The machine's own ports for SSH and RDP. */
  sshPort: number
  rdpPort: number
  /** Suggested user name for a sign-in. */
  user?: string
  /** Empty: JIT is off. */
  rules: PortRule[]
  /** POL-3, POL-6: where the rules come from, and who has to approve; absent where the provider has no levels. */
  rulesFrom?: NonNullable<MachineDetail['rulesFrom']>
  approval?: NonNullable<MachineDetail['approval']>
  /** POL-5: who may ask for access, by role or by name; absent: everybody. */
  allowed?: { roles?: string[] | undefined; people?: string[] | undefined }
  unsupportedReason?: UnsupportedReason
  approvalsIn7Days: number
  lastAccessAt?: string
  lastUser?: string
  gate: 'relay' | 'nftables' | 'networkSecurityGroup' | 'firewall'
  agent?: NonNullable<MachineDetail['agent']>
  facts: NonNullable<MachineInput['facts']>
}

export interface ProviderGrant {
  id: string
  machineId: string
  requestedBy: string
  state: GrantState
  ports: number[]
  source: string
  reason: string
  /** As it was asked for, ISO 8601. */
  duration?: string
  requestedAt: string
  openedAt?: string
  endsAt?: string
  /** By the provider's clock, when it answered. */
  remainingMs?: number
  extendableUntil?: string
  closedAt?: string
  closeReason?: CloseReason
  endpoints: Endpoint[]
  connections?: number
  /** Bytes through the gate so far: to the machine, and back. */
  bytes?: { up: number; down: number }
  /** The last time that the gate was asked through and the machine did not answer. */
  unreachable?: { port: number; cause: 'refused' | 'timeout' | 'reset' | 'dns' | 'network'; at: string }
  /** POL-6. Absent: no approver was needed. */
  approvals?: { needed: number; given: { by: string; at: string }[] }
  denied?: { by: string; at: string; reason: string }
  lapsesAt?: string
  decidableByMe?: boolean
  /** It is open, and yet nothing gets through from here; `proxy`: the system saw a proxy's address, which connections do not come from. */
  sourceDoubt?: 'proxy' | 'notReached'
}

/**
 * POL-3: a policy with levels, by the provider's own ids of levels ("company", "site:Contoso / Bern", "machine:m1"). Answers are in the words
 * of the contract, with these ids; main qualifies them.
 */
export interface ProviderPolicies {
  get(level: string): Promise<PolicyDetail>
  levels(): Promise<{ levels: Omit<PolicyTree['levels'][number], 'provider'>[] }>
  preview(levels: string[], patch: PolicyPatch): Promise<PolicyImpact>
  /** All or none. Throws CallError conflict when a level has another version. */
  change(levels: { level: string; version: number }[], patch: PolicyPatch, confirmOverwrite: boolean): Promise<PolicyImpact>
  /** `data` is base64. Answers the logo's id. */
  addLogo(data: string): Promise<string>
  logo(id: string): Promise<{ mediaType: 'image/png' | 'image/jpeg'; data: string }>
}

/** An event as its log has it: ids are the provider's own, `detail` is canonical JSON (RFC 8785), `at` milliseconds since the epoch. */
export interface LogEvent {
  /** The place in its log: from 1, without gaps. */
  seq: number
  at: number
  actor: string
  action: string
  outcome: 'ok' | 'refused' | 'failed'
  machineId?: string
  machineName?: string
  site?: string
  grantId?: string
  port?: number
  detail: string
  /** Members that a later version of the log has, as one canonical JSON object: they are part of the leaf (docs/log-format.md). */
  more?: string
}

/**
 * A log that can be copied (AUD-2), by the places of its events. A system whose log has no places numbers the events in the order in which it tells
 * of them.
 */
export interface ProviderEvents {
  /** How many there are now. */
  count(): Promise<number>
  /** Those with `from` ≤ `seq` < `to`, in order and without gaps; fewer where the provider gives fewer at once. */
  read(from: number, to: number): Promise<LogEvent[]>
}

/** A point in a log's growth: how many events, and their root in base64. `origin` is the log's own name. */
export interface LogCheckpoint {
  origin: string
  size: number
  root: string
}

/** A checkpoint as the log's keeper signed it (C2SP signed-note), with the key as it was told: neither is believed for itself. */
export interface SignedCheckpoint {
  note: string
  publicKey: string
}

/** A log that proves itself (AUD-3), for whoever watches it. */
export interface ProviderLog {
  /** Its key is in the person's keychain, which may ask the person: watched only once somebody looks at it. */
  readonly whenLookedAt: boolean
  /** What the log says it is now. `otherKey`: it is not signed by the key that this system is known by. */
  checkpoint(): Promise<
    | { kind: 'signed'; checkpoint: LogCheckpoint; signed: SignedCheckpoint }
    | { kind: 'otherKey'; claimed: LogCheckpoint }
    | { kind: 'unsigned' }
  >
  /** What a signed checkpoint says; undefined when it is not signed by the key that this system is known by. */
  open(signed: SignedCheckpoint): Promise<LogCheckpoint | undefined>
  /** Whether the log at `next` begins with all of it at `last`, as the log proves it. */
  compare(last: LogCheckpoint, next: LogCheckpoint): Promise<'extends' | 'shorter' | 'forked' | 'otherLog'>
  /** All of it as a file that proves itself (docs/log-format.md), as it comes. */
  bundle(signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** A challenge as its system tells it. `digest` is of all that is to be displayed: a decision is for this and nothing else (F-74). */
export interface ProviderChallenge extends Pick<
  Challenge,
  'service' | 'userName' | 'user' | 'afterSignOut' | 'asked' | 'from' | 'terminal' | 'signedIn' | 'createdAt' | 'expiresAt'
> {
  id: string
  machine: { id: string; name: string; site: string; address: string; os: OperatingSystem }
  binding: Challenge['binding']
  state: Challenge['state']
  /** By the provider's clock, when it answered. */
  remainingMs: number
  triesLeft: number
  noApproval?: 'notAllowed' | 'noSession' | 'fourEyes' | 'tooMany' | 'jitOff'
  decidedBy?: string
  digest: string
}

/** Sign-ins that a machine asks for and a technician approves (APR). */
export interface ProviderChallenges {
  /** How this system's codes say that they are its own. */
  readonly mark: string
  /** Throws CallError notFound: it is not there, or not for this technician, or the nonce is of another picture. */
  lookUp(code: { id: string; nonce?: string }): Promise<ProviderChallenge>
  /** One that was looked up before, as it is now. */
  get(id: string): Promise<ProviderChallenge>
  /** Signed here by this console's key. Throws CallError `challenge` when it does not count. */
  decide(id: string, decision: { decision: 'approve' | 'deny' | 'report'; digest: string; number?: string }): Promise<ProviderChallenge>
  /** A code by which one machine's agent may speak for it. */
  enrol(machineId: string): Promise<{ code: string; expiresAt: string }>
  signIns(machineId: string): Promise<SignIn[]>
}

export interface GrantRequest {
  idempotencyKey: string
  machineId: string
  ports: number[]
  /** Absent: the address that the provider sees. */
  source?: string
  durationMs: number
  reason: string
}

/** What the console itself did, for the provider's log (AUD-4). */
export interface ConsoleEvent {
  action: string
  outcome: 'ok' | 'refused' | 'failed'
  machineId?: string
  grantId?: string
  port?: number
  detail: Record<string, string | number | boolean>
}

export interface Provider {
  readonly id: string
  readonly name: string
  /** Who this console is there, as `requestedBy` of a grant names it. */
  readonly technician: string
  /** What this console's person may do there, in the provider's own words. */
  readonly roles?: () => readonly string[]
  /** Whether it could not be reached when it was last tried; absent: it always can. */
  readonly isOffline?: () => boolean
  /**
   * One page of machines that changed since `cursor`; read on while `more`; `removed` are ids that are gone.
   * `startsAnew`: the cursor is void, and so is everything that was read before this page.
   */
  machines(
    cursor?: string,
  ): Promise<{ machines: ProviderMachine[]; removed: string[]; cursor: string; more: boolean; startsAnew?: boolean }>
  /** `machines` in one change, all or none. Existing ones (same name and address) are answered with `known`. Without `rules` a machine has its site's. */
  addMachines?(
    machines: (Omit<MachineInput, 'turnOnJit'> & { rules?: PortRule[] | 'defaults' })[],
  ): Promise<{ id: string; known: boolean }[]>
  changeMachine?(id: string, machine: Omit<MachineInput, 'turnOnJit'>): Promise<void>
  removeMachines?(ids: string[]): Promise<void>
  readonly policies?: ProviderPolicies
  /** Empty rules turn JIT off. */
  setPolicy(ids: string[], rules: PortRule[] | 'defaults'): Promise<void>
  /** The address that the provider sees, and whether a grant may be for another one. */
  source(): Promise<{ myAddress: string; servesOtherSources: boolean }>
  request(request: GrantRequest): Promise<ProviderGrant>
  /** The machines of one click, where the system takes several at once; an answer for each, in the same order. Never rejects. */
  requestTogether?(requests: readonly GrantRequest[]): Promise<(ProviderGrant | CallError)[]>
  /** The window's end only stops new connections: what is connected stays so until somebody ends it. */
  readonly leavesSessions?: true
  grant(id: string): Promise<ProviderGrant>
  /** Grants that are not over, and those that ended in the last ten minutes. */
  grants(): Promise<ProviderGrant[]>
  /** Withdraws a request that is not open yet, or closes an open grant. */
  release?(id: string, why: 'released' | 'lastSessionEnded' | 'cancelled'): Promise<ProviderGrant>
  extend?(id: string, byMs: number): Promise<ProviderGrant>
  /** Approves or denies somebody else's request. */
  decide?(id: string, decision: 'approve' | 'deny', reason: string): Promise<ProviderGrant>
  /** Absent: its log cannot be read. */
  readonly events?: ProviderEvents
  record?(event: ConsoleEvent): Promise<void>
  readonly log?: ProviderLog
  readonly challenges?: ProviderChallenges
  /** The system's own HTTP API, for the command line (GTW-4). Throws CallError offline, gatewayUntrusted. */
  fetch?(request: ApiRequest): Promise<Response>
  /** Calls back when something changed; the topic says what to ask again. Returns the function that stops it. */
  onChange(listener: (topic: 'machines' | 'grants' | 'audit' | 'people' | 'policies' | 'challenges') => void): () => void
  close(): Promise<void>
}
