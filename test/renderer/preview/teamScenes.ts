/** The preview's answers for policy, people and approvals: a company with sites, on a team's gateway beside the desk's own. */
import type { Gateway, Grant, MachineRow, Person, PolicyDetail, PolicySettings, PolicyTree, PortRule } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import type { Look } from './scenes.ts'

const minuteMs = 60_000
const at = (ms: number) => new Date(Date.now() + ms).toISOString()
const rule = (port: number, maxDuration = 'PT3H', sources: string[] = []): PortRule => ({ port, protocol: 'tcp', sources, maxDuration })

const gateways: Gateway[] = [
  { id: 'desk', name: 'This desk', isDesk: true, technician: 'anna', roles: ['gatewayAdmin'], state: 'connected' },
  {
    id: 'contoso',
    name: 'Contoso',
    isDesk: false,
    address: 'gate.contoso.example:8443',
    fingerprint: 'GRDA-UFDL-GV4K-WPWJ-UOHD-Y47J-C3J4-B5R5-J55P-53M3-FTDJ-56UT-QTEQ',
    technician: 'Anna Schmidt',
    roles: ['gatewayAdmin'],
    state: 'connected',
  },
  {
    id: 'fabrikam',
    name: 'Fabrikam',
    isDesk: false,
    address: '10.20.0.4:8443',
    fingerprint: '4UTQ-UFDL-GV4K-WPWJ-UOHD-Y47J-C3J4-B5R5-J55P-53M3-FTDJ-56UT-QTEQ',
    technician: 'a.schmidt',
    roles: ['requester'],
    state: 'offline',
  },
]

const sitePaths = [['Contoso'], ['Contoso', 'Head office'], ['Contoso', 'Branch 12'], ['Fabrikam'], ['Wien']]
const own: Record<string, PolicySettings> = {
  'desk:company': {
    rules: { windows: [rule(3389), rule(5986, 'PT1H', ['10.0.0.0/8'])], linux: [rule(22)] },
    approval: 'automatic',
    jitAdmin: { enabled: true, userName: 'gatehouse', afterSignOut: 'delete', title: 'Contoso help desk' },
  },
  'desk:site:Contoso / Branch 12': { approval: 'oneApprover', allowed: { roles: ['requester'], people: ['m.rossi'] } },
}

const tree: PolicyTree = {
  levels: [[], ...sitePaths].map((path, index) => {
    const level = path.length === 0 ? 'desk:company' : `desk:site:${path.join(' / ')}`
    return {
      level,
      provider: { id: 'desk', name: 'This desk' },
      kind: path.length === 0 ? 'company' : 'site',
      name: path.at(-1) ?? '',
      path,
      machines: [64, 22, 12, 10, 18, 9][index] ?? 1,
      configured: [41, 15, 9, 6, 12, 4][index] ?? 1,
      machinesWithOwn: index % 3,
      own: Object.keys(own[level] ?? {}).filter(
        (name) => name === 'rules' || name === 'approval' || name === 'jitAdmin' || name === 'allowed',
      ),
    }
  }),
}

function detail(level: string): PolicyDetail {
  const settings = own[level] ?? {}
  const company = own['desk:company'] ?? {}
  const kind = level.includes(':site:') ? 'site' : level.endsWith(':company') ? 'company' : 'machine'
  const name = kind === 'site' ? level.slice('desk:site:'.length) : ''
  const here = { kind, name } as const
  const fromCompany = { kind: 'company', name: '' } as const
  const none = { kind: 'default', name: '' } as const
  const rules = (['windows', 'linux', 'macos', 'other'] as const).map((os) => {
    const inherited = company.rules?.[os]
    return { os, value: settings.rules?.[os] ?? inherited ?? [], from: settings.rules?.[os] ? here : inherited ? fromCompany : none }
  })
  return {
    level,
    kind,
    name,
    version: Object.keys(settings).length,
    settings,
    effective: {
      rules: kind === 'machine' ? rules.slice(1, 2) : rules,
      approval: { value: settings.approval ?? 'automatic', from: settings.approval ? here : fromCompany },
      allowed: { value: settings.allowed ?? {}, from: settings.allowed ? here : none },
      maxDuration: { from: none },
      requestsLapseAfter: { value: 'PT1H', from: none },
      jitAdmin: {
        value: company.jitAdmin ?? { enabled: false, userName: 'gatehouse', afterSignOut: 'delete', title: '' },
        from: kind === 'company' ? here : fromCompany,
      },
    },
    changedAt: at(-90 * minuteMs),
    changedBy: 'anna',
  }
}

