import { describe, expect, it } from 'vitest'
import { MachineInput } from '../../../preload/contract/machines.ts'
import { blankMachine, fieldOf, formOf, toInput } from '../../../renderer/machines/machineForm.ts'

describe('the form for a machine', () => {
  it('an address alone is enough: it becomes the name, and what main takes is valid', () => {
    const input = toInput({ ...blankMachine, address: ' 10.0.4.20 ' })
    expect(input).toMatchObject({ name: '10.0.4.20', address: '10.0.4.20', turnOnJit: true })
    expect(MachineInput.safeParse(input).success).toBe(true)
  })

  it('empty fields are left out rather than sent as nothing', () => {
    const input = toInput({ ...blankMachine, address: 'web-1', user: '  ', sshPort: '' })
    expect(Object.keys(input)).not.toContain('user')
    expect(Object.keys(input)).not.toContain('sshPort')
  })

  it('changing a machine keeps its ports and facts', () => {
    const facts = { domainController: true, osVersion: '10' }
    const form = formOf({
      id: 'desk:1',
      name: 'db',
      address: '10.0.0.1',
      os: 'linux',
      site: 'Berlin',
      tags: ['a'],
      provider: { id: 'desk', name: 'This desk' },
      state: 'configured',
      approvalsIn7Days: 0,
      ports: [2222],
      ways: ['ssh'],
      nameIsShared: false,
      rules: [],
      hostKeys: [],
      certificates: [],
      gate: 'relay',
      addedAt: '2026-05-04T12:00:00Z',
      sshPort: 2222,
      facts,
    })
    expect(toInput(form, facts)).toMatchObject({ sshPort: 2222, facts, site: 'Berlin', tags: ['a'] })
  })

  it('INV-2: what kind of Windows it is becomes a fact, and only one at a time', () => {
    const windows = { ...blankMachine, address: 'dc-1', os: 'windows' as const }
    expect(toInput({ ...windows, kind: 'domainController' }).facts).toEqual({ domainController: true })
    expect(toInput({ ...windows, kind: 'bits32' }, { cloudPc: true, osVersion: '10' }).facts).toEqual({ bits: 32, osVersion: '10' })
    expect(toInput({ ...windows, kind: 'ordinary' }, { multiSession: true })).not.toHaveProperty('facts')
  })

  it("main's path to a field finds the form's field, and only such fields", () => {
    expect(fieldOf('machines.0.tags.3')).toBe('tags')
    expect(fieldOf('address')).toBe('address')
    expect(fieldOf('constructor')).toBeUndefined()
    expect(fieldOf('')).toBeUndefined()
  })
})
