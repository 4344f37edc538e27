import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkRequest, defaultRules, faultInRules, longestWindow, supportOf } from '../../gateway/policy.ts'
import { admits, isInside, parseRange } from '../../gateway/source.ts'
import { tcpRule } from './tcpRule.ts'

test('POL-1: the defaults are RDP for Windows and SSH for the rest, three hours, from anywhere', () => {
  expect(defaultRules({ os: 'windows' })).toEqual([tcpRule(3389)])
  expect(defaultRules({ os: 'linux' })).toEqual([tcpRule(22)])
  expect(defaultRules({ os: 'other', sshPort: 2222 })).toEqual([tcpRule(2222)])
  expect(defaultRules({ os: 'windows', sshPort: 2222, rdpPort: 3390 })).toEqual([tcpRule(3390)])
})

test('the longest window for ports together is the shortest of theirs, and there is none where a port has no rule', () => {
  const rules = [
    tcpRule(22, 'PT2H'),
    tcpRule(80, 'PT1H'),
    { ...tcpRule(53), protocol: 'udp' as const },
    { ...tcpRule(7), protocol: 'any' as const },
  ]
  expect(longestWindow(rules, [22])).toBe(7_200_000)
  expect(longestWindow(rules, [22, 80])).toBe(3_600_000)
  expect(longestWindow(rules, [7])).toBe(10_800_000)
  expect(longestWindow(rules, [22, 443])).toBe(0)
  expect(longestWindow(rules, [53])).toBe(0)
  expect(longestWindow(rules, [])).toBe(0)
})

test('a request for no port at all is allowed by no rule', () => {
  expect(checkRequest([tcpRule(22)], { ports: [], durationMs: 1000, source: '127.0.0.1' })).toEqual({
    allowed: false,
    part: 'duration',
    allows: 'PT0S',
  })
})

test('a rule whose window cannot be read allows nothing', () => {
  expect(longestWindow([tcpRule(22, 'soon')], [22])).toBe(0)
  expect(checkRequest([tcpRule(22, 'soon')], { ports: [22], durationMs: 1000, source: '127.0.0.1' })).toMatchObject({ part: 'duration' })
})

const support: [Parameters<typeof supportOf>[0], Parameters<typeof supportOf>[1], string | undefined][] = [
  ['windows', {}, undefined],
  ['windows', { domainController: true }, 'domainController'],
  ['windows', { multiSession: true }, 'multiSession'],
  ['windows', { cloudPc: true }, 'cloudPc'],
  ['windows', { bits: 32 }, 'tooOld'],
  ['windows', { osVersion: '6.3.9600' }, 'tooOld'],
  ['windows', { osVersion: 'Windows 7' }, 'tooOld'],
  ['windows', { osVersion: 'Windows XP' }, 'tooOld'],
  ['windows', { osVersion: 'Server 2012 R2' }, 'tooOld'],
  ['windows', { osVersion: 'Windows 98' }, 'tooOld'],
  ['windows', { osVersion: '10.0.19045' }, undefined],
  ['windows', { osVersion: 'Windows 11' }, undefined],
  ['windows', { osVersion: 'Server 2022' }, undefined],
  ['windows', { osVersion: 'unknown' }, undefined],
  ['linux', { osVersion: '6.1', bits: 32 }, undefined],
  ['windows', { agentVersion: '2.7.9' }, 'agentTooOld'],
  ['windows', { agentVersion: '2.8' }, undefined],
  ['windows', { agentVersion: '2.10.1' }, undefined],
  ['windows', { agentVersion: '3' }, undefined],
  ['windows', { agentVersion: '3.1' }, undefined],
  ['windows', { agentVersion: '1.9' }, 'agentTooOld'],
  ['windows', { agentVersion: '2' }, 'agentTooOld'],
  ['linux', { agentVersion: '2.7' }, 'agentTooOld'],
  ['windows', { agentVersion: 'dev' }, undefined],
  ['windows', { agentVersion: '2.x' }, undefined],
  ['windows', { domainController: false, multiSession: false, cloudPc: false, bits: 64 }, undefined],
  ['linux', { domainController: true }, 'domainController'],
  ['windows', { osVersion: 'Windows NT' }, 'tooOld'],
  ['windows', { osVersion: 'Windows ME' }, 'tooOld'],
  ['windows', { osVersion: 'Vista' }, 'tooOld'],
  ['windows', { osVersion: 'Intranet edition' }, undefined],
  ['windows', { osVersion: 'Windows 95' }, 'tooOld'],
  ['windows', { osVersion: 'Windows 2000' }, 'tooOld'],
  ['windows', { osVersion: 'Server 2016' }, undefined],
  ['windows', { osVersion: 'Server 2015' }, 'tooOld'],
  ['windows', { osVersion: '9' }, 'tooOld'],
  ['windows', { osVersion: 'Windows 10' }, undefined],
  ['windows', { osVersion: '94' }, undefined],
  ['windows', { osVersion: '99' }, undefined],
  ['windows', { osVersion: '999' }, undefined],
  ['windows', { osVersion: '1000' }, 'tooOld'],
]
test.each(support)('INV-2: %s with %j is %s', (os, facts, reason) => {
  expect(supportOf(os, facts)).toBe(reason)
})

