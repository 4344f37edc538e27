import { describe, expect, test } from 'vitest'
import { failureOf, readFile } from './reading.ts'

const dpapi = 'AQAAANCMnd8BFdERjHoAwE/Cl+sBAAAA'

/** As RDCMan 2.7 to 2.9 write it (schema 3). */
const newer = `<?xml version="1.0" encoding="utf-8"?>
<RDCMan programVersion="2.90" schemaVersion="3">
  <file>
    <credentialsProfiles>
      <credentialsProfile inherit="None"><profileName scope="Local">ops</profileName><userName>ops</userName><password>${dpapi}</password></credentialsProfile>
    </credentialsProfiles>
    <properties><expanded>True</expanded><name>customers</name></properties>
    <smartGroup><properties><expanded>False</expanded><name>all</name></properties><ruleGroup operator="All"><rule><property>DisplayName</property><value>x</value></rule></ruleGroup></smartGroup>
    <group>
      <properties><expanded>True</expanded><name>Nord</name></properties>
      <connectionSettings inherit="None"><connectToConsole>True</connectToConsole><startProgram /><workingDir /><port>3391</port><loadBalanceInfo /></connectionSettings>
      <group>
        <properties><name>Server</name></properties>
        <server>
          <properties><displayName>Domain controller</displayName><name>dc.nord.example</name><comment>hostName</comment></properties>
          <logonCredentials inherit="None"><profileName scope="Local">Custom</profileName><userName>admin</userName><password>${dpapi}</password><domain>NORD</domain></logonCredentials>
          <connectionSettings inherit="None"><port>9933</port></connectionSettings>
          <gatewaySettings inherit="None"><enabled>True</enabled><hostName>gw.example</hostName><userName>g</userName><password /></gatewaySettings>
        </server>
      </group>
      <server><properties><name>ws-1.nord.example</name></properties></server>
    </group>
    <server><properties><name>bad host</name></properties></server>
  </file>
  <connected />
  <favorites><server>Nord\\ws-1.nord.example</server></favorites>
  <recentlyUsed><server>Nord\\ws-1.nord.example</server></recentlyUsed>
</RDCMan>`

/** As RDCMan 2.2 writes it (schema 1). */
const older = `<?xml version="1.0" encoding="utf-8"?>
<RDCMan schemaVersion="1">
  <version>2.2</version>
  <file>
    <properties><name>old</name><expanded>True</expanded><comment /><logonCredentials inherit="FromParent" /></properties>
    <group>
      <properties><name>Lab</name><expanded>True</expanded></properties>
      <server>
        <name>srv1.example</name>
        <displayName>First</displayName>
        <comment />
        <logonCredentials inherit="None"><userName>me</userName><password storeAsClearText="True">Sommer2024!</password></logonCredentials>
        <connectionSettings inherit="FromParent" />
      </server>
    </group>
  </file>
</RDCMan>`

describe('RDCMan', () => {
  test('F-38: of schema 3 only names, addresses, ports and groups are taken', () => {
    const reading = readFile('customers.rdg', newer)
    expect(reading).toMatchObject({
      format: 'rdcman',
      secrets: 2,
      machines: [
        { name: 'Domain controller', address: 'dc.nord.example', os: 'windows', way: 'rdp', port: 9933, groups: ['Nord', 'Server'] },
        { name: 'ws-1.nord.example', address: 'ws-1.nord.example', port: 3391, groups: ['Nord'] },
      ],
      leftOut: [{ text: 'bad host', why: 'badAddress' }],
    })
    expect(reading.machines[0]).not.toHaveProperty('user')
    expect(JSON.stringify(reading)).not.toMatch(/AQAAAN|NORD|gw\.example/)
  })

  test('F-38: of schema 1, too, and of both in one file', () => {
    expect(readFile('old.rdg', older)).toMatchObject({
      secrets: 1,
      machines: [{ name: 'First', address: 'srv1.example', groups: ['Lab'], line: 8 }],
    })
    const mixed = newer.replace('<connected />', '').replace('</file>', `${/<group>[\s\S]*<\/group>/.exec(older)?.[0] ?? ''}</file>`)
    expect(readFile('mixed.rdg', mixed).machines.map(({ name }) => name)).toEqual(['Domain controller', 'ws-1.nord.example', 'First'])
    expect(JSON.stringify(readFile('old.rdg', older))).not.toContain('Sommer2024')
  })
})

const rdp = (...lines: string[]) => lines.join('\r\n')

describe('an .rdp file', () => {
  test('F-24: gives its address, port and name; what it redirects, starts or leads through is listed and left', () => {
    const reading = readFile(
      'Buchhaltung.rdp',
      rdp(
        'screen mode id:i:2',
        'full address:s:ts.example:3390',
        'drivestoredirect:s:*',
        'alternate shell:s:calc.exe',
        'remoteapplicationprogram:s:||evil',
        'gatewayhostname:s:gw.evil.example',
        'redirectclipboard:i:1',
        'password 51:b:01000000D08C9DDF',
        'username:s:NORD\\me',
      ),
    )
    expect(reading).toMatchObject({
      format: 'rdpFile',
      secrets: 1,
      machines: [{ name: 'Buchhaltung', address: 'ts.example', way: 'rdp', port: 3390, line: 2 }],
      leftOut: [],
    })
    expect(reading.dropped.map(({ what }) => what)).toEqual([
      'drivestoredirect',
      'alternate shell',
      'remoteapplicationprogram',
      'gatewayhostname',
      'redirectclipboard',
      'username',
    ])
    expect(JSON.stringify(reading)).not.toMatch(/calc|evil\.example|01000000/)
  })

  test.each([
    ['UTF-16LE with its mark', Buffer.from(`\ufeff${rdp('full address:s:a.example', 'server port:i:3391')}`, 'utf16le')],
    ['UTF-16LE without one', Buffer.from(rdp('full address:s:a.example', 'server port:i:3391'), 'utf16le')],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${rdp('full address:s:a.example', 'server port:i:3391')}`)],
    ['line ends of an old Mac', Buffer.from('full address:s:a.example\rserver port:i:3391\r')],
  ])('F-25: is read in %s', (_what, bytes) => {
    expect(readFile('a.rdp', bytes)).toMatchObject({ machines: [{ name: 'a', address: 'a.example', port: 3391 }] })
  })

  test('F-25: a second address is told, and the first one holds', () => {
    expect(readFile('a.rdp', rdp('full address:s:first.example', 'full address:s:second.example'))).toMatchObject({
      machines: [{ address: 'first.example' }],
      leftOut: [{ line: 2, why: 'twice' }],
    })
  })

  test('F-25: a line of a megabyte is refused', () => {
    const failure = failureOf(() => readFile('a.rdp', rdp('full address:s:a.example', `x:s:${'y'.repeat(1_000_000)}`)))
    expect(failure).toMatchObject({ tag: 'badFile', line: 2, problem: 'longLine' })
  })

  test.each(['host:3389:evil', '[::1:3389', 'a b', '-oProxyCommand=x', 'host:0', 'host:99999', 'ho$(x)st'])(
    'F-26: the address %j is refused',
    (address) => {
      expect(readFile('a.rdp', `full address:s:${address}`).machines).toEqual([])
      expect(readFile('a.rdp', `full address:s:${address}`).leftOut).toMatchObject([{ line: 1 }])
    },
  )

  test('an IPv6 address has its port behind brackets', () => {
    expect(readFile('a.rdp', 'full address:s:[fe80::1]:3390').machines).toMatchObject([{ address: 'fe80::1', port: 3390 }])
  })
})
