/**
 * What reading a file for import costs, each format as its program writes it, with twenty thousand machines in it; in the thread that reads, from its
 * start to the last machine on this side. Beside it in the same run: JSON.parse of the same machines, which is the least that a file of them costs.
 * And what a gateway takes to add them, durable and audited, in one change.
 */
import { randomUUID } from 'node:crypto'
import { createImportReader } from '../../main/platform/importThread.ts'
import type { Reading } from '../../main/machines/import/reading.ts'
import { openBench } from '../gateway/gatewayFixture.ts'
import type { Measure } from './relay.bench.ts'
import { median } from './quantiles.ts'

const machines = 20_000
const rounds = 5
const wantedPerS = 20_000

const address = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`
const each = (write: (at: number) => string): string => Array.from({ length: machines }, (_, at) => write(at)).join('\n')

/** What mRemoteNG writes of a connection besides what is taken: 2.8 kB of it. */
const mremotengRest = [
  'Descr="" Icon="mRemoteNG" Panel="General" Domain="" PuttySession="Default Settings" ConnectToConsole="False" UseCredSsp="True" RenderingEngine="IE"',
  'ICAEncryptionStrength="EncrBasic" RDPAuthenticationLevel="NoAuth" LoadBalanceInfo="" Colors="Colors16Bit" Resolution="FitToWindow" PreExtApp=""',
  ...['Wallpaper', 'Themes', 'Smoothing', 'Composition', 'Bitmaps', 'Drives', 'Ports', 'Printers', 'Cards', 'Keys', 'Console', 'Sound'].map(
    (name) => `Display${name}="False" Redirect${name}="False" VNC${name}="ColNormal" RDGateway${name}="Never" UserField${name}=""`,
  ),
  ...[
    'Bitmaps',
    'Colors',
    'Description',
    'Themes',
    'Wallpaper',
    'Smoothing',
    'Composition',
    'Domain',
    'Icon',
    'Panel',
    'Password',
    'Port',
  ].map((name) => `Inherit${name}="False" InheritRedirect${name}="False" InheritVNC${name}="False" InheritRDGateway${name}="False"`),
].join(' ')

const files: Record<string, string> = {
  openssh: each((at) => `Host srv${at}\n  HostName ${address(at)}\n  Port 2222\n  User deploy\n  IdentityFile ~/.ssh/id\n`),
  mremoteng: `<?xml version="1.0" encoding="utf-8"?>\n<Connections Name="Connections" FullFileEncryption="False" ConfVersion="2.6">\n${each(
    (at) =>
      `<Node Name="srv${at}" Type="Connection" Username="deploy" Password="aGVsbG8=" Hostname="${address(at)}" Protocol="SSH2" Port="22" ${mremotengRest} />`,
  )}</Connections>`,
  rdcman: `<RDCMan programVersion="2.7" schemaVersion="3"><file><properties><name>f</name></properties>\n${each(
    (at) =>
      `<server><properties><displayName>srv${at}</displayName><name>${address(at)}</name></properties><logonCredentials inherit="None"><userName>a</userName><password>eA==</password></logonCredentials><connectionSettings inherit="None"><port>3390</port></connectionSettings></server>`,
  )}</file></RDCMan>`,
  csv: `Name;Address;Port;User;Site\n${each((at) => `srv${at};${address(at)};22;root;"Berlin; Nord"`)}`,
  'ansible-ini': `[web]\n${each((at) => `srv${at} ansible_host=${address(at)} ansible_port=2222 ansible_user=deploy`)}`,
  'ansible-yaml': `all:\n  children:\n    web:\n      hosts:\n${each(
    (at) => `        srv${at}:\n          ansible_host: ${address(at)}\n          ansible_port: 2222\n          ansible_user: deploy`,
  )}`,
}

export async function run(): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const [format, text] of Object.entries(files)) {
    const bytes = Buffer.from(text)
    const tookMs: number[] = []
    const floorMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const read = createImportReader()
      let reading: Reading | undefined
      tookMs.push(await timeOf(async () => (reading = await read({ home: '/nowhere', file: { name: 'x', bytes } }))))
      if (reading?.machines.length !== machines) throw new Error(`${format}: ${reading?.machines.length} machines`)
      const json = JSON.stringify(reading.machines)
      floorMs.push(await timeOf(() => Promise.resolve(JSON.parse(json))))
    }
    const perS = machines / (median(tookMs) / 1000)
    const size = `${(bytes.length / 1e6).toFixed(1)} MB`
    measures.push(
      { measure: `import-${format}`, value: perS, unit: 'entries/s', against: `20,000 a second (${size})`, ratio: perS / wantedPerS },
      {
        measure: `import-${format}-floor`,
        value: median(tookMs),
        unit: 'ms',
        against: 'JSON.parse of the same machines',
        ratio: median(tookMs) / median(floorMs),
      },
    )
  }
  return [...measures, await added()]
}

async function added(): Promise<Measure> {
  const bench = await openBench()
  try {
    const tookMs: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const list = Array.from({ length: machines }, (_, at) => ({
        name: `${randomUUID().slice(0, 8)}-${at}`,
        address: address(at),
        os: 'linux' as const,
        site: 'Berlin',
        tags: ['web'],
        rules: 'defaults' as const,
      }))
      tookMs.push(
        await timeOf(async () => {
          const { status } = await bench.ask('POST', '/v1/machines', { machines: list })
          if (status !== 201) throw new Error(`the gateway answered ${status}`)
        }),
      )
    }
    const perS = machines / (median(tookMs) / 1000)
    return {
      measure: 'import-added',
      value: perS,
      unit: 'machines/s',
      against: '20,000 a second, durable and audited',
      ratio: perS / wantedPerS,
    }
  } finally {
    await bench.close()
  }
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}