const ask = { ports: [22], durationMs: 3_600_000, source: '127.0.0.1' }

test('a request is allowed as a whole or told which part is not, and what would be', () => {
  const rules = [tcpRule(22, 'PT2H'), tcpRule(3389, 'PT1H', ['10.0.0.0/8']), { ...tcpRule(53), protocol: 'udp' as const }]
  expect(checkRequest(rules, ask)).toEqual({ allowed: true })
  expect(checkRequest(rules, { ...ask, ports: [22, 53] })).toEqual({ allowed: false, part: 'port', allows: '22, 3389' })
  expect(checkRequest(rules, { ...ask, durationMs: 7_200_001 })).toEqual({ allowed: false, part: 'duration', allows: 'PT2H' })
  expect(checkRequest(rules, { ports: [3389, 22], durationMs: 3_600_001, source: '10.1.1.1' })).toMatchObject({
    part: 'duration',
    allows: 'PT1H',
  })
  expect(checkRequest(rules, { ...ask, ports: [3389] })).toEqual({ allowed: false, part: 'source', allows: '10.0.0.0/8' })
  expect(checkRequest(rules, { ...ask, ports: [3389], source: '10.2.0.0/16' })).toEqual({ allowed: true })
  expect(checkRequest(rules, { ...ask, ports: [3389], source: '0.0.0.0/0' })).toMatchObject({ part: 'source' })
})

test('F-52: only a positive whole number of milliseconds within the maximum is a duration', () => {
  for (const durationMs of [0, -1, Number.NaN, Infinity, 2 ** 53, 0.5, 3 * 3600_000 + 1]) {
    expect(checkRequest([tcpRule(22)], { ...ask, durationMs })).toMatchObject({ allowed: false, part: 'duration' })
  }
})

test('nothing that is allowed goes beyond any rule', () => {
  const range = fc.constantFrom('10.0.0.0/8', '192.168.1.0/24', '127.0.0.1', 'fd00::/8')
  const rule = fc.record({
    port: fc.integer({ min: 1, max: 6 }),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'any' as const),
    sources: fc.array(range, { maxLength: 2 }),
    maxDuration: fc.constantFrom('PT1H', 'PT2H', 'PT3H'),
  })
  const rules = fc.uniqueArray(rule, { selector: (one) => one.port, maxLength: 6 })
  const request = fc.record({
    ports: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    durationMs: fc.integer({ min: -1, max: 4 * 3600_000 }),
    source: fc.constantFrom('10.1.2.3', '192.168.1.7', '127.0.0.1', 'fd00::7', '8.8.8.8', '10.0.0.0/7'),
  })
  fc.assert(
    fc.property(rules, request, (all, wanted) => {
      expect(faultInRules(all)).toBeUndefined()
      const verdict = checkRequest(all, wanted)
      const matching = wanted.ports.map((port) => all.find((one) => one.port === port && one.protocol !== 'udp'))
      const expected =
        wanted.durationMs > 0 &&
        matching.every(
          (one) =>
            one !== undefined &&
            wanted.durationMs <= Number(one.maxDuration.slice(2, -1)) * 3600_000 &&
            (one.sources.length === 0 || one.sources.some((source) => isInside(wanted.source, source))),
        )
      expect(verdict.allowed).toBe(expected)
      if (verdict.allowed) expect(wanted.durationMs).toBeLessThanOrEqual(longestWindow(all, wanted.ports))
    }),
    { numRuns: 2000 },
  )
})

test('rules with a port twice, a bad duration or a bad range are refused, by field', () => {
  expect(faultInRules([tcpRule(22), tcpRule(22)])).toEqual({ field: 'rules.1.port', reason: 'portTwice' })
  expect(faultInRules([tcpRule(22, 'PT0S')])).toEqual({ field: 'rules.0.maxDuration', reason: 'badDuration' })
  expect(faultInRules([tcpRule(22, 'PT1H', ['10.0.0.0/8', '10.0.0.0/33'])])).toEqual({ field: 'rules.0.sources.1', reason: 'badRange' })
})

test('a source is a strict address or range, and IPv4 inside IPv6 is IPv4', () => {
  for (const text of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0']) expect(parseRange(text)).toBeDefined()
  for (const text of [
    '',
    '10.1',
    '0x7f.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/-1',
    '10.0.0.1/33',
    '::1/129',
    'fe80::1%eth0',
    'host',
    '10.0.0.1 ',
  ]) {
    expect(parseRange(text)).toBeUndefined()
  }
  expect(admits('10.0.0.0/8', '::ffff:10.1.2.3')).toBe(true)
  expect(admits('::ffff:10.0.0.0/104', '10.1.2.3')).toBe(true)
  expect(admits('::/0', '10.1.2.3')).toBe(false)
  expect(admits('fe80::1', 'fe80::1%eth0')).toBe(true)
  expect(admits('10.0.0.1', undefined)).toBe(false)
})
