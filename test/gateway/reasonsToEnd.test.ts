import { expect, test } from 'vitest'
import type { PolicySettings } from '../../gateway/contract/policies.ts'
import { effectiveFor } from '../../gateway/policies/effective.ts'
import { reasonToEnd } from '../../gateway/reasonsToEnd.ts'
import type { GrantRow, MachineRow } from '../../gateway/store/tables.ts'
import { tcpRule } from './tcpRule.ts'

const hourMs = 3_600_000
const row: GrantRow = {
  id: 'g1',
  machineId: 'm1',
  requestedBy: 'rita',
  requestKey: 'k1',
  requestHash: '',
  state: 'open',
  ports: '[22]',
  source: '10.1.2.3',
  reason: '',
  durationMs: hourMs,
  requestedAt: 0,
  openedAt: 1000,
  endsAt: 1000 + hourMs,
  closedAt: null,
  closeReason: null,
  endpoints: '[]',
  requesterRoles: '["requester"]',
  approversNeeded: 0,
  lapsesAt: null,
}
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
const under = (settings: PolicySettings) => ({ machine, policy: effectiveFor('linux', [{ kind: 'company', name: '', settings }]) })
const allows = (maxDuration: string, more: PolicySettings = {}) => under({ rules: { default: [tcpRule(22, maxDuration)] }, ...more })

test('what policy still allows stays, whether it waits, is being opened or is open', () => {
  expect(reasonToEnd(row, allows('PT1H'), 0)).toBeUndefined()
  for (const state of ['requested', 'opening'] as const) {
    expect(reasonToEnd({ ...row, state, openedAt: null, endsAt: null }, allows('PT1H'), 0)).toBeUndefined()
  }
})

test('without its machine a grant ends, and with a machine that moved elsewhere too', () => {
  expect(reasonToEnd(row, undefined, 0)).toBe('machineRemoved')
  expect(reasonToEnd(row, undefined, 0, true)).toBe('machineRemoved')
  expect(reasonToEnd(row, allows('PT1H'), 0, true)).toBe('revoked')
})

test('F-56: a window that is longer than policy now allows ends, extensions counted', () => {
  expect(reasonToEnd(row, allows('PT59M'), 0)).toBe('policyChanged')
  const extended = { ...row, endsAt: 1000 + 2 * hourMs }
  expect(reasonToEnd(extended, allows('PT2H'), 0)).toBeUndefined()
  expect(reasonToEnd(extended, allows('PT119M'), 0)).toBe('policyChanged')
  // It opened late in its window: what was asked for counts.
  expect(reasonToEnd({ ...row, openedAt: 1000 + hourMs / 2 }, allows('PT59M'), 0)).toBe('policyChanged')
  expect(reasonToEnd({ ...row, openedAt: null }, allows('PT1H'), 0)).toBeUndefined()
  expect(reasonToEnd({ ...row, endsAt: null }, allows('PT59M'), 0)).toBe('policyChanged')
})

test.each<[string, Partial<GrantRow>, PolicySettings]>([
  ['another port', { ports: '[22,80]' }, {}],
  ['another source', { source: '192.168.1.1' }, { rules: { default: [tcpRule(22, 'PT1H', ['10.0.0.0/8'])] } }],
  ['somebody who is not named any more', {}, { allowed: { people: ['anna'] } }],
  ['somebody whose role it was', { requesterRoles: '["viewer"]' }, { allowed: { roles: ['requester'] } }],
])('F-56: a grant for %s ends', (_, more, settings) => {
  expect(reasonToEnd({ ...row, ...more }, allows('PT1H', settings), 0)).toBe('policyChanged')
})

test('what is open ends when more people are asked for than approved it; what waits can still be approved', () => {
  const two = allows('PT1H', { approval: 'twoApprovers' })
  expect(reasonToEnd(row, two, 1)).toBe('policyChanged')
  expect(reasonToEnd(row, two, 2)).toBeUndefined()
  expect(reasonToEnd({ ...row, state: 'requested' }, two, 0)).toBeUndefined()
})
