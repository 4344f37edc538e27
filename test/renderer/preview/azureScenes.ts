/** The preview's answers for Azure: two tenants beside the desk, sign-ins in each of their states, and what a policy change would send. */
import type { AzureDiagnosis, AzurePolicyPreview, AzureSignIn, AzureTenant, Grant, MachineRow } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { machineDetail, machineRow } from './inventory.ts'

const minuteMs = 60_000
const at = (ms: number) => new Date(Date.now() + ms).toISOString()
const contoso = 'az0f3c5a7e9b1d2c'
const unsupported = ['noNetworkSecurityGroup', 'firewallManager', 'notLicensed', 'classicDeployment', 'disabledByPolicy'] as const

const tenants: AzureTenant[] = [
  {
    id: contoso,
    name: 'Contoso',
    tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47',
    cloud: 'public',
    account: 'anna.schmidt@contoso.example',
    state: 'connected',
    subscriptions: 14,
    notLicensed: ['Lab Bern', 'Sandbox 3', 'Sandbox 4', 'Training'],
  },
  {
    id: 'az1111111111111a',
    name: 'Fabrikam Public Sector',
    tenantId: '0d9b2c1a-1111-4f4f-8888-2d7cd011db47',
    cloud: 'usGovernment',
    account: 'a.schmidt@fabrikam.example',
    state: 'signInNeeded',
    subscriptions: 10_000,
    notLicensed: [],
    tooManySubscriptions: true,
  },
]

/** Every other machine is a virtual machine of Contoso, behind a security group or a firewall. */
export function azureRows(count: number): MachineRow[] {
  return Array.from({ length: count }, (_, index) => {
    const row = machineRow(index)
    if (index % 3 === 0) return row
    const { unsupportedReason: _reason, ownGrant: _grant, agentVersion: _agent, ...rest } = row
    return {
      ...rest,
      id: `${contoso}:vm${String(index).padStart(20, '0')}`,
      name: row.name.replace('-', '-vm-'),
      site: ['rg-production', 'rg-web', 'rg-lab'][index % 3] ?? '',
      provider: { id: contoso, name: 'Contoso' },
      gate: index % 4 === 1 ? 'firewall' : 'networkSecurityGroup',
      ...(row.state === 'unsupported' ? { unsupportedReason: unsupported[index % unsupported.length] ?? 'notLicensed' } : {}),
    }
  })
}

