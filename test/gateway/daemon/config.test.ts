import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, readPlace } from '../../../gateway/daemon/config.ts'

const least = ['address: gate.example.org:8443', 'relay: { address: 192.0.2.7 }', 'dataFolder: /var/lib/gatehouse']

function faults(lines: string[]): readonly string[] {
  try {
    parseConfig(lines.join('\n'), 'gatehouse.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
  return []
}

describe('the configuration', () => {
  test('needs three settings; everything else has a default', () => {
    expect(parseConfig(least.join('\n'), 'gatehouse.yaml')).toEqual({
      name: 'Gatehouse',
      address: 'gate.example.org:8443',
      listen: { address: '::' },
      relay: { address: '192.0.2.7' },
      dataFolder: '/var/lib/gatehouse',
      log: { level: 'info' },
      administrator: 'Administrator',
    })
  })

  test.each<[string, string[], string]>([
    ['a setting that there is not', [...least, 'adress: x'], 'gatehouse.yaml:4: the file: there is no setting "adress"'],
    ['a port out of range', [...least, '', 'metrics:', '  port: 70000'], 'gatehouse.yaml:6: metrics.port: Too big'],
    [
      'an address without a port',
      ['# ours', 'address: gate.example.org', ...least.slice(1)],
      'gatehouse.yaml:2: address: expected "host:port"',
    ],
    [
      'a name where an address has to be',
      [least[0] ?? '', 'relay:', '  address: gate', least[2] ?? ''],
      'gatehouse.yaml:3: relay.address: expected an IP address',
    ],
    ['a setting twice', [...least, 'dataFolder: /tmp'], 'gatehouse.yaml:4: Map keys must be unique'],
    ['what is no YAML', [...least, 'tls: [unclosed'], 'gatehouse.yaml:4:'],
    ['a setting that is missing', least.slice(0, 2), 'gatehouse.yaml:1: dataFolder: '],
    ['an empty file', [], 'gatehouse.yaml:1: address: '],
    ['half of a certificate', [...least, 'tls:', '  key: key.pem'], 'gatehouse.yaml:5: tls.certificate: '],
    [
      'aliases, which could make a small file large',
      [...least.slice(0, 2), 'dataFolder: &a /x', 'name: *a'],
      'gatehouse.yaml:4: aliases are not taken',
    ],
  ])('%s is told with its line', (_what, lines, told) => {
    expect(faults(lines).join('\n')).toContain(told)
  })

  const withStore = (...lines: string[]) => [...least, 'store:', '  postgres:', ...lines.map((line) => `    ${line}`)]

  test('may name a PostgreSQL database, of which all but the server has a default', () => {
    expect(parseConfig(withStore('host: db.example.org').join('\n'), 'gatehouse.yaml').store).toEqual({
      postgres: { host: 'db.example.org', port: 5432, database: 'gatehouse', user: 'gatehouse' },
    })
  })

  test.each([
    ['a server on this computer without TLS', ['host: 127.0.0.1', 'tls: false']],
    ['a Unix socket', ['host: /run/postgresql']],
    ['a Unix socket, which has no TLS', ['host: /run/postgresql', 'tls: false']],
    ['an authority of one’s own', ['host: 2001:db8::1', 'tls: { ca: /etc/gatehouse/ca.pem }']],
  ])('takes as its store %s', (_what, lines) => {
    expect(faults(withStore(...lines))).toEqual([])
  })

  test.each<[string, string[], string]>([
    ['a store without a server', ['port: 5432'], 'gatehouse.yaml:6: store.postgres.host: '],
    [
      'a password in the configuration',
      ['host: db', 'password: secret'],
      'gatehouse.yaml:7: store.postgres: there is no setting "password"',
    ],
    [
      'a server elsewhere without TLS',
      ['host: db', 'tls: false'],
      'gatehouse.yaml:7: store.postgres.tls: only for a server on this computer',
    ],
    ['TLS on a Unix socket', ['host: /run/postgresql', 'tls: {}'], 'gatehouse.yaml:7: store.postgres.tls: a Unix socket has no TLS'],
    [
      'TLS that trusts everybody',
      ['host: db', 'tls: { verify: false }'],
      'gatehouse.yaml:7: store.postgres.tls: there is no setting "verify"',
    ],
    ['a server with a name that is none', ['host: "db;x"'], 'gatehouse.yaml:6: store.postgres.host: expected a name'],
    ['a port out of range', ['host: db', 'port: 0'], 'gatehouse.yaml:7: store.postgres.port: Too small'],
  ])('%s is told with its line', (_what, lines, told) => {
    expect(faults(withStore(...lines)).join('\n')).toContain(told)
    expect(faults(withStore(...lines)).join('\n')).not.toContain('secret')
  })

  test('a gate that only one gateway has is not for a store that several share', () => {
    expect(faults([...withStore('host: db'), 'nftables: { networks: [10.0.0.0/8] }'])).toEqual([
      'gatehouse.yaml:7: nftables: not with a store that gateways share: only the one that forwards to a network can open it',
    ])
  })

  test('load balancers are addresses or ranges', () => {
    expect(faults([...least, 'listen: { behind: [192.0.2.1, 10.0.0.0/8] }'])).toEqual([])
    expect(faults([...least, 'listen: { behind: [balancer] }'])).toEqual([
      'gatehouse.yaml:4: listen.behind.0: expected an IP address or a CIDR range',
    ])
  })

  test('all that is wrong is told at once', () => {
    expect(faults(['address: x', 'relay: 7', 'dataFolder: ""'])).toHaveLength(3)
  })
})

test.each([
  ['gate.example.org:8443', { host: 'gate.example.org', port: 8443 }],
  ['192.0.2.7:1', { host: '192.0.2.7', port: 1 }],
  ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
  ['[gate]:443', undefined],
  ['2001:db8::1:443', undefined],
  ['gate:0', undefined],
  ['gate:65536', undefined],
  ['gate:443/path', undefined],
  ['user@gate:443', undefined],
])('%s is where %j', (text, place) => {
  expect(readPlace(text)).toEqual(place)
})
