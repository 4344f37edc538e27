import { expect, test } from 'vitest'
import { isWithin, wholeRanges } from '../../../renderer/grants/ranges.ts'

test.each([
  ['10.1.2.3', ['10.0.0.0/8'], true],
  ['10.1.0.0/16', ['10.0.0.0/8'], true],
  ['10.0.0.0/8', ['10.1.0.0/16'], false],
  ['192.0.2.1', ['10.0.0.0/8', '192.0.2.0/24'], true],
  ['192.0.3.1', ['10.0.0.0/8', '192.0.2.0/24'], false],
  ['2001:db8::1', ['2001:db8::/32'], true],
  ['2001:db9::1', ['2001:db8::/32'], false],
  ['10.1.2.3', ['2001:db8::/32'], false],
  ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
  ['10.1.2.3', [], true],
  ['10.1.2.3', ['*'], true],
  ['', ['10.0.0.0/8'], true],
  ['corp', ['10.0.0.0/8'], true],
])('%s in %j: %s', (source, allowed, is) => {
  expect(isWithin(source, allowed)).toBe(is)
})

test('a range to be asked for as a whole is more than one address and less than all there are', () => {
  expect(wholeRanges(['10.0.0.0/8', '192.0.2.4', '192.0.2.5/32', '0.0.0.0/0', '*', '2001:db8::/32', '::/0'])).toEqual([
    '10.0.0.0/8',
    '2001:db8::/32',
  ])
})
