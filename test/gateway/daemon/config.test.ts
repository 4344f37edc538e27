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
