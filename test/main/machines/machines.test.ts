import { readdirSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createPins } from '../../../main/machines/pins.ts'
import { waysOf } from '../../../main/machines/machine.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'
import { fakePorts } from '../../fakes/fakePorts.ts'
import { listOf, openTestApp } from '../testApp.ts'

describe('a machine added by hand', () => {
  test('INV-1, INV-3: is in the list at once, with what was entered', async () => {
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine({ name: 'web-1', site: 'Berlin', tags: ['prod'], user: 'alice', sshPort: 2222 })
    const { rows, counts, asOf } = await call('machines.list', listOf())
    expect(rows).toEqual([
      {
        id: machineId,
        name: 'web-1',
        address: '127.0.0.1',
        os: 'linux',
        site: 'Berlin',
        tags: ['prod'],
        provider: { id: 'desk', name: 'This desk' },
        state: 'configured',
        gate: 'relay',
        approvalsIn7Days: 0,
        ports: [2222],
        ways: ['ssh'],
        user: 'alice',
        nameIsShared: false,
      },
    ])
    expect(counts).toEqual({ configured: 1, notConfigured: 0, unsupported: 0 })
    expect(asOf).toBeDefined()
    expect(await call('machines.get', { machineId })).toMatchObject({
      user: 'alice',
      gate: 'relay',
      rules: [{ port: 2222, maxDuration: 'PT3H' }],
      hostKeys: [],
      certificates: [],
    })
  })

  test.each([
    ['domainController', { os: 'windows', facts: { domainController: true } }],
    ['multiSession', { os: 'windows', facts: { multiSession: true } }],
    ['cloudPc', { os: 'windows', facts: { cloudPc: true } }],
    ['tooOld', { os: 'windows', facts: { osVersion: '6.1' } }],
    ['tooOld', { os: 'windows', facts: { bits: 32 } }],
    ['agentTooOld', { facts: { agentVersion: '2.7.9' } }],
  ] as const)('INV-2: that cannot have JIT is listed as unsupported: %s', async (reason, machine) => {
    const { call, addMachine } = await openTestApp()
    await addMachine(machine)
    const { rows } = await call('machines.list', listOf({ tab: 'unsupported' }))
    expect(rows).toMatchObject([{ state: 'unsupported', unsupportedReason: reason, ways: [] }])
  })

  test.each(['-oProxyCommand=x', '$(id)', 'a b', 'a;b', 'host:22', 'x'.repeat(64), '999.1.1.1'])(
    'F-11, F-12, F-17: with the address %j is refused at that field',
    async (address) => {
      const { refusal } = await openTestApp()
      const input = { name: 'web', address, os: 'linux', site: '', tags: [], turnOnJit: false }
      expect(await refusal('machines.add', input)).toMatchObject({ tag: 'invalidInput', field: 'address' })
    },
  )

  test('twice is a conflict', async () => {
    const { refusal, addMachine } = await openTestApp()
    await addMachine()
    const again = { name: 'WEB-1', address: '127.0.0.1', os: 'linux', site: '', tags: [], turnOnJit: false }
    expect(await refusal('machines.add', again)).toEqual({ tag: 'conflict', what: 'machine' })
  })

  test('F-30: with the name of another one is marked, as the other is', async () => {
    const { call, addMachine } = await openTestApp()
    await addMachine()
    await addMachine({ name: 'Web-1', address: '127.0.0.2' })
    const { rows } = await call('machines.list', listOf())
    expect(rows.map((row) => row.nameIsShared)).toEqual([true, true])
  })

  test('F-32, F-33: may be called anything', async () => {
    const { call, addMachine } = await openTestApp()
    for (const [at, name] of ['<img src=x onerror=alert(1)>', '__proto__', 'constructor'].entries()) {
      await addMachine({ name, address: `10.0.0.${at}`, tags: ['__proto__'] })
    }
    const { rows } = await call('machines.list', listOf({ search: '__proto__' }))
    expect(rows.map((row) => row.name)).toEqual(['__proto__', '<img src=x onerror=alert(1)>', 'constructor'])
  })
})

describe('a machine', () => {
  test('that is changed is found by its new name', async () => {
    const { call, addMachine } = await openTestApp()
    const machineId = await addMachine()
    await call('machines.change', { machineId, machine: { name: 'db-7', address: '10.0.0.7', os: 'linux', site: '', tags: [] } })
    expect((await call('machines.list', listOf({ search: 'db-7' }))).rows).toMatchObject([{ id: machineId, address: '10.0.0.7' }])
    expect((await call('machines.list', listOf({ search: 'web' }))).total).toBe(0)
  })

  test('that is removed is gone, with its pins; one that never was is not found', async () => {
    const { call, refusal, addMachine, ports } = await openTestApp()
    const machineId = await addMachine()
    await call('machines.remove', { machineIds: [machineId, machineId] })
    expect(await refusal('machines.get', { machineId })).toEqual({ tag: 'notFound', what: 'machine' })
    expect(await refusal('machines.get', { machineId: 'nobody:x' })).toEqual({ tag: 'notFound', what: 'machine' })
    expect(readdirSync(ports.info.dataFolder)).not.toContain('pins.json')
  })

  test('is there after a restart', async () => {
    const ports = fakePorts()
    const before = await openTestApp({ folder: join(ports.info.dataFolder, '..') })
    const machineId = await before.addMachine()
    await before.app.close()
    const after = await openTestApp({ folder: join(ports.info.dataFolder, '..') })
    await expect.poll(async () => (await after.call('machines.list', listOf())).rows.map((row) => row.id)).toEqual([machineId])
  })
})

