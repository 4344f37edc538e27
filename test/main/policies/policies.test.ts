import { expect, test } from 'vitest'
import type { PolicyPatch, PortRule } from '../../../preload/contract.ts'
import { openTestApp } from '../testApp.ts'

const ssh: PortRule = { port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT2H' }

test('POL-3: what a site sets is seen on its machines, with the level that it is from', async () => {
  const { call, addMachine } = await openTestApp()
  const machineId = await addMachine({ turnOnJit: false, site: 'Contoso / Bern' })
  expect((await call('machines.get', { machineId })).state).toBe('notConfigured')
  const levels = [{ level: 'desk:site:Contoso', version: 0 }]
  const patch: PolicyPatch = { rules: { linux: [ssh] }, approval: 'oneApprover' }
  const preview = await call('policies.preview', { levels: ['desk:site:Contoso'], patch })
  expect(preview).toMatchObject({ machines: 1, turnedOn: 1, first: [{ machineId }], versions: levels })
  await call('policies.change', { levels, patch })
  expect(await call('machines.get', { machineId })).toMatchObject({
    state: 'configured',
    rules: [ssh],
    rulesFrom: { kind: 'site', name: 'Contoso' },
    approval: { value: 'oneApprover', from: { kind: 'site', name: 'Contoso' } },
  })
  const detail = await call('policies.get', { level: machineId.replace('desk:', 'desk:machine:') })
  expect(detail).toMatchObject({ kind: 'machine', name: 'web-1', version: 0, settings: {} })
  expect(detail.effective.rules).toEqual([{ os: 'linux', value: [ssh], from: { kind: 'site', name: 'Contoso' } }])
  const tree = await call('policies.levels', {})
  expect(tree.levels.map(({ level, machines, own }) => [level, machines, own])).toEqual([
    ['desk:company', 1, []],
    ['desk:site:Contoso', 1, ['rules', 'approval']],
    ['desk:site:Contoso / Bern', 1, []],
  ])
})

test('turning JIT off for a machine holds against its site, and the window hears of a changed policy', async () => {
  const { call, addMachine, ring } = await openTestApp()
  const machineId = await addMachine({ turnOnJit: false })
  const rung = ring('policies')
  await call('policies.change', { levels: [{ level: 'desk:company', version: 0 }], patch: { rules: { default: [ssh] } } })
  await rung
  expect((await call('machines.get', { machineId })).state).toBe('configured')
  await call('policies.turnOff', { machineIds: [machineId] })
  expect(await call('machines.get', { machineId })).toMatchObject({ state: 'notConfigured', rulesFrom: { kind: 'machine' } })
})

test('what somebody else changed meanwhile is not overwritten', async () => {
  const { call, refusal } = await openTestApp()
  const levels = [{ level: 'desk:company', version: 0 }]
  await call('policies.change', { levels, patch: { approval: 'oneApprover' } })
  expect(await refusal('policies.change', { levels, patch: { approval: 'automatic' } })).toEqual({ tag: 'conflict', what: 'policy' })
})

test('POL-4: a reserved name and a WebP logo are refused, each with its reason', async () => {
  const { refusal } = await openTestApp()
  const jitAdmin = { enabled: true, userName: 'Administrator', afterSignOut: 'delete', title: '' }
  const levels = [{ level: 'desk:company', version: 0 }]
  expect(await refusal('policies.change', { levels, patch: { jitAdmin }, confirmOverwrite: true })).toEqual({
    tag: 'invalidInput',
    field: 'jitAdmin.userName',
    problem: 'nameReserved',
  })
  const data = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1').toString('base64')
  expect(await refusal('policies.addLogo', { level: 'desk:company', data })).toMatchObject({ tag: 'invalidInput', problem: 'logoWebp' })
})

test('a level of a gateway that this console does not have is refused, whatever the others are', async () => {
  const { refusal } = await openTestApp()
  expect(await refusal('policies.preview', { levels: ['desk:company', 'azure:company'], patch: {} })).toMatchObject({ tag: 'notFound' })
})
