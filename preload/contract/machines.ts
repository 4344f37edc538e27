import { z } from 'zod'

/** A machine's id in the console: the provider's id, a colon, the provider's own id for the machine. */
export const MachineId = z.string().regex(/^[a-z0-9-]{1,32}:[A-Za-z0-9_.-]{1,128}$/)

export const OperatingSystem = z.enum(['windows', 'linux', 'macos', 'other'])
export type OperatingSystem = z.infer<typeof OperatingSystem>

/** INV-2: why JIT cannot be had, in the words of the provider's rules. */
export const UnsupportedReason = z.enum([
  'noNetworkSecurityGroup',
  'classicDeployment',
  'disabledByPolicy',
  'domainController',
  'multiSession',
  'cloudPc',
  'tooOld',
  'agentTooOld',
])
export type UnsupportedReason = z.infer<typeof UnsupportedReason>

export const MachineState = z.enum(['configured', 'notConfigured', 'unsupported'])
export type MachineState = z.infer<typeof MachineState>

/** How a technician gets in: a terminal, a desktop, or a local port for another program. */
export const Way = z.enum(['ssh', 'rdp', 'forward'])
export type Way = z.infer<typeof Way>

export const Protocol = z.enum(['tcp', 'udp', 'any'])

/** POL-2. `sources` empty means any. `maxDuration` is ISO 8601. */
export const PortRule = z.object({
  port: z.int().min(1).max(65535),
  protocol: Protocol,
  sources: z.array(z.string()),
  maxDuration: z.string(),
})
export type PortRule = z.infer<typeof PortRule>

/** The technician's own open grant on a machine, as the list shows it. */
export const OwnGrant = z.object({
  grantId: z.string(),
  ports: z.array(z.number()),
  endsAt: z.iso.datetime(),
})

export const MachineRow = z.object({
  id: MachineId,
  name: z.string(),
  address: z.string(),
  os: OperatingSystem,
  site: z.string(),
  tags: z.array(z.string()),
  provider: z.object({ id: z.string(), name: z.string() }),
  state: MachineState,
  unsupportedReason: UnsupportedReason.optional(),
  agentVersion: z.string().optional(),
  lastSeenAt: z.iso.datetime().optional(),
  /** INV-3. */
  approvalsIn7Days: z.number(),
  lastAccessAt: z.iso.datetime().optional(),
  lastUser: z.string().optional(),
  /** Ports with a rule, in the order in which they are offered. Empty when JIT is off. */
  ports: z.array(z.number()),
  /** What Connect would do: the first is the default. */
  ways: z.array(Way),
  ownGrant: OwnGrant.optional(),
  /** F-30: true when another machine has the same name when case and Unicode form are ignored. */
  nameIsShared: z.boolean(),
})
export type MachineRow = z.infer<typeof MachineRow>

/** What is known of a machine that decides whether it can have JIT (INV-2). */
const MachineFacts = z.object({
  osVersion: z.string().max(50).optional(),
  agentVersion: z.string().max(50).optional(),
  domainController: z.boolean().optional(),
  multiSession: z.boolean().optional(),
  cloudPc: z.boolean().optional(),
  bits: z.union([z.literal(32), z.literal(64)]).optional(),
})

export const MachineDetail = MachineRow.extend({
  osVersion: z.string().optional(),
  /** The machine's own ports and what was entered about it: a change sends them back, or they are lost. */
  sshPort: z.number().optional(),
  rdpPort: z.number().optional(),
  facts: MachineFacts.optional(),
  rules: z.array(PortRule),
  /** POL-3: the level that the rules come from, and the approval rule with its level; absent where the provider has no levels. */
  rulesFrom: z.object({ kind: z.enum(['default', 'company', 'site', 'machine']), name: z.string() }).optional(),
  approval: z
    .object({
      value: z.enum(['automatic', 'oneApprover', 'twoApprovers']),
      from: z.object({ kind: z.enum(['default', 'company', 'site', 'machine']), name: z.string() }),
    })
    .optional(),
  /** Pinned identities, as fingerprints ("SHA256:…"). */
  hostKeys: z.array(z.object({ algorithm: z.string(), fingerprint: z.string(), pinnedAt: z.iso.datetime() })),
  certificates: z.array(z.object({ fingerprint: z.string(), pinnedAt: z.iso.datetime() })),
  /** The user name that Connect will use, if one is remembered. */
  user: z.string().optional(),
  gate: z.enum(['relay', 'nftables', 'networkSecurityGroup', 'firewall']),
  /** The machine's own agent, where it is enrolled. `away`: it has not reported for minutes. `selfDisabled`: it shows no challenges (APR-8). */
  agent: z.object({ version: z.string(), lastSeenAt: z.iso.datetime(), state: z.enum(['reporting', 'away', 'selfDisabled']) }).optional(),
  addedAt: z.iso.datetime(),
})
export type MachineDetail = z.infer<typeof MachineDetail>

export const MachineSort = z.enum(['name', 'site', 'address', 'lastAccess', 'approvals'])

export const MachineSlice = z.object({
  total: z.number(),
  counts: z.object({ configured: z.number(), notConfigured: z.number(), unsupported: z.number() }),
  rows: z.array(MachineRow),
  /** When the list was last brought up to date from its provider. */
  asOf: z.iso.datetime().optional(),
})
export type MachineSlice = z.infer<typeof MachineSlice>

/** What a technician enters for a machine added by hand. Lengths are limits of DNS and of a readable row. */
export const MachineInput = z.object({
  name: z.string().trim().min(1).max(200),
  address: z.string().trim().min(1).max(253),
  os: OperatingSystem,
  site: z.string().trim().max(200),
  tags: z.array(z.string().trim().min(1).max(50)).max(20),
  /** The machine's own ports, where they are not the usual ones. */
  sshPort: z.int().min(1).max(65535).optional(),
  rdpPort: z.int().min(1).max(65535).optional(),
  user: z.string().max(256).optional(),
  facts: MachineFacts.optional(),
  /** Turn JIT on with the defaults of the operating system in the same step. */
  turnOnJit: z.boolean(),
})
export type MachineInput = z.infer<typeof MachineInput>
