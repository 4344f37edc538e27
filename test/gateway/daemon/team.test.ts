/** People at a gateway on the network, each with a console of their own: real TLS, real proofs, real connections. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { GrantList } from '../../../gateway/api.ts'
import { keyName } from '../../../main/platform/store/openLocalStore.ts'
import { openTestApp } from '../../main/testApp.ts'
import { dial, echo, ended, movableClock, startMachine } from '../gatewayFixture.ts'
import { inviteAndJoin, joinAs, joinAsAda, startTeam } from './daemonFixture.ts'

const machineFor = (port: number) => ({
  machines: [
    {
      name: 'web-1',
      address: '127.0.0.1',
      os: 'linux' as const,
      site: 'Berlin',
      tags: [],
      rules: [{ port, protocol: 'tcp' as const, sources: [], maxDuration: 'PT1H' }],
    },
  ],
})

async function machineAt(port: number, daemon: Awaited<ReturnType<typeof startTeam>>['daemon']): Promise<void> {
  const caller = { technician: 'Ada', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }
  const response = await daemon.gateway.fetch(
    new Request('https://gateway.internal/v1/machines', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(machineFor(port)),
    }),
    caller,
  )
  expect(response.status).toBe(201)
}

async function seesMachine(console: Awaited<ReturnType<typeof joinAs>>): Promise<string> {
  return vi.waitFor(
    async () => {
      const list = await console.call('machines.list', {
        tab: 'configured',
        search: 'web-1',
        sort: 'name',
        descending: false,
        offset: 0,
        limit: 10,
      })
      const row = list.rows.find(({ provider }) => provider.id === console.gatewayId)
      if (!row) throw new Error('not yet')
      return row.id
    },
    { timeout: 5000 },
  )
}

async function openGrant(console: Awaited<ReturnType<typeof joinAs>>, port: number) {
  const machineId = await seesMachine(console)
  const { results } = await console.call('grants.request', {
    idempotencyKey: randomUUID(),
    machines: [{ machineId, ports: [port] }],
    durationMs: 600_000,
    reason: 'ticket 7',
  })
  const [first] = results
  if (first?.result.ok !== true) throw new Error(JSON.stringify(first))
  return first.result.grant
}

async function personId(ada: Awaited<ReturnType<typeof joinAs>>, name: string): Promise<string> {
  const { people } = await ada.call('account.people', { gatewayId: ada.gatewayId })
  return people.find((person) => person.name === name)?.id ?? ''
}

async function teamWithMachine() {
  const team = await startTeam()
  const machine = await startMachine()
  onTestFinished(() => machine.close())
  await machineAt(machine.port, team.daemon)
  return { team, machine, ada: await joinAsAda(team) }
}

const connectTo = (grant: Awaited<ReturnType<typeof openGrant>>) => dial('127.0.0.1', grant.endpoints[0]?.connectPort ?? 0)

describe('a team at a gateway', () => {
  test('the first administrator joins, invites somebody, and both work at the same machine', async () => {
    const { machine, ada } = await teamWithMachine()
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    const { people } = await ada.call('account.people', { gatewayId: ada.gatewayId })
    expect(people.map(({ name, roles, isMe }) => ({ name, roles, isMe }))).toEqual([
      { name: 'Ada', roles: ['gatewayAdmin'], isMe: true },
      { name: 'Bea', roles: ['requester'], isMe: false },
    ])
    const grant = await openGrant(bea, machine.port)
    expect(grant.requestedBy).toBe('Bea')
    const socket = await connectTo(grant)
    expect(await echo(socket, 'hello')).toBe('hello')
    socket.destroy()
    // What one opened, the other sees without asking for it.
    await vi.waitFor(async () => {
      const { grants } = await ada.call('grants.list', {})
      expect(grants.map(({ requestedBy, state }) => ({ requestedBy, state }))).toEqual([{ requestedBy: 'Bea', state: 'open' }])
    })
  })

  test('F-57: who is disabled has nothing open after one second: the live connection is cut, and the console is refused', async () => {
    const { machine, ada } = await teamWithMachine()
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    const socket = await connectTo(await openGrant(bea, machine.port))
    await echo(socket, 'hello')
    const cut = ended(socket)
    const startedAt = performance.now()
    await ada.call('account.changePerson', { gatewayId: ada.gatewayId, personId: await personId(ada, 'Bea'), disabled: true })
    expect((await cut).atMs - startedAt).toBeLessThan(1000)
    await vi.waitFor(async () => {
      const { gateways } = await bea.call('account.gateways', {})
      expect(gateways.find(({ isDesk }) => !isDesk)?.state).toBe('notKnown')
    })
    expect(await bea.refusal('account.people', { gatewayId: bea.gatewayId })).toEqual({ tag: 'notKnown', provider: bea.gatewayId })
  })

  test('F-57: a request that is under way while its person is disabled leaves nothing open', async () => {
    const { team, machine, ada } = await teamWithMachine()
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    await seesMachine(bea)
    const id = await personId(ada, 'Bea')
    const disabling = { gatewayId: ada.gatewayId, personId: id, disabled: true }
    await Promise.allSettled([
      ...Array.from({ length: 10 }, () => openGrant(bea, machine.port)),
      ada.call('account.changePerson', disabling),
      ...Array.from({ length: 10 }, () => openGrant(bea, machine.port)),
    ])
    const caller = { technician: 'Ada', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }
    await vi.waitFor(async () => {
      const response = await team.daemon.gateway.fetch(new Request('https://gateway.internal/v1/grants'), caller)
      const { grants } = GrantList.parse(await response.json())
      expect(grants.filter(({ state }) => state !== 'closed')).toEqual([])
    })
  })

  test('POL-6: one console asks, another approves, and the port opens for the one that asked', async () => {
    const { machine, ada } = await teamWithMachine()
    const { gatewayId } = ada
    const level = `${gatewayId}:company`
    const { version } = await ada.call('policies.get', { level })
    await ada.call('policies.change', { levels: [{ level, version }], patch: { approval: 'oneApprover' } })
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    const cyd = await inviteAndJoin(ada, 'Cyd', ['approver'])
    const asked = await openGrant(bea, machine.port)
    expect(asked).toMatchObject({ state: 'requested', requestedBy: 'Bea' })
    expect((await bea.refusal('grants.decide', { grantId: asked.grantId, decision: 'approve' })).tag).toBe('notAllowed')
    const waiting = await vi.waitFor(async () => {
      const { grants } = await cyd.call('grants.list', {})
      const [grant] = grants
      if (grant === undefined) throw new Error('not yet')
      return grant
    })
    expect(waiting).toMatchObject({ requestedBy: 'Bea', decidableByMe: true })
    await cyd.call('grants.decide', { grantId: waiting.grantId, decision: 'approve' })
    const open = await vi.waitFor(async () => {
      const { grants } = await bea.call('grants.list', {})
      const grant = grants.find(({ state }) => state === 'open')
      if (grant === undefined) throw new Error('not yet')
      return grant
    })
    const socket = await connectTo(open)
    expect(await echo(socket, 'hello')).toBe('hello')
    socket.destroy()
  })

  test('F-57: what a disabled person asked for and waits for approval can be approved by nobody', async () => {
    const { machine, ada } = await teamWithMachine()
    const level = `${ada.gatewayId}:company`
    const { version } = await ada.call('policies.get', { level })
    await ada.call('policies.change', { levels: [{ level, version }], patch: { approval: 'oneApprover' } })
    const bea = await inviteAndJoin(ada, 'Bea', ['requester'])
    const asked = await openGrant(bea, machine.port)
    await ada.call('account.changePerson', { gatewayId: ada.gatewayId, personId: await personId(ada, 'Bea'), disabled: true })
    expect((await ada.refusal('grants.decide', { grantId: asked.grantId, decision: 'approve' })).tag).not.toBe('internal')
    await vi.waitFor(async () => {
      const { grants } = await ada.call('grants.list', {})
      expect(grants.map(({ state }) => state)).toEqual(['cancelled'])
    })
  })

  test('POL-5: a viewer sees and may do nothing', async () => {
    const { machine, ada } = await teamWithMachine()
    const vic = await inviteAndJoin(ada, 'Vic', ['viewer'])
    const notPermitted = { tag: 'notAllowed', part: 'permission', allowed: '' }
    const machineId = await seesMachine(vic)
    const request = { machines: [{ machineId, ports: [machine.port] }], durationMs: 600_000, reason: 'ticket 7' }
    const { results } = await vic.call('grants.request', { ...request, idempotencyKey: randomUUID() })
    expect(results[0]?.result).toEqual({ ok: false, failure: notPermitted })
    const { gatewayId } = vic
    for (const [name, input] of [
      ['account.people', { gatewayId }],
      ['account.invite', { gatewayId, name: 'Eve', roles: ['gatewayAdmin'] }],
      ['account.changePerson', { gatewayId, personId: await personId(ada, 'Vic'), roles: ['gatewayAdmin'] }],
      ['machines.remove', { machineIds: [machineId] }],
    ] as const)
      expect(await vic.refusal(name, input), name).toEqual(notPermitted)
  })

  test('the last administrator cannot be disabled, lowered, or lose the last key', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const { gatewayId } = ada
    const { people } = await ada.call('account.people', { gatewayId })
    const [me] = people
    const id = me?.id ?? ''
    expect(await ada.refusal('account.changePerson', { gatewayId, personId: id, disabled: true })).toEqual({ tag: 'lastAdmin' })
    expect(await ada.refusal('account.changePerson', { gatewayId, personId: id, roles: ['viewer'] })).toEqual({ tag: 'lastAdmin' })
    const thumbprint = me?.deviceKeys[0]?.thumbprint ?? ''
    expect(await ada.refusal('account.removeDeviceKey', { gatewayId, personId: id, thumbprint })).toEqual({ tag: 'lastAdmin' })
    // The last who is not disabled and has a key: that there is a second on paper is not enough.
    await inviteAndJoin(ada, 'Bob', ['gatewayAdmin'])
    await ada.call('account.changePerson', { gatewayId, personId: await personId(ada, 'Bob'), disabled: true })
    expect(await ada.refusal('account.changePerson', { gatewayId, personId: id, disabled: true })).toEqual({ tag: 'lastAdmin' })
  })
})

describe('an invitation', () => {
  test('lets one console in, and no other', async () => {
    const team = await startTeam()
    await joinAsAda(team)
    const other = await openTestApp()
    expect(await other.refusal('account.joinGateway', { code: team.daemon.invitation ?? '' })).toEqual({ tag: 'invitationRefused' })
  })

  test('is shown with address, name and fingerprint, and asks nobody for that', async () => {
    const team = await startTeam()
    const code = team.daemon.invitation ?? ''
    const { fingerprint } = team.daemon
    const ada = await joinAs(code)
    await team.daemon.stop()
    const preview = { address: team.address, name: 'Test team', fingerprint }
    expect(await ada.call('account.previewInvitation', { code })).toEqual({ ...preview, joinedAs: ada.gatewayId })
    expect(await ada.refusal('account.joinGateway', { code })).toEqual({ tag: 'conflict', what: 'gateway' })
    expect(await ada.refusal('account.previewInvitation', { code: code.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) })).toEqual({
      tag: 'invalidInput',
      field: 'code',
      problem: 'badCode',
    })
  })

  test('whose answer was lost lets the same console in when it asks again', async () => {
    const team = await startTeam()
    const code = team.daemon.invitation ?? ''
    const first = await openTestApp()
    await first.call('account.joinGateway', { code })
    const again = await openTestApp()
    for (const [name, secret] of first.ports.secrets.kept) again.ports.secrets.kept.set(name, secret)
    await again.call('account.joinGateway', { code })
    expect((await again.call('account.gateways', {})).gateways).toHaveLength(2)
  })

  test('that was withdrawn or has run out is refused, and a name is given once', async () => {
    const clock = movableClock()
    const team = await startTeam({ clock })
    const ada = await joinAsAda(team)
    const { gatewayId } = ada
    const withdrawn = await ada.call('account.invite', { gatewayId, name: 'Bea', roles: ['viewer'] })
    expect(await ada.refusal('account.invite', { gatewayId, name: 'BEA ', roles: ['viewer'] })).toEqual({ tag: 'conflict', what: 'person' })
    const { invitations } = await ada.call('account.people', { gatewayId })
    await ada.call('account.withdrawInvitation', { gatewayId, invitationId: invitations[0]?.id ?? '' })
    const old = await ada.call('account.invite', { gatewayId, name: 'Bea', roles: ['viewer'] })
    clock.moveWall(4 * 24 * 3600 * 1000)
    const bea = await openTestApp()
    for (const { code } of [withdrawn, old])
      expect(await bea.refusal('account.joinGateway', { code })).toEqual({ tag: 'invitationRefused' })
  })

  test('for one more console of a person joins it as that person; a removed key is refused', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const { gatewayId } = ada
    const { code } = await ada.call('account.inviteConsole', { gatewayId, personId: await personId(ada, 'Ada') })
    const second = await joinAs(code)
    const { people } = await second.call('account.people', { gatewayId })
    expect(people.map(({ name, deviceKeys }) => [name, deviceKeys.map(({ isThisConsole }) => isThisConsole)])).toEqual([
      ['Ada', [false, true]],
    ])
    const lost = people[0]?.deviceKeys[1]?.thumbprint ?? ''
    await ada.call('account.removeDeviceKey', { gatewayId, personId: people[0]?.id ?? '', thumbprint: lost })
    expect(await second.refusal('account.people', { gatewayId })).toEqual({ tag: 'notKnown', provider: gatewayId })
  })
})

describe("a console's key", () => {
  test('is in the keychain alone, and can be renewed', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const { gatewayId } = ada
    const name = `deviceKey/${gatewayId}`
    const before = ada.ports.secrets.kept.get(name) ?? ''
    const files = readdirSync(ada.ports.info.dataFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const { parentPath, name: file } of files) expect(readFileSync(join(parentPath, file)).includes(before), file).toBe(false)
    await ada.call('account.renewDeviceKey', { gatewayId })
    expect(ada.ports.secrets.kept.get(name)).not.toBe(before)
    expect((await ada.call('account.people', { gatewayId })).people[0]?.deviceKeys).toMatchObject([{ isThisConsole: true }])
    expect([...ada.ports.secrets.kept.keys()].filter((key) => key.startsWith('deviceKey/'))).toEqual([name])
  })

  test('that the gateway took, while its answer was lost, is taken by the console too', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    const { gatewayId } = ada
    const { kept } = ada.ports.secrets
    const name = `deviceKey/${gatewayId}`
    const before = kept.get(name) ?? ''
    await ada.call('account.renewDeviceKey', { gatewayId })
    const after = kept.get(name) ?? ''
    await ada.app.close()
    // As it was in the moment when the answer would have come.
    kept.set(name, before).set(`${name}/next`, after)
    const again = await openTestApp({ folder: dirname(ada.ports.info.dataFolder), secrets: ada.ports.secrets })
    await vi.waitFor(async () => void (await again.call('account.people', { gatewayId })))
    expect([...kept].filter(([key]) => key.startsWith('deviceKey/'))).toEqual([[name, after]])
  })

  test('still opens the gateway after a restart of both', async () => {
    const team = await startTeam()
    const ada = await joinAsAda(team)
    await team.restart()
    expect(team.daemon.invitation).toBeUndefined()
    await vi.waitFor(async () => void (await ada.call('account.people', { gatewayId: ada.gatewayId })))
    await ada.call('account.leaveGateway', { gatewayId: ada.gatewayId })
    expect((await ada.call('account.gateways', {})).gateways).toHaveLength(1)
    // What opens the local copy stays: it is no gateway's.
    expect([...ada.ports.secrets.kept.keys()]).toEqual([keyName])
  })

  test('F-117: a clock that is an hour off is corrected by what the gateway tells', async () => {
    const clock = movableClock()
    const team = await startTeam({ clock })
    clock.moveWall(3_600_000)
    const ada = await joinAsAda(team)
    expect((await ada.call('account.people', { gatewayId: ada.gatewayId })).people).toHaveLength(1)
  })
})
