import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PolicySettings } from '../../../gateway/contract/policies.ts'
import { effectiveFor, isAllowed, rulesInForce } from '../../../gateway/policies/effective.ts'
import { levelsOf } from '../../../gateway/policies/levels.ts'
import { policyReader } from '../../../gateway/policies/stored.ts'
import { tcpRule } from '../tcpRule.ts'

const systems = ['windows', 'linux', 'macos', 'other'] as const
const parts = ['Contoso', 'CONTOSO', 'Bern', 'Zürich', 'Zu\u0308rich', 'Lab'] as const
const rules = fc.uniqueArray(fc.constantFrom(22, 80, 3389), { maxLength: 3 }).map((ports) => ports.map((port) => tcpRule(port)))
const settings: fc.Arbitrary<PolicySettings> = fc.record(
  {
    rules: fc.record({ default: rules, windows: rules, linux: rules }, { requiredKeys: [] }),
    approval: fc.constantFrom('automatic', 'oneApprover', 'twoApprovers'),
    maxDuration: fc.constantFrom('PT1H', 'PT2H', 'P1D'),
    allowed: fc.record({ people: fc.subarray(['alice', 'bob']) }),
  },
  { requiredKeys: [] },
)
const path = fc.array(fc.constantFrom(...parts), { maxLength: 3 })
const tree = fc.record({
  company: fc.option(settings, { nil: undefined }),
  sites: fc.array(fc.tuple(path, settings), { maxLength: 8 }),
  own: fc.option(settings, { nil: undefined }),
  at: path,
  os: fc.constantFrom(...systems),
})

const plain = (place: readonly string[]) => JSON.stringify(place.map((part) => part.normalize('NFC').toLowerCase()))

/** The same question, answered by walking up and looking at each place in turn. */
function naive<Value>(
  {
    company,
    sites,
    own,
    at,
  }: { company: PolicySettings | undefined; sites: [string[], PolicySettings][]; own: PolicySettings | undefined; at: string[] },
  read: (settings: PolicySettings) => Value | undefined,
): { value: Value; kind: string } | undefined {
  const found = own && read(own)
  if (found !== undefined) return { value: found, kind: 'machine' }
  for (let length = at.length; length > 0; length -= 1) {
    const here = sites.findLast(([place]) => plain(place) === plain(at.slice(0, length)))
    const value = here && read(here[1])
    if (value !== undefined) return { value, kind: 'site' }
  }
  const value = company && read(company)
  return value === undefined ? undefined : { value, kind: 'company' }
}

test('POL-3: in any tree the nearest level wins, setting by setting, and the answer says which it was', () => {
  fc.assert(
    fc.property(tree, (drawn) => {
      const { company, sites, own, at, os } = drawn
      const levels = new Map<string, { kind: 'company' | 'site' | 'machine'; name: string; settings: string }>()
      if (company) levels.set('company', { kind: 'company', name: '', settings: JSON.stringify(company) })
      for (const [place, set] of sites) {
        if (place.length === 0) continue
        const level = levelsOf({ id: 'm', site: place.join(' / ') }).at(-2)
        if (level !== undefined) levels.set(level, { kind: 'site', name: place.join(' / '), settings: JSON.stringify(set) })
      }
      if (own) levels.set('machine:m', { kind: 'machine', name: '', settings: JSON.stringify(own) })
      const effective = policyReader(levels)({ id: 'm', name: 'm', os, site: at.join('/') })
      const named = (set: PolicySettings) => {
        const { rules: byOs } = set
        return byOs?.[os === 'windows' || os === 'linux' ? os : 'default'] ?? byOs?.default
      }
      const expected = naive(drawn, named)
      expect(effective.rules).toMatchObject({ value: expected?.value ?? [], from: { kind: expected?.kind ?? 'default' } })
      const approval = naive(drawn, (set) => set.approval)
      expect(effective.approval).toMatchObject({ value: approval?.value ?? 'automatic', from: { kind: approval?.kind ?? 'default' } })
      expect(effective.maxDuration.value).toBe(naive(drawn, (set) => set.maxDuration)?.value)
      expect(effective.allowed.value).toEqual(naive(drawn, (set) => set.allowed)?.value ?? {})
    }),
    { numRuns: 500 },
  )
})

test('an empty list at a machine says that JIT is off, whatever the company has; nothing there means the company’s', () => {
  const company = { kind: 'company' as const, name: '', settings: { rules: { linux: [tcpRule(22)] } } }
  const off = { kind: 'machine' as const, name: 'web-1', settings: { rules: { default: [] } } }
  expect(effectiveFor('linux', [company, off]).rules).toEqual({ value: [], from: { kind: 'machine', name: 'web-1' } })
  expect(effectiveFor('linux', [company]).rules.value).toEqual([tcpRule(22)])
  expect(effectiveFor('windows', [company]).rules).toEqual({ value: [], from: { kind: 'default', name: '' } })
})

test('no window is longer than the maximum of the policy, and shorter rules stay as they are', () => {
  const company = {
    kind: 'company' as const,
    name: '',
    settings: { rules: { default: [tcpRule(22, 'PT8H'), tcpRule(80, 'PT30M')] }, maxDuration: 'PT1H' },
  }
  expect(rulesInForce(effectiveFor('linux', [company])).map((rule) => rule.maxDuration)).toEqual(['PT1H', 'PT30M'])
})

test('POL-5: by role or by name; a list that names nobody lets nobody ask', () => {
  const anna = { technician: 'anna', roles: ['requester'] as const }
  expect(isAllowed({}, anna)).toBe(true)
  expect(isAllowed({ roles: ['requester'] }, anna)).toBe(true)
  expect(isAllowed({ roles: ['gatewayAdmin'], people: ['anna'] }, anna)).toBe(true)
  expect(isAllowed({ roles: ['gatewayAdmin'], people: ['Anna'] }, anna)).toBe(false)
  expect(isAllowed({ people: [] }, anna)).toBe(false)
  expect(isAllowed({ roles: [] }, anna)).toBe(false)
})
