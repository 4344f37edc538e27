import { expect, test } from 'vitest'
import type { JitAdmin, PolicySettings } from '../../../gateway/contract/policies.ts'
import { differences, faultInSettings, ownSettings, takesOverUser, withPatch } from '../../../gateway/policies/settings.ts'
import { tcpRule } from '../tcpRule.ts'

const admin = (more: Partial<JitAdmin> = {}): PolicySettings => ({
  jitAdmin: { enabled: true, userName: 'jitadmin', afterSignOut: 'delete', title: '', ...more },
})
const badRange = tcpRule(22, 'PT1H', ['10.0.0.0/33'])

test.each<[string, PolicySettings, 'linux' | 'windows' | undefined, object | undefined]>([
  ['nothing', {}, undefined, undefined],
  ['all that a company may set', { rules: { default: [tcpRule(22)], windows: [] }, maxDuration: 'P1D', ...admin() }, undefined, undefined],
  ['a machine’s own rules', { rules: { default: [tcpRule(22)] } }, 'linux', undefined],
  ['rules by system for one machine', { rules: { linux: [] } }, 'linux', { field: 'rules.linux', reason: 'onlyOneSystem' }],
  ['a bad range', { rules: { windows: [badRange] } }, undefined, { field: 'rules.windows.0.sources.0', reason: 'badRange' }],
  ['a port twice', { rules: { default: [tcpRule(1), tcpRule(1)] } }, 'linux', { field: 'rules.default.1.port', reason: 'portTwice' }],
  ['no duration', { maxDuration: 'soon' }, undefined, { field: 'maxDuration', reason: 'badDuration' }],
  ['no time to lapse', { requestsLapseAfter: 'PT0S' }, undefined, { field: 'requestsLapseAfter', reason: 'badDuration' }],
  ['an administrator for a day', admin({ longest: 'P1D' }), undefined, undefined],
  ['an administrator for longer', admin({ longest: 'PT24H0.001S' }), undefined, { field: 'jitAdmin.longest', reason: 'badDuration' }],
  ['an administrator for no time', admin({ longest: 'ever' }), undefined, { field: 'jitAdmin.longest', reason: 'badDuration' }],
  ['a name that is kept', admin({ userName: 'root' }), undefined, { field: 'jitAdmin.userName', reason: 'nameReserved' }],
  ['a name for Windows alone', admin({ userName: 'JIT Admin' }), 'windows', undefined],
  ['the same name for all', admin({ userName: 'JIT Admin' }), undefined, { field: 'jitAdmin.userName', reason: 'nameBadCharacter' }],
])('%s: the first fault is told with its field', (_, settings, os, fault) => {
  expect(faultInSettings(settings, os)).toEqual(fault)
})

test('a change sets what it names, inherits again what it names null, and leaves the rest', () => {
  const before: PolicySettings = { approval: 'oneApprover', maxDuration: 'PT1H' }
  expect(withPatch(before, { maxDuration: null, requestsLapseAfter: 'PT2H' })).toStrictEqual({
    approval: 'oneApprover',
    requestsLapseAfter: 'PT2H',
  })
  expect(withPatch(before, {})).toStrictEqual(before)
  expect(withPatch(before, { approval: undefined })).toStrictEqual({ maxDuration: 'PT1H' })
})

test('what a level sets is listed, an empty value included', () => {
  expect(ownSettings({})).toEqual([])
  expect(ownSettings({ requestsLapseAfter: 'PT1H', rules: {}, approval: 'automatic' })).toEqual(['rules', 'approval', 'requestsLapseAfter'])
})

test('settings differ by what they hold', () => {
  const before: PolicySettings = { approval: 'automatic', rules: { default: [tcpRule(22)] } }
  expect(differences(before, structuredClone(before))).toEqual([])
  expect(differences(before, { rules: { default: [tcpRule(23)] }, maxDuration: 'PT1H' })).toEqual(['rules', 'approval', 'maxDuration'])
})

test('POL-4: a user may be taken over by a name that is new or turned on, and by no other change', () => {
  expect(takesOverUser({}, admin())).toBe(true)
  expect(takesOverUser(admin({ enabled: false }), admin())).toBe(true)
  expect(takesOverUser(admin(), admin({ userName: 'other' }))).toBe(true)
  expect(takesOverUser(admin(), admin({ userName: 'JITadmin', title: 'IT' }))).toBe(false)
  expect(takesOverUser(admin(), admin({ enabled: false, userName: 'other' }))).toBe(false)
  expect(takesOverUser(admin(), {})).toBe(false)
})