const people: Person[] = [
  ['Anna Schmidt', ['gatewayAdmin'], 2],
  ['Björn Larsen', ['requester', 'approver'], 1],
  ['J. Okafor', ['requester'], 1],
  ['Maria Rossi', ['viewer'], 0],
  ['<b>שרת</b> with a rather long name that does not fit into its column at all', ['policyAdmin', 'approver', 'requester'], 3],
].map(([name, roles, consoles], index) => ({
  id: `p${index}`,
  name: String(name),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table above has roles only
  roles: roles as Person['roles'],
  createdAt: at(-90_000 * minuteMs),
  deviceKeys: Array.from({ length: Number(consoles) }, (_, key) => ({
    thumbprint: `k${index}${key}NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`,
    addedAt: at(-(key + 1) * 9000 * minuteMs),
    isThisConsole: index === 0 && key === 0,
  })),
  isMe: index === 0,
  ...(index === 3 ? { disabledAt: at(-300 * minuteMs) } : {}),
}))

/** Requests that wait, for the scene of a team. */
export function requestsOf(rows: readonly MachineRow[]): Grant[] {
  const request = (index: number, more: Partial<Grant>): Grant => ({
    grantId: `contoso:r${index}`,
    machineId: rows[index]?.id ?? 'desk:m1',
    machineName: rows[index]?.name ?? 'm1',
    requestedBy: 'Björn Larsen',
    state: 'requested',
    ports: [22],
    source: '10.4.0.17',
    duration: 'PT2H',
    reason: '',
    requestedAt: at(-(9 - index) * minuteMs),
    lapsesAt: at(51 * minuteMs),
    endpoints: [],
    decidableByMe: true,
    ...more,
  })
  return [
    request(1, { reason: 'Ticket 4711: the disk of the file server is full', approvals: { needed: 1, given: [] } }),
    request(2, {
      requestedBy: 'J. Okafor',
      ports: [3389, 5986],
      approvals: { needed: 2, given: [{ by: 'Maria Rossi', at: at(-2 * minuteMs) }] },
    }),
    request(4, { requestedBy: 'Anna Schmidt', decidableByMe: false, approvals: { needed: 1, given: [] }, reason: 'Patch day' }),
  ]
}

export function teamHandlers(look: Look, hasTeam: boolean): Handlers {
  return {
    'policies.levels': () => tree,
    'policies.get': ({ level }) => detail(level),
    'policies.preview': ({ levels, patch }) =>
      patch.jitAdmin?.userName === 'Administrator'
        ? { failure: { tag: 'invalidInput', field: 'jitAdmin.userName', problem: 'nameReserved' } }
        : {
            machines: 22,
            turnedOn: 4,
            turnedOff: 1,
            first: [],
            grantsEnded: 1,
            grants: [
              {
                grantId: 'desk:g1',
                machineId: 'desk:m1',
                machineName: 'web-ber-001',
                requestedBy: 'Björn Larsen',
                ports: [22],
                endsAt: at(minuteMs),
              },
            ],
            willOverwrite: patch.jitAdmin ? 'unknown' : 'no',
            versions: levels.map((level) => ({ level, version: detail(level).version })),
          },
    'policies.change': () => ({ failure: { tag: 'conflict', what: 'policy' } }),
    'policies.addLogo': () => ({ logo: 'l1' }),
    'account.gateways': () => ({ gateways: hasTeam ? gateways : gateways.slice(0, 1) }),
    'account.people': () => ({
      people,
      invitations: [{ id: 'i1', name: 'Chidi A.', roles: ['requester'], createdAt: at(-minuteMs), expiresAt: at(1440 * minuteMs) }],
    }),
    'account.invite': () => ({ code: 'GATE1-7QF3K-W9XHD-2MPLB-44TRN-VZC8Y-6J5SA-KD0EG-93HUM-QWP7X', expiresAt: at(1440 * minuteMs) }),
    'account.inviteConsole': () => ({ code: 'GATE1-7QF3K-W9XHD-2MPLB-44TRN', expiresAt: at(1440 * minuteMs) }),
    'account.changePerson': () => {
      look.ring('account')
      return {}
    },
    'account.removeDeviceKey': () => ({}),
    'account.withdrawInvitation': () => ({}),
    'account.previewInvitation': ({ code }) =>
      code.startsWith('GATE')
        ? {
            name: 'Contoso',
            address: 'gate.contoso.example:8443',
            fingerprint: 'GRDA-UFDL-GV4K-WPWJ-UOHD-Y47J-C3J4-B5R5-J55P-53M3-FTDJ-56UT-QTEQ',
          }
        : { failure: { tag: 'invalidInput', field: 'code', problem: 'badCode' } },
    'account.joinGateway': () => ({ failure: { tag: 'invitationRefused' } }),
    'account.leaveGateway': () => ({}),
  }
}
