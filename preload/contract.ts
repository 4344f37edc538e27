/**
 * The border between the window and main: every call (door), every topic (bell) and every frame of bytes (pipe) that may cross.
 * Main checks each call's input against these schemas; the window and the tests get their types from the same values.
 */
import { z } from 'zod'
import { Gateway, GatewayId, Invitation, InvitationPreview, Person, Role } from './contract/account.ts'
import {
  AuditCache,
  AuditExport,
  AuditFacets,
  AuditFilter,
  AuditOverview,
  AuditPage,
  AuditRow,
  AuditSort,
  ExportFormat,
  LocalCopy,
  WatchedLog,
} from './contract/audit.ts'
import { azureCalls } from './contract/azure.ts'
import { challengeCalls } from './contract/challenges.ts'
import { Failure } from './contract/failures.ts'
import { Grant, RequestInput, RequestOptions } from './contract/grants.ts'
import { importCalls } from './contract/imports.ts'
import { inventoryCalls, MachineId, MachineInput, PortRule } from './contract/machines.ts'
import { PolicyChange, PolicyDetail, PolicyImpact, PolicyLevel, PolicyPatch, PolicyTree } from './contract/policies.ts'
import { recordingCalls } from './contract/recordings.ts'
import { Attempt, Client, ConnectInput, PromptAnswer, Session } from './contract/sessions.ts'
import { AppInfo, KeychainState, MachineChoices, SavedCredential, Settings } from './contract/settings.ts'

const none = z.object({})
const done = z.object({})

/** One answer per machine: the grant, or why there is none. */
const RequestResult = z.object({
  machineId: MachineId,
  result: z.union([z.object({ ok: z.literal(true), grant: Grant }), z.object({ ok: z.literal(false), failure: Failure })]),
})

