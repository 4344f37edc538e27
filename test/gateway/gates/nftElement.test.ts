import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { expect, test } from 'vitest'
import { commentFor, keyOf, readElements, wayTo } from '../../../gateway/gates/nftElement.ts'
import { firstSets, ownerComment, rulesetText } from '../../../gateway/gates/nftRuleset.ts'

test.each([
  ['192.0.2.7', '10.0.0.5', 22, 'from4_32 192.0.2.7 . 10.0.0.5 . 22'],
  ['192.0.2.7/24', '10.0.0.5', 22, 'from4_24 192.0.2.0 . 10.0.0.5 . 22'],
  ['0.0.0.0/0', '10.0.0.5', 22, 'from4_0 0.0.0.0 . 10.0.0.5 . 22'],
  // An IPv4 client that arrives mapped into IPv6 is the IPv4 client.
  ['::ffff:192.0.2.7', '10.0.0.5', 3389, 'from4_32 192.0.2.7 . 10.0.0.5 . 3389'],
  ['2001:DB8:0:0::1', '2001:db8:1::5', 22, 'from6_128 2001:db8::1 . 2001:db8:1::5 . 22'],
  ['2001:db8:0:1::/64', '2001:db8:1::5', 22, 'from6_64 2001:db8:0:1:: . 2001:db8:1::5 . 22'],
  ['192.0.2.7', '2001:db8::5', 22, undefined],
  ['192.0.2.7', 'machine.example', 22, undefined],
  ['192.0.2.7; flush ruleset', '10.0.0.5', 22, undefined],
  ['fe80::1%eth0', 'fe80::2', 22, undefined],
])('from %s to %s port %i', (source, address, port, expected) => {
  const way = wayTo(source, address, port)
  expect(way && keyOf(way)).toBe(expected)
})

const anySource = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => ({ source: `${address}/${bits}`, address: '10.0.0.5' })),
  fc
    .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    .filter(([address]) => !ipaddr.IPv6.parse(address).isIPv4MappedAddress())
    .map(([address, bits]) => ({ source: `${address}/${bits}`, address: 'fd00::5' })),
)

/** As nft may write it: some versions spell IPv6 differently. */
function spelled(address: string): string {
  return address.includes(':') ? ipaddr.parse(address).toNormalizedString().toUpperCase() : address
}

test('an element read back from nft is the way that was written, however nft spells its addresses', () => {
  fc.assert(
    fc.property(anySource, fc.integer({ min: 1, max: 65_535 }), fc.array(fc.uuid(), { minLength: 1, maxLength: 6 }), (to, port, ids) => {
      const way = wayTo(to.source, to.address, port)
      if (way === undefined) throw new Error('no way')
      const [from = '', at = ''] = way.element.split(' . ')
      const comment = commentFor(ids)
      // The kernel keeps 128 bytes, the last of them zero.
      expect(Buffer.byteLength(comment)).toBeLessThan(128)
      const elem = [{ elem: { val: { concat: [spelled(from), spelled(at), port] }, timeout: 60, expires: 59, comment } }]
      const output = JSON.stringify({ nftables: [{ metainfo: {} }, { table: {} }, { set: { name: way.set, elem } }] })
      expect(readElements(output)).toEqual([{ way, grantIds: ids.slice(0, 3), expiresInMs: 59_000 }])
    }),
  )
})

test('an element without our comment, and one that never ends, are told as they are; other sets are not looked at', () => {
  const val = { concat: ['192.0.2.7', '10.0.0.5', 22] }
  const sets = [
    { name: 'from4_32', elem: [val, { elem: { val, comment: 'by hand' } }, { elem: { val, comment: 'grants' } }] },
    { name: 'networks4', elem: [{ prefix: { addr: '10.0.0.0', len: 8 } }] },
    { name: 'from6_128' },
  ]
  const found = readElements(JSON.stringify({ nftables: sets.map((set) => ({ set })) }))
  expect(found.map(({ grantIds, expiresInMs }) => [grantIds, expiresInMs])).toEqual(found.map(() => [undefined, undefined]))
  expect(found).toHaveLength(3)
})

test('each prefix length is looked up by its own mask', () => {
  for (let bits = 0; bits < 32; bits += 1) {
    const mask = ipaddr.IPv4.subnetMaskFromPrefixLength(bits).toString()
    expect(rulesetText('g', [], [`from4_${bits}`])).toContain(`ip saddr & ${mask} . ip daddr . tcp dport @from4_${bits} accept`)
  }
  for (let bits = 0; bits < 128; bits += 1) {
    const [, mask = ''] = / admit ip6 saddr & ([0-9a-f:]+) /.exec(rulesetText('g', [], [`from6_${bits}`])) ?? []
    expect(ipaddr.IPv6.parse(mask).prefixLengthFromSubnetMask()).toBe(bits)
  }
})

test('the rules are one line, name their owner, and guard networks of both families', () => {
  const text = rulesetText('b0e7', ['10.0.0.0/8', '192.0.2.7', 'fd00::/8'], firstSets)
  expect(text).not.toContain('\n')
  expect(text).toContain(`comment "${ownerComment('b0e7')}"`)
  expect(text).toContain('add element inet gatehouse networks4 { 10.0.0.0/8, 192.0.2.7/32 }')
  expect(text).toContain('add element inet gatehouse networks6 { fd00::/8 }')
})
