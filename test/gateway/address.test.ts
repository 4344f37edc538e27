import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddress } from '../../gateway/address.ts'

const taken: [string, string, string][] = [
  ['srv-1', 'name', 'srv-1'],
  ['SRV_1.Example.COM', 'name', 'srv_1.example.com'],
  ['db.example.com.', 'name', 'db.example.com'],
  ['3com.example', 'name', '3com.example'],
  ['10.0.0.1', 'ipv4', '10.0.0.1'],
  ['::1', 'ipv6', '::1'],
  ['FE80::1%eth0', 'ipv6', 'fe80::1%eth0'],
  ['::ffff:10.0.0.1', 'ipv6', '::ffff:10.0.0.1'],
  [`${'a'.repeat(63)}.de`, 'name', `${'a'.repeat(63)}.de`],
]
test.each(taken)('%s is taken as %s', (text, kind, address) => {
  expect(parseAddress(text)).toEqual({ ok: true, kind, address, international: false })
})

const refused: [string, string, string][] = [
  ['F-11', '-oProxyCommand=touch /tmp/x', 'leadingHyphen'],
  ['F-11', 'a.-b', 'leadingHyphen'],
  ['F-12', '$(id)', 'badCharacter'],
  ['F-12', '`id`', 'badCharacter'],
  ['F-12', 'a;b', 'badCharacter'],
  ['F-12', 'a\nb', 'badCharacter'],
  ['F-12', 'a\0b', 'badCharacter'],
  ['F-12', 'a b', 'badCharacter'],
  ['F-12', 'user@host', 'badCharacter'],
  ['F-14', 'fe80::1%eth0;reboot', 'badZone'],
  ['F-14', 'fe80::1%', 'badZone'],
  ['F-14', 'fe80::1%abcdefghijklmnop', 'badZone'],
  ['F-15', 'host:22', 'hasPort'],
  ['F-15', '10.0.0.1:3389', 'hasPort'],
  ['F-15', '[::1]:22', 'hasPort'],
  ['F-15', '127.1', 'badName'],
  ['F-15', '0x7f.0x1', 'badName'],
  ['F-15', '2130706433', 'badName'],
  ['F-15', '010.0.0.1', 'badName'],
  ['F-15', '１２７.0.0.1', 'badName'],
  ['F-17', 'a'.repeat(64), 'labelTooLong'],
  ['F-17', `${'a.'.repeat(127)}a`, 'tooLong'],
  ['F-17', 'x'.repeat(100_000), 'tooLong'],
  ['F-12', '', 'empty'],
  ['F-12', 'a..b', 'badName'],
]
test.each(refused)('%s: the address %j is refused: %s', (_, text, problem) => {
  expect(parseAddress(text)).toEqual({ ok: false, problem })
})

test('F-16: a name that only looks familiar is shown as what it is', () => {
  expect(parseAddress('раypal.com')).toEqual({ ok: true, kind: 'name', address: 'xn--ypal-43d9g.com', international: true })
  expect(parseAddress('xn--ypal-43d9g.com')).toMatchObject({ international: true })
  expect(parseAddress('münchen.example')).toMatchObject({ address: 'xn--mnchen-3ya.example', international: true })
})

test('whatever is taken is harmless on a command line, and is taken again as itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.domain(), fc.ipV4(), fc.ipV6()), (text) => {
      const parsed = parseAddress(text)
      if (!parsed.ok) return
      expect(parsed.address).toMatch(/^[a-z0-9_:][a-zA-Z0-9._:%-]*$/)
      expect(parseAddress(parsed.address)).toMatchObject({ ok: true, kind: parsed.kind, address: parsed.address })
    }),
    { numRuns: 2000 },
  )
})