export const calls = {
  'app.info': { input: none, output: AppInfo },
  /** Writes what is selected to the system's clipboard. Reading it is never offered to the window. */
  'app.copyText': { input: z.object({ text: z.string().max(5_000_000) }), output: done },
  /** Opens a web address in the system's browser; https only. */
  'app.openWebPage': { input: z.object({ url: z.url({ protocol: /^https$/ }).max(2048) }), output: done },
  /** A place that a deep link asked for, once; `dropped` counts links that were too many (F-7). */
  'app.takeLink': {
    input: none,
    output: z.object({ link: z.object({ machineId: MachineId }).optional(), dropped: z.number() }),
  },

  'settings.get': { input: none, output: Settings },
  'settings.change': { input: Settings.partial(), output: Settings },
  'settings.choices': { input: z.object({ machineId: MachineId }), output: MachineChoices },
  'settings.choose': { input: z.object({ machineId: MachineId, choices: MachineChoices }), output: MachineChoices },

  'account.keychain': { input: none, output: z.object({ state: KeychainState }) },
  'account.credentials': { input: none, output: z.object({ credentials: z.array(SavedCredential) }) },
  'account.forgetCredential': { input: z.object({ id: z.string().max(200) }), output: done },

  /** Reads an invitation and asks nobody. Refused as `invalidInput` of the field `code` when it is mistyped. */
  'account.previewInvitation': { input: z.object({ code: z.string().max(2000) }), output: InvitationPreview },
  /** Joins the gateway of an invitation as the person that it names. This console's key is made once and stays in the keychain. */
  'account.joinGateway': { input: z.object({ code: z.string().max(2000) }), output: z.object({ gatewayId: GatewayId }) },
  'account.gateways': { input: none, output: z.object({ gateways: z.array(Gateway) }) },
  /** Forgets a gateway; open sessions through it end. The person stays known there. */
  'account.leaveGateway': { input: z.object({ gatewayId: GatewayId }), output: done },
  /** A new key for this console at this gateway; the old one signs it over and is of no use any more. */
  'account.renewDeviceKey': { input: z.object({ gatewayId: GatewayId }), output: done },
  'account.people': {
    input: z.object({ gatewayId: GatewayId }),
    output: z.object({ people: z.array(Person), invitations: z.array(Invitation) }),
  },
  /** `code` is told this once. It is good for one person, until `expiresAt`. */
  'account.invite': {
    input: z.object({ gatewayId: GatewayId, name: z.string().max(100), roles: z.array(Role).min(1).max(5) }),
    output: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
  },
  /** One more console for a person, or a new one in the place of a lost one. */
  'account.inviteConsole': {
    input: z.object({ gatewayId: GatewayId, personId: z.string().max(64) }),
    output: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
  },
  'account.withdrawInvitation': { input: z.object({ gatewayId: GatewayId, invitationId: z.string().max(64) }), output: done },
  /** Disabling ends all that the person has open, at once. */
  'account.changePerson': {
    input: z.object({
      gatewayId: GatewayId,
      personId: z.string().max(64),
      roles: z.array(Role).min(1).max(5).optional(),
      disabled: z.boolean().optional(),
    }),
    output: done,
  },
  /** A console that was lost: its key is not taken any more. */
  'account.removeDeviceKey': {
    input: z.object({ gatewayId: GatewayId, personId: z.string().max(64), thumbprint: z.string().max(64) }),
    output: done,
  },

  ...azureCalls,

  ...inventoryCalls,
  /** `gatewayId`: which gateway gets it; the desk's own unless told. */
  'machines.add': { input: MachineInput.extend({ gatewayId: GatewayId.optional() }), output: z.object({ machineId: MachineId }) },
  'machines.change': { input: z.object({ machineId: MachineId, machine: MachineInput.omit({ turnOnJit: true }) }), output: done },
  'machines.remove': { input: z.object({ machineIds: z.array(MachineId).min(1).max(200) }), output: done },
  /** Forgets a pinned identity, so that the next connect asks again. Audited. */
  'machines.unpin': { input: z.object({ machineId: MachineId, fingerprint: z.string().max(200) }), output: done },
  ...importCalls,

  'policies.set': { input: z.object({ machineIds: z.array(MachineId).min(1).max(200), rules: z.array(PortRule).max(50) }), output: done },
  /** Turns JIT on with the defaults of each machine's operating system (POL-1). */
  'policies.turnOn': { input: z.object({ machineIds: z.array(MachineId).min(1).max(200) }), output: done },
  /** Says that JIT is off for these machines, whatever their site or the company has. */
  'policies.turnOff': { input: z.object({ machineIds: z.array(MachineId).min(1).max(200) }), output: done },
  /** What a level sets, and what holds there with the level that each value came from (POL-3). */
  'policies.get': { input: z.object({ level: PolicyLevel }), output: PolicyDetail },
  'policies.levels': { input: none, output: PolicyTree },
  /** What a change would do. Nothing is changed. */
  'policies.preview': { input: z.object({ levels: z.array(PolicyLevel).min(1).max(1000), patch: PolicyPatch }), output: PolicyImpact },
  /** All levels (of one provider) or none. `conflict` policy: somebody else changed one of them meanwhile; ask again. */
  'policies.change': { input: PolicyChange, output: PolicyImpact },
  /** PNG without transparency, or JPEG, up to 1 MB, as base64. The logo's id is for the settings of the same provider. */
  'policies.addLogo': { input: z.object({ level: PolicyLevel, data: z.base64().max(1_400_000) }), output: z.object({ logo: z.string() }) },
  'policies.logo': {
    input: z.object({ level: PolicyLevel, logo: z.string().max(80) }),
    output: z.object({ mediaType: z.enum(['image/png', 'image/jpeg']), data: z.string() }),
  },

  'grants.options': { input: z.object({ machineIds: z.array(MachineId).min(1).max(200) }), output: RequestOptions },
  'grants.request': { input: RequestInput, output: z.object({ results: z.array(RequestResult) }) },
  /** Grants that are not over, and those that ended in the last minutes; newest first. */
  'grants.list': { input: none, output: z.object({ grants: z.array(Grant) }) },
  'grants.release': { input: z.object({ grantId: z.string().max(64) }), output: Grant },
  /** Approves or denies a request of somebody else (POL-6). Answers with the grant as it is then: open, or waiting for one more approver. */
  'grants.decide': {
    input: z.object({
      grantId: z.string().max(64),
      decision: z.enum(['approve', 'deny']),
      reason: z.string().trim().max(500).optional(),
    }),
    output: Grant,
  },
  'grants.extend': { input: z.object({ grantId: z.string().max(64), byMs: z.int().positive() }), output: Grant },

  ...challengeCalls,

  'sessions.connect': { input: ConnectInput, output: done },
  'sessions.attempt': { input: z.object({ attemptId: z.string().max(64) }), output: Attempt },
  'sessions.cancel': { input: z.object({ attemptId: z.string().max(64) }), output: done },
  'sessions.answer': {
    input: z.object({ attemptId: z.string().max(64), promptId: z.string().max(64), answer: PromptAnswer }),
    output: done,
  },
  'sessions.list': { input: none, output: z.object({ sessions: z.array(Session), attempts: z.array(Attempt) }) },
  'sessions.resize': {
    input: z.object({ sessionId: z.string().max(64), cols: z.int().min(2).max(1000), rows: z.int().min(1).max(1000) }),
    output: done,
  },
  /** Ends a session. An ended one is taken off the list. */
  'sessions.close': { input: z.object({ sessionId: z.string().max(64) }), output: done },
  'sessions.clients': { input: none, output: z.object({ clients: z.array(Client) }) },

  ...recordingCalls,

  'audit.list': {
    input: z.object({
      filter: AuditFilter,
      before: z.string().max(2000).optional(),
      limit: z.int().min(1).max(200),
      sort: AuditSort.optional(),
      /** Newest first, or the last name first, unless false. */
      descending: z.boolean().optional(),
    }),
    output: AuditPage,
  },
  /** The timeline of what fits the filter, in `bins` equal stretches. */
  'audit.overview': { input: z.object({ filter: AuditFilter, bins: z.int().min(10).max(400) }), output: AuditOverview },
  'audit.facets': { input: z.object({ filter: AuditFilter }), output: AuditFacets },
  /** One event, and its bytes in the log: canonical JSON (RFC 8785), which its leaf hash is over. */
  'audit.get': { input: z.object({ id: z.string().max(60) }), output: z.object({ row: AuditRow, json: z.string() }) },
  /** What is kept here of each log, and what keeps it. */
  'audit.cache': { input: none, output: z.object({ copy: LocalCopy, logs: z.array(AuditCache) }) },
  /** Compares all that is kept with its tree now, and fetches anew what is not as it was (F-81). */
  'audit.verify': { input: none, output: done },
  /** Tries to open what is kept, after the keychain was unlocked. */
  'audit.unlock': { input: none, output: z.object({ copy: LocalCopy }) },
  /** Begins to write what fits the filter; a bundle is all of one gateway's log, for `gatehouse verify`. Absent: the person chose no place. */
  'audit.export': {
    input: z.object({ filter: AuditFilter, format: ExportFormat, gatewayId: GatewayId.optional() }),
    output: z.object({ exportId: z.string().optional() }),
  },
  'audit.exports': { input: none, output: z.object({ exports: z.array(AuditExport) }) },
  'audit.cancelExport': { input: z.object({ exportId: z.string().max(64) }), output: done },
  /** What this console knows of each gateway's log as a witness; asks nobody. */
  'audit.logs': { input: none, output: z.object({ logs: z.array(WatchedLog) }) },
  /** Asks each gateway now for what its log is, and what proves that it only grew. */
  'audit.checkLogs': { input: none, output: z.object({ logs: z.array(WatchedLog) }) },
  /** From now on the log as it is now is what it must extend. `shown` is what the person saw; `conflict` log: it is another by now. */
  'audit.acceptLog': {
    input: z.object({ gatewayId: GatewayId, shown: z.object({ size: z.int(), root: z.string().max(64) }) }),
    output: done,
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type CallName = keyof typeof calls
export type Input<Name extends CallName> = z.input<(typeof calls)[Name]['input']>
export type Output<Name extends CallName> = z.output<(typeof calls)[Name]['output']>
export type Reply<Value = unknown> = { ok: true; value: Value } | { ok: false; failure: Failure }

/** "Ask again": the bell carries no state. */
export const topics = [
  'machines',
  'grants',
  'sessions',
  'audit',
  'settings',
  'account',
  'link',
  'policies',
  'logs',
  'challenges',
  'exports',
  'recordings',
] as const
export type Topic = (typeof topics)[number]

/**
 * A pipe's frames, both ways. `taken` acknowledges bytes that the other side has worked off: a sender keeps at most
 * `pipeHighWaterBytes` on the way. A pipe's id is the session's id; each side may end it once.
 */
export const PipeFrame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('data'), pipe: z.string().max(64), bytes: z.instanceof(Uint8Array) }),
  z.object({ kind: z.literal('taken'), pipe: z.string().max(64), count: z.int().min(0) }),
  z.object({ kind: z.literal('end'), pipe: z.string().max(64) }),
])
export type PipeFrame = z.infer<typeof PipeFrame>
export const pipeHighWaterBytes = 128 * 1024

