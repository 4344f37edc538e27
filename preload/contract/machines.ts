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
  'firewallManager',
  'notLicensed',
  'domainController',
  'multiSession',
  'cloudPc',
  'tooOld',
  'agentTooOld',
])
export type UnsupportedReason = z.infer<typeof UnsupportedReason>

export const MachineState = z.enum(['configured', 'notConfigured', 'unsupported'])
export type MachineState = z.infer<typeof MachineState>

/** What opens and closes a machine's ports. */
export const Gate = z.enum(['relay', 'nftables', 'networkSecurityGroup', 'firewall'])
export type Gate = z.infer<typeof Gate>

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

/** From a place in a text to another, in UTF-16 units. */
const Range = z.tuple([z.number(), z.number()])

/** What of a row a search found, to be marked. Those of `tags` are in the tags joined by ", ". */
const MachineHits = z.object({
  name: z.array(Range).optional(),
  address: z.array(Range).optional(),
  site: z.array(Range).optional(),
  tags: z.array(Range).optional(),
  user: z.array(Range).optional(),
})
export type MachineHits = z.infer<typeof MachineHits>

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
  gate: Gate,
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
  /** The user name to sign in with: the one that was used last, else the provider's suggestion. */
  user: z.string().optional(),
  /** One of this person's favourites. */
  favourite: z.literal(true).optional(),
  hits: MachineHits.optional(),
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
  /** The machine's own agent, where it is enrolled. `away`: it has not reported for minutes. `selfDisabled`: it shows no challenges (APR-8). */
  agent: z.object({ version: z.string(), lastSeenAt: z.iso.datetime(), state: z.enum(['reporting', 'away', 'selfDisabled']) }).optional(),
  addedAt: z.iso.datetime(),
})
export type MachineDetail = z.infer<typeof MachineDetail>

/** `recent`: as they were last connected to; other than that a column each. */
export const MachineSort = z.enum([
  'name',
  'site',
  'address',
  'os',
  'tags',
  'user',
  'gateway',
  'agent',
  'lastSeen',
  'lastAccess',
  'lastUser',
  'approvals',
  'ports',
  'recent',
])
export type MachineSort = z.infer<typeof MachineSort>

const FilterValue = z.string().max(256)

/** Of each named facet one of the values. An empty value is a machine without any. */
export const MachineFilter = z.object({
  gateways: z.array(FilterValue).max(50).optional(),
  sites: z.array(FilterValue).max(50).optional(),
  os: z.array(OperatingSystem).max(4).optional(),
  tags: z.array(FilterValue).max(50).optional(),
  users: z.array(FilterValue).max(50).optional(),
})
export type MachineFilter = z.infer<typeof MachineFilter>

/** All machines, this person's favourites, or those that they connected to last. */
export const MachineScope = z.enum(['all', 'favourites', 'recent'])
export type MachineScope = z.infer<typeof MachineScope>

/** What of the inventory is looked at. */
const MachineSelection = z.object({
  tab: MachineState,
  search: z.string().max(200),
  filter: MachineFilter.optional(),
  scope: MachineScope.optional(),
})

const MachineQuery = MachineSelection.extend({
  sort: MachineSort,
  descending: z.boolean(),
  offset: z.int().min(0),
  limit: z.int().min(1).max(200),
})

const MachineSlice = z.object({
  total: z.number(),
  counts: z.object({ configured: z.number(), notConfigured: z.number(), unsupported: z.number() }),
  rows: z.array(MachineRow),
  /** Nothing has all that was typed; these have it but for one letter of a word. */
  near: z.literal(true).optional(),
  /** When the list was last right: the oldest of its providers' last times. Absent: one was never read. */
  asOf: z.iso.datetime().optional(),
})
export type MachineSlice = z.infer<typeof MachineSlice>

/** How many machines each value would show, were it chosen; the most frequent first. `more`: values that are not listed. */
const Facet = z.object({
  values: z.array(z.object({ value: z.string(), label: z.string().optional(), count: z.number() })),
  more: z.number(),
})

const MachineFacets = z.object({ gateways: Facet, sites: Facet, os: Facet, tags: Facet, users: Facet })
export type MachineFacets = z.infer<typeof MachineFacets>

/**
 * Where machines come from. `waiting`: not asked since the start; `reading`: `done` machines of this reading are here. `held` (F-46): nearly
 * all were gone at the last reading, so the old list stays until somebody decides; `kept`: it was decided to keep it.
 */
const MachineSource = z.object({
  gatewayId: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'reading', 'ready', 'offline']),
  count: z.number(),
  done: z.number().optional(),
  asOf: z.iso.datetime().optional(),
  held: z.object({ before: z.number(), lost: z.number(), kept: z.boolean() }).optional(),
})
export type MachineSource = z.infer<typeof MachineSource>

/** What the list may show beside the name, in the person's own order. */
const MachineColumn = z.enum([
  'address',
  'site',
  'os',
  'tags',
  'user',
  'gateway',
  'agent',
  'lastSeen',
  'lastAccess',
  'lastUser',
  'approvals',
  'state',
])
export type MachineColumn = z.infer<typeof MachineColumn>

/** A way to look at the list, under a name. */
export const SavedFilter = MachineSelection.extend({
  id: z.string().max(64),
  name: z.string().trim().min(1).max(60),
  sort: MachineSort,
  descending: z.boolean(),
})
export type SavedFilter = z.infer<typeof SavedFilter>

/** What of the inventory is this person's own. Without `columns`: those that fit. */
export const OwnMachines = z.object({
  favourites: z.array(MachineId).max(5000),
  filters: z.array(SavedFilter).max(50),
  columns: z.array(MachineColumn).max(12).optional(),
})
export type OwnMachines = z.infer<typeof OwnMachines>

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

const some = z.array(MachineId).min(1).max(200)

/** The calls for finding machines, and for what a person remembers of them. */
export const inventoryCalls = {
  'machines.list': { input: MachineQuery, output: MachineSlice },
  /** `narrow`: of this facet only the values that have the text in them. */
  'machines.facets': {
    input: MachineSelection.extend({
      narrow: z.object({ facet: z.enum(['gateways', 'sites', 'os', 'tags', 'users']), text: z.string().max(100) }).optional(),
    }),
    output: MachineFacets,
  },
  'machines.get': { input: z.object({ machineId: MachineId }), output: MachineDetail },
  'machines.sources': { input: z.object({}), output: z.object({ sources: z.array(MachineSource) }) },
  /** Asks every provider for what is new. */
  'machines.refresh': { input: z.object({}), output: z.object({}) },
  /** F-46. `accept`: what is gone there is taken off the list. */
  'machines.decideHeld': { input: z.object({ gatewayId: z.string().max(32), decision: z.enum(['accept', 'keep']) }), output: z.object({}) },
  'machines.own': { input: z.object({}), output: OwnMachines },
  'machines.favour': { input: z.object({ machineIds: some, favourite: z.boolean() }), output: OwnMachines },
  /** Saves it in the place of the one with the same id, else as the last. */
  'machines.saveFilter': { input: z.object({ filter: SavedFilter }), output: OwnMachines },
  'machines.removeFilter': { input: z.object({ id: z.string().max(64) }), output: OwnMachines },
  /** Absent: those that fit. */
  'machines.chooseColumns': { input: z.object({ columns: z.array(MachineColumn).max(12).optional() }), output: OwnMachines },
} as const
