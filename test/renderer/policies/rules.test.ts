import { describe, expect, it } from 'vitest'
import { PortRule } from '../../../preload/contract/machines.ts'
import { addRule, changeRule, recommendedPorts, removeRule, sameRules, toPort } from '../../../renderer/policies/rules.ts'

describe('editing port rules', () => {
  it('the recommended ports are SSH, RDP and both of WinRM, the own kind first (POL-1)', () => {
    expect(new Set(recommendedPorts('windows'))).toEqual(new Set([22, 3389, 5985, 5986]))
    expect(new Set(recommendedPorts('linux'))).toEqual(new Set(recommendedPorts('windows')))
    expect(recommendedPorts('windows')[0]).toBe(3389)
    expect(recommendedPorts('linux')[0]).toBe(22)
  })

  it('a port has one rule: adding it again changes nothing', () => {
    const rules = addRule(addRule([], 22), 22)
    expect(rules).toHaveLength(1)
    expect(PortRule.array().safeParse(rules).success).toBe(true)
  })

  it('a draft that was changed back counts as unchanged', () => {
    const rules = addRule(addRule([], 22), 3389)
    const draft = changeRule(rules, 0, { maxDuration: 'PT1H' })
    expect(sameRules(rules, draft)).toBe(false)
    expect(sameRules(rules, changeRule(draft, 0, { maxDuration: 'PT3H' }))).toBe(true)
    expect(removeRule(draft, 0).map(({ port }) => port)).toEqual([3389])
  })

  it.each([
    ['22', 22],
    [' 65535 ', 65535],
    [8080, 8080],
  ])('%j is a port', (text, port) => expect(toPort(text)).toBe(port))

  it.each(['', '0', '65536', '22.5', '1e3', '-1', '0x16', 'ssh', '99999999', 22.5, Number.NaN])('%j is no port', (text) =>
    expect(toPort(text)).toBeUndefined(),
  )
})