/** The wire between preload and main: the only three channels. */
export const channels = { door: 'door', bell: 'bell', pipe: 'pipe' } as const

/** What the page finds as `window.gatehouse`. */
export interface Bridge {
  call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Reply<Output<Name>>>
  /** Returns the function that stops listening. */
  onChange(listener: (topic: Topic) => void): () => void
  /** Joins a session's pipe. Frames of other pipes are not delivered. */
  openPipe(pipe: string, onFrame: (frame: PipeFrame) => void): { send(frame: PipeFrame): void; leave(): void }
}

export type { Gateway, Invitation, InvitationPreview, Person, Role } from './contract/account.ts'
export type {
  AuditCache,
  AuditExport,
  AuditFacets,
  AuditFilter,
  AuditOverview,
  AuditPage,
  AuditRow,
  AuditSort,
  ExportFormat,
  LocalCopy,
  WatchedLog,
} from './contract/audit.ts'
export type { AzureCloud, AzureDiagnosis, AzurePolicyPreview, AzurePurpose, AzureSignIn, AzureTenant } from './contract/azure.ts'
export type { Challenge, Decided, FoundIn, NoChallenge, SignIn } from './contract/challenges.ts'
export type { Failure, FailureOf } from './contract/failures.ts'
export type { CloseReason, Endpoint, Grant, GrantState, RequestInput, RequestOptions } from './contract/grants.ts'
export type {
  CsvColumns,
  CsvField,
  ImportFormat,
  ImportGroups,
  ImportLeftOut,
  ImportPreview,
  ImportRow,
  ImportShow,
  ImportWhy,
} from './contract/imports.ts'
export type {
  MachineColumn,
  MachineDetail,
  MachineFacets,
  MachineFilter,
  MachineHits,
  MachineInput,
  MachineRow,
  MachineScope,
  MachineSlice,
  MachineSort,
  MachineSource,
  MachineState,
  OperatingSystem,
  OwnMachines,
  PortRule,
  SavedFilter,
  UnsupportedReason,
  Way,
} from './contract/machines.ts'
export type {
  ApprovalRule,
  PolicyDetail,
  PolicyImpact,
  PolicyLevel,
  PolicyPatch,
  PolicySettings,
  PolicySource,
  PolicyTree,
} from './contract/policies.ts'
export type { CastEvent, Recording, RecordingEnd, Replay, SearchHit, SessionRecording, UnreadableRecording } from './contract/recordings.ts'
export type { Attempt, Client, ConnectInput, Prompt, PromptAnswer, Session, Step, StepName } from './contract/sessions.ts'
export type { AppInfo, KeychainState, MachineChoices, SavedCredential, Settings } from './contract/settings.ts'
