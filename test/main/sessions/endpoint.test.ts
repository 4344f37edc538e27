import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPort, parseHost, targetOf, toTarget, writeTarget } from '../../../main/sessions/endpoint.ts'

/** Any code units, also halves of characters. fast-check's own unit for this takes seconds to make. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

const refused = (hosts: string[]) => hosts.filter((host) => parseHost(host) !== undefined)

test('F-11: a host that is an option is refused', () => {
  expect(refused(['-oProxyCommand=touch /tmp/x', '-oProxyCommand=x', '-', '-host', 'a.-b'])).toEqual([])
})

test('F-12: hosts with shell syntax, line breaks or NUL are refused', () => {
  expect(
    refused(['$(id)', '`id`', 'a;b', 'a b', 'a\nb', 'a\0b', 'a\rb', 'a\tb', "a'b", 'a"b', 'a|b', 'a&b', 'a>b', 'user@host', 'a/b', 'a:22']),
  ).toEqual([])
})

test('F-14: a zone is taken only from its allow-list, and only with IPv6', () => {
  expect(parseHost('fe80::1%eth0')).toBe('fe80::1%eth0')
  expect(
    refused(['fe80::1%eth0;reboot', 'fe80::1%', 'fe80::1%averyveryverylongzone', 'fe80::1%a b', '10.0.0.1%eth0', 'fe80::1%eth0%eth1']),
  ).toEqual([])
})

test('F-15: ports are whole numbers from 1 to 65535', () => {
  expect([1, 22, 65_535].every(isPort)).toBe(true)
  expect([0, -1, 65_536, 1.5, Number.NaN, Infinity].some(isPort)).toBe(false)
})

test('F-16: an international name becomes what is really asked of DNS', () => {
  expect(parseHost('раypal.example')).toBe('xn--ypal-43d9g.example')
  expect(parseHost('bücher.example')).toBe('xn--bcher-kva.example')
  expect(refused(['a\u202eb.example', 'a\u200bb', '\u00ad'])).toEqual([])
})

test('F-17: names and labels that are too long are refused', () => {
  expect(parseHost('a'.repeat(63))).toBe('a'.repeat(63))
  expect(refused(['a'.repeat(64), `${'a.'.repeat(127)}a`, 'a..b', '.a', ''])).toEqual([])
})

test('whatever is taken is an IP address or letters, digits, hyphens and dots', () => {
  const near = fc.string({ unit: fc.constantFrom('a', '-', '.', '1', ':', '%', '$', ' ', '\n', 'ü', '\u3002', '@') })
  fc.assert(
    fc.property(fc.oneof(near, anyText, fc.domain(), fc.ipV6()), (text) => {
      const host = parseHost(text)
      if (host === undefined) return true
      const isSafe = isIP(host) !== 0 || /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(host)
      return isSafe && parseHost(host) === host
    }),
    { numRuns: 3000 },
  )
})

test('an endpoint that a provider must not answer is a bad answer, and a missing one a failed gate', () => {
  expect(() => toTarget({ address: '-oX', connectPort: 22 }, 'desk')).toThrow(
    expect.objectContaining({ failure: { tag: 'badAnswer', provider: 'desk' } }),
  )
  expect(() => toTarget({ address: 'a', connectPort: 0 }, 'desk')).toThrow(
    expect.objectContaining({ failure: { tag: 'badAnswer', provider: 'desk' } }),
  )
  const grant = {
    grantId: 'desk:g1',
    machineId: 'desk:m1',
    machineName: '',
    requestedBy: '',
    state: 'open' as const,
    ports: [22],
    source: '',
    reason: '',
    requestedAt: '2026-01-01T00:00:00Z',
    endpoints: [{ port: 22, address: '127.0.0.1', connectPort: 4000 }],
  }
  expect(targetOf(grant, 22)).toEqual({ address: '127.0.0.1', port: 4000 })
  expect(() => targetOf(grant, 3389)).toThrow('gateFailed')
})

test('an IPv6 target is written with brackets', () => {
  expect(writeTarget({ address: '::1', port: 22 })).toBe('[::1]:22')
  expect(writeTarget({ address: 'web-1', port: 22 })).toBe('web-1:22')
})