test.each([
  ['what its rules allow, in their order', { os: 'linux', ports: [3389, 22] }, ['rdp', 'ssh']],
  ['a port of neither kind last', { os: 'linux', ports: [5985, 22] }, ['ssh', 'forward']],
  ['the default of its system where JIT is off', { os: 'windows', ports: [] }, ['rdp']],
  ['the default of its system where JIT is off', { os: 'linux', ports: [] }, ['ssh']],
] as const)('Connect offers %s', (_what, { os, ports }, ways) => {
  const rules = ports.map((port) => ({ port, protocol: 'tcp' as const, sources: [], maxDuration: 'PT1H' }))
  expect(waysOf({ os, rules, sshPort: 22, rdpPort: 3389 })).toEqual(ways)
})

describe('policy', () => {
  test('POL-1: is turned on for many with the defaults of each, and off again', async () => {
    const { call, addMachine } = await openTestApp()
    const machineIds = [await addMachine({ name: 'a', turnOnJit: false }), await addMachine({ name: 'b', os: 'windows', turnOnJit: false })]
    expect((await call('machines.list', listOf({ tab: 'notConfigured' }))).total).toBe(2)
    await call('policies.turnOn', { machineIds })
    expect((await call('machines.list', listOf())).rows.map((row) => row.ports)).toEqual([[22], [3389]])
    await call('policies.turnOff', { machineIds })
    expect((await call('machines.list', listOf())).counts).toEqual({ configured: 0, notConfigured: 2, unsupported: 0 })
  })

  test('POL-2: takes own rules, and names the field of one that does not fit', async () => {
    const { call, refusal, addMachine } = await openTestApp()
    const machineIds = [await addMachine()]
    const rule = { port: 5986, protocol: 'tcp' as const, sources: ['10.0.0.0/8'], maxDuration: 'PT30M' }
    await call('policies.set', { machineIds, rules: [rule] })
    expect((await call('machines.get', { machineId: machineIds[0] ?? '' })).rules).toEqual([rule])
    for (const wrong of [{ maxDuration: 'forever' }, { sources: ['nowhere'] }]) {
      const failure = await refusal('policies.set', { machineIds, rules: [{ ...rule, ...wrong }] })
      expect(failure).toMatchObject({ tag: 'invalidInput', field: expect.stringMatching(/^rules\.0\./) as unknown })
    }
  })

  test('INV-2: of a machine that cannot have it is refused with the reason, and no other is changed', async () => {
    const { call, refusal, addMachine } = await openTestApp()
    const fine = await addMachine({ turnOnJit: false })
    const controller = await addMachine({ name: 'dc', os: 'windows', facts: { domainController: true } })
    expect(await refusal('policies.turnOn', { machineIds: [fine, controller] })).toEqual({
      tag: 'unsupported',
      machineId: controller,
      reason: 'domainController',
    })
    expect((await call('machines.list', listOf())).total).toBe(0)
  })
})

describe('pins', () => {
  test('outlive a restart, are one a fingerprint, and are forgotten one by one', async () => {
    const { info, remove } = fakePorts()
    mkdirSync(info.dataFolder, { recursive: true })
    const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:abc', key: 'AAAA' }
    const pins = createPins(info.dataFolder, fakeClock())
    await pins.pinHostKey('desk:m1', key)
    await pins.pinHostKey('desk:m1', key)
    await pins.pinCertificate('desk:m1', 'SHA256:def')
    const later = createPins(info.dataFolder, fakeClock())
    expect(later.hostKeys('desk:m1')).toEqual([{ ...key, pinnedAt: '2030-01-02T03:04:05.000Z' }])
    expect(later.hostKeys('desk:m2')).toEqual([])
    expect(await later.unpin('desk:m1', 'SHA256:def')).toBe('certificate')
    expect(await later.unpin('desk:m1', 'SHA256:def')).toBeUndefined()
    expect(later.certificates('desk:m1')).toEqual([])
    await later.forget(['desk:m1'])
    expect(createPins(info.dataFolder, fakeClock()).hostKeys('desk:m1')).toEqual([])
    remove()
  })

  test('unpinning is audited, and the window sees it', async () => {
    const ports = fakePorts()
    const folder = join(ports.info.dataFolder, '..')
    mkdirSync(ports.info.dataFolder, { recursive: true })
    const first = await openTestApp({ folder })
    const machineId = await first.addMachine()
    await first.app.close()
    await createPins(ports.info.dataFolder, fakeClock()).pinHostKey(machineId, {
      algorithm: 'ssh-ed25519',
      fingerprint: 'SHA256:abc',
      key: 'AAAA',
    })
    const { call, logged } = await openTestApp({ folder })
    await expect.poll(async () => (await call('machines.list', listOf())).total).toBe(1)
    expect((await call('machines.get', { machineId })).hostKeys).toMatchObject([{ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:abc' }])
    await call('machines.unpin', { machineId, fingerprint: 'SHA256:abc' })
    expect((await call('machines.get', { machineId })).hostKeys).toEqual([])
    expect(await logged({ machineId, topics: ['hostKey'] })).toMatchObject([
      { action: 'hostKey.unpinned', detail: { fingerprint: 'SHA256:abc' } },
    ])
  })
})
