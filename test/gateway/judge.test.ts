import { expect, test } from 'vitest'
import { judge, longestFor } from '../../gateway/judge.ts'
import { effectiveFor } from '../../gateway/policies/effective.ts'
import type { PolicySettings } from '../../gateway/contract/policies.ts'
import type { MachineRow } from '../../gateway/store/tables.ts'
import { tcpRule } from './tcpRule.ts'

const machine: MachineRow = {
  id: 'm1',
  identity: 'web-1\n10.0.0.5',
  name: 'web-1',
  address: '10.0.0.5',
  os: 'linux',
  site: 'Contoso',
  tags: '[]',
  sshPort: 22,
  rdpPort: 3389,
  user: null,
  facts: '{}',
  addedAt: 0,
  change: 1,
}
const policy = (settings: PolicySettings) => effectiveFor('linux', [{ kind: 'company', name: '', settings }])
const open = policy({ rules: { default: [tcpRule(22, 'PT2H', ['10.0.0.0/8'])] } })
const anna = { technician: 'anna', roles: ['requester'] as const }
const request = { ports: [22], durationMs: 3_600_000, source: '10.1.2.3', person: anna }

test('a request that policy allows meets no problem', () => {
  expect(judge(machine, open, request)).toBeUndefined()
  expect(judge(machine, open, { ...request, durationMs: 7_200_000 })).toBeUndefined()
})

test.each([
  ['a machine that cannot have JIT', { facts: '{"domainController":true}' }, open, {}, { code: 'unsupported', reason: 'domainController' }],
  ['a machine whose JIT is off', {}, policy({ rules: { default: [] } }), {}, { code: 'jitOff' }],
  ['a machine without a policy', {}, policy({}), {}, { code: 'jitOff' }],
  [
    'somebody who is not named',
    {},
    policy({ rules: { default: [tcpRule(22)] }, allowed: { people: ['bob'] } }),
    {},
    { code: 'notPermitted' },
  ],
  ['a source that is none', {}, open, { source: 'here' }, { code: 'invalidInput', field: 'source', reason: 'badRange' }],
  ['another port', {}, open, { ports: [80] }, { code: 'portNotAllowed', allowed: '22' }],
  ['too long a window', {}, open, { durationMs: 7_200_001 }, { code: 'durationNotAllowed', allowed: 'PT2H' }],
  ['what is no duration', {}, open, { durationMs: undefined }, { code: 'durationNotAllowed', allowed: 'PT2H' }],
  ['a source from elsewhere', {}, open, { source: '192.168.1.1' }, { code: 'sourceNotAllowed', allowed: '10.0.0.0/8' }],
] as const)('%s is refused, and told why', (_, row, effective, asked, problem) => {
  expect(judge({ ...machine, ...row }, effective, { ...request, ...asked })?.problem).toMatchObject(problem)
})

test('a gateway of one computer opens for that computer only, whatever the rule has', () => {
  expect(judge(machine, open, request, '10.1.2.3')).toBeUndefined()
  expect(judge(machine, open, request, '10.1.2.4')?.problem).toMatchObject({ code: 'sourceNotAllowed', allowed: '10.1.2.4' })
  expect(judge(machine, open, { ...request, source: '10.1.2.0/24' }, '10.1.2.3')?.problem).toMatchObject({ code: 'sourceNotAllowed' })
})

test('the longest window is the shortest of the ports’ and of the policy’s own, and none for a port without a rule', () => {
  const two = policy({ rules: { default: [tcpRule(22, 'PT3H'), tcpRule(80, 'PT90M')] }, maxDuration: 'PT2H' })
  expect(longestFor(two, [22])).toBe(7_200_000)
  expect(longestFor(two, [22, 80])).toBe(5_400_000)
  expect(longestFor(two, [22, 443])).toBe(0)
  expect(longestFor(two, [])).toBe(0)
})
