/** Machines for the preview: enough variety to see every state, and as many as are asked for. Always the same ones. */
import type { MachineDetail, MachineRow, MachineState, UnsupportedReason } from '../../../preload/contract.ts'

const sites = ['Berlin', 'Hamburg / Lager', 'München', 'Wien', 'Contoso / Head office', 'Contoso / Branch 12', 'Fabrikam']
const kinds = ['web', 'db', 'files', 'print', 'dc', 'term', 'build', 'mail', 'kiosk', 'pos', 'cam', 'gw']
const people = ['anna.schmidt', 'b.larsen', 'svc-deploy', 'j.okafor', 'm.rossi']
const reasons: UnsupportedReason[] = [
  'noNetworkSecurityGroup',
  'classicDeployment',
  'disabledByPolicy',
  'domainController',
  'multiSession',
  'cloudPc',
  'tooOld',
  'agentTooOld',
]
const now = Date.now()
function pick<Item>(list: readonly Item[], index: number): Item {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('The list is empty.')
  return item
}
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

export function machineRow(index: number): MachineRow {
  const state: MachineState = index % 9 === 4 ? 'unsupported' : index % 4 === 3 ? 'notConfigured' : 'configured'
  const os = pick(['linux', 'windows', 'linux', 'windows', 'windows', 'macos', 'other'] as const, index)
  const configured = state === 'configured'
  const ssh = os !== 'windows'
  return {
    id: `desk:m${index}`,
    name: `${pick(kinds, index * 7)}-${pick(['ber', 'ham', 'muc', 'vie', 'ldn'], index * 3)}-${String(index).padStart(3, '0')}`,
    address: index % 5 === 0 ? `m${index}.example.net` : `10.${index % 200}.${(index * 13) % 250}.${(index * 29) % 250}`,
    os,
    site: pick(sites, index * 5),
    tags: index % 3 === 0 ? ['production'] : index % 7 === 1 ? ['staging', 'web'] : [],
    ...(index % 2 ? { user: pick(people, index * 3) } : {}),
    provider: { id: 'desk', name: 'This desk' },
    state,
    gate: 'relay',
    ...(state === 'unsupported' ? { unsupportedReason: pick(reasons, Math.floor(index / 9)) } : {}),
    ...(index % 2 ? { agentVersion: '2.9.1' } : {}),
    lastSeenAt: ago(index * 3),
    approvalsIn7Days: configured ? (index * 11) % 14 : 0,
    ...(configured && index % 6 ? { lastAccessAt: ago(index * 97 + 5), lastUser: pick(people, index) } : {}),
    ports: configured ? (ssh ? [22] : [3389, 5986]) : [],
    ways: ssh ? ['ssh', 'forward'] : ['rdp', 'forward'],
    ...(configured && index % 8 === 1
      ? { ownGrant: { grantId: `g${index}`, ports: [ssh ? 22 : 3389], endsAt: new Date(now + (index * 7 + 4) * 60_000).toISOString() } }
      : {}),
    nameIsShared: false,
  }
}

/** Names that try to break out of their row (F-30..32). */
export function hostileRows(): MachineRow[] {
  const names = [
    '<img src=x onerror=alert(1)>',
    '{{7*7}} {{name}} $t(common.app)',
    'javascript:alert(1)',
    'W'.repeat(10_000),
    'שרת הקבצים הראשי',
    '🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️🖥️',
    `Z${'\u0335\u0301'.repeat(60)}algo`,
    '\u202Egnp.exe',
  ]
  const hostile = names.map((name, index) => ({
    ...machineRow(index * 2),
    id: `desk:h${index}`,
    name,
    state: 'configured' as const,
    ports: [22],
  }))
  const shared = ['Caf\u00e9', 'CAFE\u0301'].map((name, index) => ({
    ...machineRow(index * 2),
    id: `desk:s${index}`,
    name,
    state: 'configured' as const,
    nameIsShared: true,
  }))
  return [...hostile, ...shared]
}

export function machineDetail(row: MachineRow): MachineDetail {
  return {
    ...row,
    osVersion: row.os === 'windows' ? 'Windows Server 2022 21H2' : 'Debian 13',
    rules: row.ports.map((port) => ({
      port,
      protocol: 'tcp',
      sources: port === 5986 ? ['10.0.0.0/8', '192.168.4.0/24'] : [],
      maxDuration: 'PT3H',
    })),
    hostKeys: row.ports.includes(22)
      ? [{ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg', pinnedAt: ago(9000) }]
      : [],
    certificates: row.ports.includes(3389)
      ? [{ fingerprint: 'SHA256:9c1f2b7e0d5a4c3b8e6f7a1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c1b', pinnedAt: ago(4000) }]
      : [],
    rulesFrom: { kind: 'site', name: row.site },
    addedAt: ago(40_000),
  }
}