const signIns: Record<string, AzureSignIn> = {
  browser: { kind: 'browser', url: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=04b07795' },
  code: {
    kind: 'deviceCode',
    userCode: 'HX7KQ2R4M',
    verificationUri: 'https://microsoft.com/devicelogin',
    expiresAt: at(14.6 * minuteMs),
  },
  choose: {
    kind: 'chooseTenant',
    account: 'anna.schmidt@contoso.example',
    tenants: [
      ['Contoso', 'contoso.onmicrosoft.com', true],
      ['Fabrikam', 'fabrikam.onmicrosoft.com', false],
      ['Northwind Traders International Holding', 'northwind.example', false],
      ['Tailspin Toys', 'tailspintoys.onmicrosoft.com', false],
      ['', '0b1c2d3e-0000-4000-8000-00000000000a', false],
      ['שרת', 'wingtip.example', false],
      ['Woodgrove Bank', 'woodgrove.example', false],
    ].map(([name, domain, isSignedIn], index) => ({
      tenantId: `0b1c2d3e-0000-4000-8000-00000000000${index}`,
      name: String(name),
      domain: String(domain),
      isSignedIn: isSignedIn === true,
    })),
  },
  failed: { kind: 'failed', failure: { tag: 'offline', provider: 'public', why: 'captivePortal' } },
}

const jit = 'Microsoft.Security/locations/jitNetworkAccessPolicies'
const role = JSON.stringify(
  {
    Name: 'Gatehouse JIT technician',
    IsCustom: true,
    Description: 'Asks for just-in-time access to virtual machines with Gatehouse.',
    Actions: [
      `${jit}/read`,
      `${jit}/initiate/action`,
      'Microsoft.Compute/virtualMachines/read',
      'Microsoft.Network/publicIPAddresses/read',
    ],
    NotActions: [],
    AssignableScopes: ['/subscriptions/11111111-1111-4111-8111-111111111111'],
  },
  null,
  2,
)
const subscription = (index: number, more: Partial<AzureDiagnosis['subscriptions'][number]>) => ({
  subscriptionId: `${index}1111111-1111-4111-8111-111111111111`,
  name: `Production ${index}`,
  licensed: true,
  missing: [],
  ...more,
})
const diagnosis: AzureDiagnosis = {
  subscriptions: [
    subscription(1, {
      name: 'Production',
      missing: [
        { purpose: 'request', actions: [`${jit}/initiate/action`, 'Microsoft.Network/publicIPAddresses/read'] },
        { purpose: 'readActivity', actions: ['Microsoft.Insights/eventtypes/values/Read'] },
      ],
    }),
    subscription(2, { name: 'Lab Bern', licensed: false }),
    subscription(3, { name: 'Shared services', failure: { tag: 'offline', provider: contoso, why: 'busy' } }),
    ...[4, 5, 6].map((index) => subscription(index, {})),
  ],
  role,
}

const vm = (name: string, ports: readonly number[]) => ({
  id: `/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/${name}`,
  ports: ports.map((number) => ({ number, protocol: 'TCP', allowedSourceAddressPrefix: '*', maxRequestAccessDuration: 'PT3H' })),
})
const policyJson = (vms: readonly object[]) =>
  JSON.stringify({ kind: 'Basic', properties: { virtualMachines: vms, requests: [] } }, null, 2)

function preview(machines: readonly { machineId: string; name: string }[], isOff: boolean): AzurePolicyPreview {
  const [first, ...more] = machines
  const others = ['vm-db-ham-002', 'vm-web-ber-009'].map((name) => vm(name, [22, 3389]))
  const old = vm('vm-print-vie-001', [22])
  return {
    policies: [
      {
        policyId: 'p1',
        name: 'default',
        resourceGroup: 'rg-web',
        location: 'westeurope',
        isNew: false,
        isRemoved: false,
        machines: machines.slice(0, 5),
        others: 2,
        before: policyJson(isOff ? [...others, old] : others),
        after: policyJson(isOff ? others : [...others, ...machines.slice(0, 5).map(({ name }) => vm(name, [22]))]),
      },
    ],
    refused:
      more.length > 1 && first
        ? [{ machineId: first.machineId, failure: { tag: 'notAllowed', part: 'permission', allowed: `${jit}/write` } }]
        : [],
  }
}

function grants(rows: readonly MachineRow[]): Grant[] {
  const own = rows.filter(({ id, state }) => id.startsWith(contoso) && state === 'configured')
  const grant = (index: number, more: Partial<Grant>): Grant => ({
    grantId: `${contoso}:g${index}`,
    machineId: own[index]?.id ?? '',
    machineName: own[index]?.name ?? '',
    requestedBy: 'anna.schmidt@contoso.example',
    state: 'open',
    ports: [22],
    source: '198.51.100.7',
    reason: '',
    duration: 'PT3H',
    requestedAt: at(-30 * minuteMs),
    openedAt: at(-29 * minuteMs),
    endpoints: [{ port: 22, address: '20.61.4.9', connectPort: 22 }],
    noRelease: true,
    leavesSessions: true,
    ...more,
  })
  const lasting = (minutes: number) => ({
    endsAt: at(minutes * minuteMs),
    remainingMs: minutes * minuteMs,
    extendableUntil: at((minutes + 60) * minuteMs),
  })
  return [
    grant(0, { ...lasting(94), reason: 'Ticket 4711: the disk of the file server is full' }),
    grant(1, { ...lasting(170), ports: [3389], sourceDoubt: 'proxy', source: '203.0.113.80' }),
    grant(2, { ...lasting(178), sourceDoubt: 'notReached' }),
    grant(3, { ...lasting(180), state: 'opening' }),
    grant(4, { state: 'closed', closeReason: 'expired', closedAt: at(-4 * minuteMs) }),
  ]
}

export function azureHandlers(name: string, rows: readonly MachineRow[]): Handlers {
  const [scene, state = 'browser'] = name.split('-')
  const isHere = scene === 'azure'
  const nameOf = (machineId: string) => rows.find(({ id }) => id === machineId)?.name ?? machineId
  return {
    'azure.tenants': () => ({ tenants: isHere ? tenants : [] }),
    'azure.beginSignIn': () => ({ signInId: 's1' }),
    'azure.signIn': () => signIns[state] ?? { kind: 'browser' },
    'azure.chooseTenant': () => ({}),
    'azure.cancelSignIn': () => ({}),
    'azure.signOut': () => ({}),
    'azure.diagnose': () => (state === 'fine' ? { ...diagnosis, subscriptions: diagnosis.subscriptions.slice(3) } : diagnosis),
    'azure.previewPolicies': ({ machineIds, rules }) =>
      preview(
        machineIds.map((machineId) => ({ machineId, name: nameOf(machineId) })),
        rules.length === 0,
      ),
    ...(isHere && {
      'grants.list': () => ({ grants: grants(rows) }),
      'grants.options': ({ machineIds }) => ({
        machines: machineIds.map((machineId, index) => ({
          machineId,
          name: nameOf(machineId),
          ports: [22, 3389].map((port) => ({ port, maxDurationMs: 180 * minuteMs, sources: ['198.51.100.0/24'], protocol: 'tcp' })),
          ...(index === 0 && { openFor: [{ requestedBy: 'Kim Larsen', port: 22, source: '192.0.2.14', endsAt: at(48 * minuteMs) }] }),
        })),
        myAddress: '203.0.113.80',
        servesOtherSources: true,
      }),
      'machines.get': ({ machineId }) => {
        const row = rows.find(({ id }) => id === machineId)
        if (!row) return { failure: { tag: 'notFound', what: 'machine' } }
        const { rulesFrom: _levels, ...detail } = machineDetail(row)
        return detail
      },
    }),
  }
}
