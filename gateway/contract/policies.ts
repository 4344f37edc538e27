/** Policy with levels (POL-3 to POL-6) and decisions on requests, as the API has them (GTW-4). Durations are ISO 8601. */
import { z } from '@hono/zod-openapi'
import { ApprovalRule, OperatingSystem, PolicySource, PortRule, Role } from '../api.ts'

/** "company", "site:Contoso / Bern", "machine:4711". Case and Unicode form of a site do not matter. */
export const LevelKey = z
  .string()
  .max(300)
  .regex(/^(company|site:[^\n]{1,200}|machine:[A-Za-z0-9_.-]{1,128})$/)

const Rules = z.array(PortRule).max(50)
/** Rules by operating system, or for those that are not named. At a machine's level only `default`. An empty list is: JIT off. */
export const RulesByOs = z.strictObject({
  default: Rules.optional(),
  windows: Rules.optional(),
  linux: Rules.optional(),
  macos: Rules.optional(),
  other: Rules.optional(),
})
export type RulesByOs = z.infer<typeof RulesByOs>

/** POL-4. `logo` is the id that POST /v1/logos answered. */
export const JitAdmin = z.strictObject({
  enabled: z.boolean(),
  userName: z.string().max(64),
  afterSignOut: z.enum(['delete', 'keepStandard']),
  /** Shown on the sign-in screen. */
  title: z.string().max(100),
  logo: z.string().max(80).optional(),
  /** Whether a sign-in can be approved by who has no open grant to the machine (RFC 10027). Absent: refuse. */
  withoutSession: z.enum(['refuse', 'allow']).optional(),
  /** How long sudo works after an approval, a day at most. Absent: PT1H. */
  longest: z.string().max(40).optional(),
})
export type JitAdmin = z.infer<typeof JitAdmin>

/** POL-5: whoever has one of the roles or is one of the people. Both absent: everybody who may request. */
export const Allowed = z.strictObject({
  roles: z.array(Role).max(5).optional(),
  people: z.array(z.string().min(1).max(200)).max(500).optional(),
})
export type Allowed = z.infer<typeof Allowed>

const settings = {
  rules: RulesByOs,
  jitAdmin: JitAdmin,
  allowed: Allowed,
  approval: ApprovalRule,
  /** No window may be longer, whatever the rules say. */
  maxDuration: z.string().max(40),
  /** How long a request waits for approvers. */
  requestsLapseAfter: z.string().max(40),
}

/** What one level sets; what is absent is inherited. */
export const PolicySettings = z.strictObject(settings).partial()
export type PolicySettings = z.infer<typeof PolicySettings>
export const SettingName = z.enum(['rules', 'jitAdmin', 'allowed', 'approval', 'maxDuration', 'requestsLapseAfter'])
export type SettingName = z.infer<typeof SettingName>

/** What is absent stays as it is; null is inherited again. */
export const PolicyPatch = z.strictObject({
  rules: settings.rules.nullable().optional(),
  jitAdmin: settings.jitAdmin.nullable().optional(),
  allowed: settings.allowed.nullable().optional(),
  approval: settings.approval.nullable().optional(),
  maxDuration: settings.maxDuration.nullable().optional(),
  requestsLapseAfter: settings.requestsLapseAfter.nullable().optional(),
})
export type PolicyPatch = z.infer<typeof PolicyPatch>

function from<Value extends z.ZodType>(value: Value) {
  return z.object({ value, from: PolicySource })
}

/** GET /v1/policies/{level}. `version` 0: nothing is set here. `rules` has an entry for each system; for a machine its own alone. */
export const PolicyDetail = z.object({
  level: z.string(),
  kind: z.enum(['company', 'site', 'machine']),
  name: z.string(),
  version: z.int(),
  settings: PolicySettings,
  effective: z.object({
    rules: z.array(from(Rules).extend({ os: OperatingSystem })),
    jitAdmin: from(JitAdmin),
    allowed: from(Allowed),
    approval: from(ApprovalRule),
    maxDuration: z.object({ value: z.string().optional(), from: PolicySource }),
    requestsLapseAfter: from(z.string()),
  }),
  changedAt: z.iso.datetime().optional(),
  changedBy: z.string().optional(),
})
export type PolicyDetail = z.infer<typeof PolicyDetail>

/** GET /v1/policies : the company and every site that a machine or a setting names, parents before children; counts take in what is below. */
export const PolicyTree = z.object({
  levels: z.array(
    z.object({
      level: z.string(),
      kind: z.enum(['company', 'site']),
      name: z.string(),
      path: z.array(z.string()),
      machines: z.int(),
      configured: z.int(),
      machinesWithOwn: z.int(),
      own: z.array(SettingName),
    }),
  ),
})
export type PolicyTree = z.infer<typeof PolicyTree>

const InForce = z.object({ rules: Rules, approval: ApprovalRule })
/** What a change would do, or did: machines for which something changes, the first 50 of them, and what ends by it. */
export const PolicyImpact = z.object({
  machines: z.int(),
  turnedOn: z.int(),
  turnedOff: z.int(),
  first: z.array(
    z.object({
      machineId: z.string(),
      name: z.string(),
      site: z.string(),
      changes: z.array(SettingName),
      before: InForce,
      after: InForce,
    }),
  ),
  grantsEnded: z.int(),
  grants: z.array(
    z.object({
      grantId: z.string(),
      machineId: z.string(),
      machineName: z.string(),
      requestedBy: z.string(),
      ports: z.array(z.int()),
      endsAt: z.iso.datetime().optional(),
    }),
  ),
  /** Whether the change takes over a user that is on a machine already: only an agent could know. */
  willOverwrite: z.enum(['no', 'yes', 'unknown']),
  versions: z.array(z.object({ level: z.string(), version: z.int() })),
})
export type PolicyImpact = z.infer<typeof PolicyImpact>

/** POST /v1/policies/preview : changes nothing. */
export const PreviewPolicies = z.strictObject({ levels: z.array(LevelKey).min(1).max(1000), patch: PolicyPatch })
/** PATCH /v1/policies : all levels or none. 412 `policyChanged` when one of them has another version. */
export const ChangePolicies = z.strictObject({
  levels: z
    .array(z.strictObject({ level: LevelKey, version: z.int().min(0) }))
    .min(1)
    .max(1000),
  patch: PolicyPatch,
  /** The person was asked, and takes over a user that may be there (POL-4). */
  confirmOverwrite: z.boolean().default(false),
})
/** PUT /v1/policies/{level} : these are all the settings of the level then; none of them means that all is inherited. */
export const PutPolicy = z.strictObject({
  settings: PolicySettings,
  version: z.int().min(0),
  confirmOverwrite: z.boolean().default(false),
})

/** POST /v1/logos : PNG without transparency, or JPEG, up to 1 MB, as base64. */
export const AddLogo = z.strictObject({ data: z.base64().max(1_400_000) })
export const LogoAdded = z.object({ id: z.string() })
/** GET /v1/logos/{id} */
export const Logo = z.object({ mediaType: z.enum(['image/png', 'image/jpeg']), data: z.string() })
export type Logo = z.infer<typeof Logo>

/** POST /v1/grants/{id}/decision : by somebody else than who asked (POL-6). */
export const Decision = z.strictObject({ decision: z.enum(['approve', 'deny']), reason: z.string().trim().max(500).default('') })
export type Decision = z.infer<typeof Decision>
