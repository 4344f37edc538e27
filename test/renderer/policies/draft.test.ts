import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PolicyDetail, PolicyPatch, PolicySettings, PortRule } from '../../../preload/contract.ts'
import {
  changeNames,
  levelAbove,
  levelOfMachine,
  machineOfLevel,
  shown,
  shownRules,
  withRules,
  withSetting,
} from '../../../renderer/policies/draft.ts'

const ssh: PortRule = { port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' }
const rdp: PortRule = { ...ssh, port: 3389 }
const company = { kind: 'company', name: '' } as const
const none = { kind: 'default', name: '' } as const

function detail(kind: PolicyDetail['kind'], settings: PolicySettings, more: Partial<PolicyDetail['effective']> = {}): PolicyDetail {
  const here = { kind, name: 'x' }
  const systems = kind === 'machine' ? (['linux'] as const) : (['windows', 'linux', 'macos', 'other'] as const)
  return {
    level: `desk:${kind}`,
    kind,
    name: 'x',
    version: 1,
    settings,
    effective: {
      rules: systems.map((os) => {
        const own = kind === 'machine' ? settings.rules?.default : (settings.rules?.[os] ?? settings.rules?.default)
        return { os, value: own ?? [rdp], from: own ? here : company }
      }),
      jitAdmin: { value: { enabled: false, userName: 'gatehouse', afterSignOut: 'delete', title: '' }, from: none },
      allowed: { value: {}, from: none },
      approval: { value: settings.approval ?? 'automatic', from: settings.approval ? here : company },
      maxDuration: { from: none },
      requestsLapseAfter: { value: 'PT1H', from: none },
      ...more,
    },
  }
}

describe('what a level shows', () => {
  it('POL-3: an inherited value says which level it came from', () => {
    expect(shown('approval', [detail('site', {})], {})).toEqual({
      isHere: false,
      isChanged: false,
      isMixed: false,
      value: 'automatic',
      from: company,
    })
  })

  it('a value that will be set here is shown before it is saved', () => {
    const now = shown('approval', [detail('site', {})], { approval: 'oneApprover' })
    expect(now).toMatchObject({ isHere: true, isChanged: true, value: 'oneApprover' })
  })

  it('what will be inherited again has no value of its own: only the level above knows it', () => {
    const now = shown('approval', [detail('site', { approval: 'oneApprover' })], { approval: null })
    expect(now).toMatchObject({ isHere: false, isChanged: true, value: undefined, from: undefined })
  })

  it('machines that differ say so until they are set to one value', () => {
    const machines = [detail('machine', { approval: 'oneApprover' }), detail('machine', {})]
    expect(shown('approval', machines, {}).isMixed).toBe(true)
    expect(shown('approval', machines, { approval: 'twoApprovers' }).isMixed).toBe(false)
  })
})

describe('what a change becomes', () => {
  it('setting what is set already is no change', () => {
    const details = [detail('site', { approval: 'oneApprover' })]
    const there = withSetting(details, {}, 'approval', 'twoApprovers')
    expect(changeNames(there)).toEqual(['approval'])
    expect(withSetting(details, there, 'approval', 'oneApprover')).toEqual({})
  })

  it('setting here the same value that is inherited is a change: it holds when the company changes', () => {
    expect(withSetting([detail('site', {})], {}, 'approval', 'automatic')).toEqual({ approval: 'automatic' })
  })

  it('rules of one system leave those of the others as they are', () => {
    const details = [detail('company', { rules: { windows: [rdp] } })]
    const patch = withRules(details, {}, 'linux', [ssh])
    expect(patch.rules).toEqual({ windows: [rdp], linux: [ssh] })
    expect(shownRules('windows', details, patch)).toMatchObject({ isHere: true, isChanged: false })
    expect(shownRules('linux', details, patch)).toMatchObject({ isHere: true, isChanged: true, value: [ssh] })
  })

  it('the last rules of a level that are inherited again leave nothing behind', () => {
    expect(withRules([detail('company', { rules: { linux: [ssh] } })], {}, 'linux', undefined)).toEqual({ rules: null })
  })

  it('an empty list is JIT off, and not inherited', () => {
    const details = [detail('site', {})]
    const patch = withRules(details, {}, 'linux', [])
    expect(patch).toEqual({ rules: { linux: [] } })
    expect(shownRules('linux', details, patch)).toMatchObject({ isHere: true, value: [] })
  })

  it('rules that were set for all systems count for each that is not named', () => {
    const details = [detail('company', { rules: { default: [ssh], windows: [rdp] } })]
    expect(shownRules('macos', details, {})).toMatchObject({ isHere: true, value: [ssh] })
    expect(withRules(details, {}, 'macos', undefined).rules).toEqual({ windows: [rdp], linux: [ssh], other: [ssh] })
  })

  it('a machine has one list, whatever its system', () => {
    expect(withRules([detail('machine', {})], {}, 'linux', [ssh])).toEqual({ rules: { default: [ssh] } })
  })

  it('however much is clicked, undoing each change leaves an empty draft', () => {
    const rules = fc.constantFrom<PortRule[] | undefined>(undefined, [], [ssh], [rdp], [ssh, rdp])
    const os = fc.constantFrom('windows', 'linux', 'macos', 'other')
    const approval = fc.constantFrom('automatic', 'oneApprover', 'twoApprovers', null)
    const kind = fc.constantFrom<PolicyDetail['kind']>('company', 'site', 'machine')
    const before = fc.record({ approval: fc.constantFrom(undefined, 'oneApprover'), linux: rules, windows: rules })
    fc.assert(
      fc.property(kind, before, fc.array(fc.tuple(os, rules, approval), { maxLength: 12 }), (level, was, clicks) => {
        const named = { ...(was.linux && { linux: was.linux }), ...(was.windows && { windows: was.windows }) }
        const own = level === 'machine' ? { ...(was.linux && { default: was.linux }) } : named
        const settings: PolicySettings = {
          ...(was.approval && { approval: 'oneApprover' as const }),
          ...(Object.keys(own).length > 0 && { rules: own }),
        }
        const details = [detail(level, settings)]
        let patch: PolicyPatch = {}
        for (const [system, list, rule] of clicks) {
          patch = withRules(details, patch, system, list)
          patch = withSetting(details, patch, 'approval', rule)
        }
        for (const system of ['windows', 'linux', 'macos', 'other'] as const) {
          const first = shownRules(system, details, {})
          patch = withRules(details, patch, system, first.isHere ? first.value : undefined)
        }
        patch = withSetting(details, patch, 'approval', settings.approval ?? null)
        expect(patch).toEqual({})
      }),
    )
  })
})

describe('levels', () => {
  it('the level above a site is its parent, above the first the company, above that nothing', () => {
    expect(levelAbove('desk:site:Contoso / Bern')).toBe('desk:site:Contoso')
    expect(levelAbove('desk:site:Contoso')).toBe('desk:company')
    expect(levelAbove('desk:company')).toBeUndefined()
  })

  it('the level above a machine is its site, or the company where it has none', () => {
    expect(levelAbove('desk:machine:m1', 'Contoso/Bern')).toBe('desk:site:Contoso / Bern')
    expect(levelAbove('desk:machine:m1', '')).toBe('desk:company')
  })

  it('a machine and its level name each other', () => {
    expect(machineOfLevel(levelOfMachine('desk:m.1_a-b'))).toBe('desk:m.1_a-b')
    expect(machineOfLevel('desk:site:machine:x')).toBeUndefined()
  })
})
