/** One company that all examples of the API's document are of. */

const at = '2026-01-31T08:00:00.000Z'
const rule = { port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' } as const

export const hash = 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='
const thumbprint = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
export const logoId = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'

export const machineInput = {
  name: 'web-1',
  address: 'web-1.bern.example.org',
  os: 'linux',
  site: 'Contoso / Bern',
  tags: ['web'],
} as const
export const machine = {
  ...machineInput,
  id: 'm-1',
  sshPort: 22,
  rdpPort: 3389,
  facts: {},
  rules: [rule],
  rulesFrom: { kind: 'site', name: 'Contoso / Bern' },
  approval: { value: 'oneApprover', from: { kind: 'company', name: '' } },
  approvalsIn7Days: 3,
  lastAccessAt: at,
  lastUser: 'Ana Example',
  gate: 'nftables',
  addedAt: at,
}
export const machinePage = { machines: [machine], removed: [], cursor: '17', more: false }
export const addMachines = { machines: [machineInput] }
export const machinesAdded = { machines: [{ id: 'm-1', known: false }] }

export const grantRequest = { machineId: 'm-1', ports: [22], duration: 'PT1H', reason: 'INC-4711' }
export const grant = {
  id: 'g-1',
  machineId: 'm-1',
  requestedBy: 'Ana Example',
  state: 'open',
  ports: [22],
  source: '192.0.2.7',
  reason: 'INC-4711',
  duration: 'PT1H',
  requestedAt: at,
  openedAt: at,
  endsAt: '2026-01-31T09:00:00.000Z',
  remainingMs: 3_600_000,
  extendableUntil: '2026-01-31T11:00:00.000Z',
  endpoints: [{ port: 22, address: 'gate.example.org', connectPort: 40_022 }],
  approvals: { needed: 1, given: [{ by: 'Ben Example', at }] },
  decidableByMe: false,
}
export const closedGrant = {
  id: 'g-1',
  machineId: 'm-1',
  requestedBy: 'Ana Example',
  state: 'closed',
  ports: [22],
  source: '192.0.2.7',
  reason: 'INC-4711',
  duration: 'PT1H',
  requestedAt: at,
  openedAt: at,
  endsAt: '2026-01-31T09:00:00.000Z',
  closedAt: '2026-01-31T08:20:00.000Z',
  closeReason: 'released',
  endpoints: [],
  decidableByMe: false,
}

const change = { approval: 'oneApprover' } as const
export const previewPolicies = { levels: ['site:Contoso / Bern'], patch: change }
export const changePolicies = { levels: [{ level: 'site:Contoso / Bern', version: 3 }], patch: change }
export const putPolicy = { settings: { ...change, rules: { linux: [rule] } }, version: 3 }
export const policyImpact = {
  machines: 1,
  turnedOn: 0,
  turnedOff: 0,
  first: [
    {
      machineId: 'm-1',
      name: 'web-1',
      site: 'Contoso / Bern',
      changes: ['approval'],
      before: { rules: [rule], approval: 'automatic' },
      after: { rules: [rule], approval: 'oneApprover' },
    },
  ],
  grantsEnded: 0,
  grants: [],
  willOverwrite: 'no',
  versions: [{ level: 'site:Contoso / Bern', version: 4 }],
}
export const policyTree = {
  levels: [
    { level: 'company', kind: 'company', name: '', path: [], machines: 1, configured: 1, machinesWithOwn: 0, own: ['approval'] },
    {
      level: 'site:Contoso / Bern',
      kind: 'site',
      name: 'Bern',
      path: ['Contoso', 'Bern'],
      machines: 1,
      configured: 1,
      machinesWithOwn: 0,
      own: ['rules'],
    },
  ],
}
const company = { kind: 'company', name: '' }
const byDefault = { kind: 'default', name: '' }
export const policyDetail = {
  level: 'site:Contoso / Bern',
  kind: 'site',
  name: 'Contoso / Bern',
  version: 3,
  settings: { rules: { linux: [rule] } },
  effective: {
    rules: [{ os: 'linux', value: [rule], from: { kind: 'site', name: 'Contoso / Bern' } }],
    jitAdmin: { value: { enabled: false, userName: 'jit-admin', afterSignOut: 'delete', title: '' }, from: byDefault },
    allowed: { value: {}, from: byDefault },
    approval: { value: 'oneApprover', from: company },
    maxDuration: { from: byDefault },
    requestsLapseAfter: { value: 'PT1H', from: byDefault },
  },
  changedAt: at,
  changedBy: 'Ben Example',
}

export const person = {
  id: 'p-1',
  name: 'Ana Example',
  roles: ['requester', 'approver'],
  deviceKeys: [{ thumbprint, addedAt: at }],
  createdAt: at,
}
export const people = {
  people: [person],
  invitations: [{ id: 'i-1', name: 'Cem Example', roles: ['requester'], createdAt: at, expiresAt: '2026-02-03T08:00:00.000Z' }],
}
export const invited = { id: 'i-1', code: 'GH1-…', expiresAt: '2026-02-03T08:00:00.000Z' }
export const me = { id: 'p-1', name: 'Ana Example', roles: ['requester', 'approver'], statement: 'eyJ…' }
export const join = { secret: 'AAAAAAAAAAAAAAAAAAAAAA' }
export const newKey = { jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }, proof: 'eyJ…' }

export const event = {
  seq: 42,
  at,
  actor: 'Ana Example',
  action: 'grant.opened',
  outcome: 'ok',
  machineId: 'm-1',
  machineName: 'web-1',
  site: 'Contoso / Bern',
  grantId: 'g-1',
  port: 22,
  detail: { source: '192.0.2.7', reason: 'INC-4711' },
}
export const consoleEvent = { action: 'session.started', outcome: 'ok', machineId: 'm-1', grantId: 'g-1', port: 22, detail: { way: 'ssh' } }
export const recorded = { ...event, ...consoleEvent, seq: 43 }
export const checkpoint = {
  origin: 'gatehouse/GATEWAY',
  size: 42,
  root: hash,
  publicKey: 'gatehouse/GATEWAY+0a1b2c3d+AbCd…',
  checkpoint: `gatehouse/GATEWAY\n42\n${hash}\n\n— gatehouse/GATEWAY …\n`,
}
