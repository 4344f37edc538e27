import { z } from 'zod'
import { MachineId, OperatingSystem, PortRule } from './machines.ts'

/** The provider's id, and the level there: "desk:company", "desk:site:Contoso / Bern", "desk:machine:4711". */
export const PolicyLevel = z
  .string()
  .max(400)
  .regex(/^[a-z0-9-]{1,32}:(company|site:[^\n]{1,200}|machine:[A-Za-z0-9_.-]{1,128})$/)
export type PolicyLevel = z.infer<typeof PolicyLevel>

/** POL-3: which level a value came from. `default`: no level sets it. `name`: the site's path, or the machine's name. */
export const PolicySource = z.object({ kind: z.enum(['default', 'company', 'site', 'machine']), name: z.string() })
export type PolicySource = z.infer<typeof PolicySource>

const Rules = z.array(PortRule).max(50)
/** Rules by operating system, or for those that are not named. At a machine's level only `default`. An empty list is: JIT off. */
const RulesByOs = z.object({
  default: Rules.optional(),
  windows: Rules.optional(),
  linux: Rules.optional(),
  macos: Rules.optional(),
  other: Rules.optional(),
})

/** POL-4. `logo` is what `policies.addLogo` answered. */
export const JitAdmin = z.object({
  enabled: z.boolean(),
  userName: z.string().max(64),
  afterSignOut: z.enum(['delete', 'keepStandard']),
  /** Shown on the sign-in screen. */
  title: z.string().max(100),
  logo: z.string().max(80).optional(),
  /** Whether a sign-in can be approved by who has no open grant to the machine. Absent: refuse. */
  withoutSession: z.enum(['refuse', 'allow']).optional(),
  /** How long sudo works after an approval (ISO 8601), a day at most. Absent: an hour. */
  longest: z.string().max(40).optional(),
})
export type JitAdmin = z.infer<typeof JitAdmin>

/** POL-5: who may ask for access and use JIT sign-in: whoever has one of the roles or is one of the people. Both absent: everybody who may request. */
const Allowed = z.object({
  roles: z.array(z.string().max(40)).max(20).optional(),
  people: z.array(z.string().min(1).max(200)).max(500).optional(),
})

export const ApprovalRule = z.enum(['automatic', 'oneApprover', 'twoApprovers'])
export type ApprovalRule = z.infer<typeof ApprovalRule>

/** What one level sets; what is absent is inherited. Durations are ISO 8601. */
export const PolicySettings = z.object({
  rules: RulesByOs.optional(),
  jitAdmin: JitAdmin.optional(),
  allowed: Allowed.optional(),
  approval: ApprovalRule.optional(),
  /** No window may be longer, whatever the rules say. */
  maxDuration: z.string().max(40).optional(),
  /** How long a request waits for approvers. */
  requestsLapseAfter: z.string().max(40).optional(),
})
export type PolicySettings = z.infer<typeof PolicySettings>

/** A change of some settings of a level: what is absent stays as it is, null is inherited again. */
export const PolicyPatch = z.object({
  rules: RulesByOs.nullable().optional(),
  jitAdmin: JitAdmin.nullable().optional(),
  allowed: Allowed.nullable().optional(),
  approval: ApprovalRule.nullable().optional(),
  maxDuration: z.string().max(40).nullable().optional(),
  requestsLapseAfter: z.string().max(40).nullable().optional(),
})
export type PolicyPatch = z.infer<typeof PolicyPatch>

const SettingName = z.enum(['rules', 'jitAdmin', 'allowed', 'approval', 'maxDuration', 'requestsLapseAfter'])

function from<Value extends z.ZodType>(value: Value) {
  return z.object({ value, from: PolicySource })
}

/** What holds at a level, value by value. `rules` has an entry for each system that a machine there can have; for a machine its own alone. */
const EffectivePolicy = z.object({
  rules: z.array(from(Rules).extend({ os: OperatingSystem })),
  jitAdmin: from(JitAdmin),
  allowed: from(Allowed),
  approval: from(ApprovalRule),
  /** `value` absent: no limit but the rules' own. */
  maxDuration: z.object({ value: z.string().optional(), from: PolicySource }),
  requestsLapseAfter: from(z.string()),
})

export const PolicyDetail = z.object({
  level: PolicyLevel,
  kind: z.enum(['company', 'site', 'machine']),
  name: z.string(),
  /** Sent back with a change: it is refused when somebody else was faster. 0: nothing is set here. */
  version: z.number(),
  settings: PolicySettings,
  effective: EffectivePolicy,
  changedAt: z.iso.datetime().optional(),
  changedBy: z.string().optional(),
})
export type PolicyDetail = z.infer<typeof PolicyDetail>

/** The company and every site that a machine or a setting names, parents before children. */
export const PolicyTree = z.object({
  levels: z.array(
    z.object({
      level: PolicyLevel,
      provider: z.object({ id: z.string(), name: z.string() }),
      kind: z.enum(['company', 'site']),
      /** The site's last part, and all of its parts; empty for the company. */
      name: z.string(),
      path: z.array(z.string()),
      /** Machines at the level and below it; those of them with JIT on; those with settings of their own. */
      machines: z.number(),
      configured: z.number(),
      machinesWithOwn: z.number(),
      /** Which settings are set here. */
      own: z.array(SettingName),
    }),
  ),
})
export type PolicyTree = z.infer<typeof PolicyTree>

/** What a change would do, or did. */
export const PolicyImpact = z.object({
  /** Machines for which something changes; how many get JIT, and how many lose it. */
  machines: z.number(),
  turnedOn: z.number(),
  turnedOff: z.number(),
  /** The first 50 of them. */
  first: z.array(
    z.object({
      machineId: MachineId,
      name: z.string(),
      site: z.string(),
      changes: z.array(SettingName),
      before: z.object({ rules: Rules, approval: ApprovalRule }),
      after: z.object({ rules: Rules, approval: ApprovalRule }),
    }),
  ),
  /** Open grants and waiting requests that the policy would no longer allow: they end. The first 50 are named. */
  grantsEnded: z.number(),
  grants: z.array(
    z.object({
      grantId: z.string(),
      machineId: MachineId,
      machineName: z.string(),
      requestedBy: z.string(),
      ports: z.array(z.number()),
      endsAt: z.iso.datetime().optional(),
    }),
  ),
  /** Whether a JIT admin of this name is on a machine already and its password would be overwritten; only an agent knows. Not `no`: ask, and confirm. */
  willOverwrite: z.enum(['no', 'yes', 'unknown']),
  /** Of the levels that were asked about, for the change itself. */
  versions: z.array(z.object({ level: PolicyLevel, version: z.number() })),
})
export type PolicyImpact = z.infer<typeof PolicyImpact>

export const PolicyChange = z.object({
  levels: z
    .array(z.object({ level: PolicyLevel, version: z.int().min(0) }))
    .min(1)
    .max(1000),
  patch: PolicyPatch,
  /** The person was asked, and takes over a user that may be there (POL-4). */
  confirmOverwrite: z.boolean().optional(),
})
