/** A connect that has to wait for an approver, from the click down to a real gateway that a colleague uses too. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../../gateway/server.ts'
import { createGrants } from '../../../main/grants/grants.ts'
import { createLiveGrants } from '../../../main/grants/live.ts'
import { createGatewayProvider } from '../../../main/providers/gateway/provider.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import { createAttempt } from '../../../main/sessions/attempt.ts'
import { obtainGrant } from '../../../main/sessions/grant.ts'
import type { ConnectInput, PolicyPatch } from '../../../preload/contract.ts'
import type { MachineForSessions } from '../../../main/sessions/needs.ts'
import { realClock } from '../../fakes/fakeClock.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

async function team() {
  const clock = realClock
  const folder = mkdtempSync(join(tmpdir(), 'approval-'))
  const gateway = await createGateway({ dataFolder: join(folder, 'gateway'), clock })
  const consoleOf = (technician: string, role: 'requester' | 'approver' | 'gatewayAdmin') =>
    createGatewayProvider({
      id: 'team',
      name: 'Team',
      technician,
      url: 'http://team.internal',
      fetch: (request) => gateway.fetch(request, { technician, roles: [role], address: '127.0.0.1' }),
      onChange: (listener) => gateway.onChange(listener),
    })
  const admin = consoleOf('admin', 'gatewayAdmin')
  const provider = consoleOf('rita', 'requester')
  const input = { name: 'web-1', address: '127.0.0.1', os: 'linux' as const, site: 'Bern', tags: [], rules: 'defaults' as const }
  const [added] = (await admin.addMachines?.([input])) ?? []
  const machineId = `team:${added?.id}`
  const providers = createProviders([provider])
  const live = createLiveGrants(
    providers,
    clock,
    quiet,
    () => 0,
    () => 'web-1',
  )
  const machine: MachineForSessions = {
    machineId,
    name: 'web-1',
    address: '127.0.0.1',
    os: 'linux',
    sshPort: 22,
    rdpPort: 3389,
    rules: [{ port: 22, protocol: 'tcp', sources: [], maxDuration: 'PT3H' }],
    ways: ['ssh'],
  }
  const machines = { get: () => Promise.resolve(machine), choices: () => ({}), choose: () => Promise.resolve() }
  const grants = createGrants({ providers, live, releases: { add: () => Promise.resolve() }, machines, folder, clock, log: quiet })
  onTestFinished(async () => {
    live.close()
    await grants.settled()
    await gateway.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function policy(patch: PolicyPatch): Promise<void> {
    const version = (await admin.policies?.get('company'))?.version ?? 0
    await admin.policies?.change([{ level: 'company', version }], patch, false)
  }
  function connect() {
    const click: ConnectInput = { attemptId: randomUUID(), machineId, way: 'ssh', where: 'tab' }
    const attempt = createAttempt(click, 'web-1', clock, () => undefined)
    const outcome = obtainGrant(grants.forSessions, attempt, 22, () => true)
    // Looked at by the test when it is over.
    outcome.catch(() => undefined)
    const step = () => attempt.view().steps.find(({ state }) => state === 'running')?.name
    return { attempt, outcome, step }
  }
  async function waiting() {
    const grant = (await admin.grants()).find(({ state }) => state === 'requested')
    if (!grant) throw new Error('nothing waits')
    return grant
  }
  const all = () => admin.grants()
  return { anna: consoleOf('anna', 'approver'), grants: grants.handlers, policy, connect, waiting, all }
}

test('REQ-3: a connect waits for the approver at its approval step, and goes on by itself when it is approved', async () => {
  const { anna, connect, policy, waiting } = await team()
  await policy({ approval: 'oneApprover' })
  const { outcome, step } = connect()
  await expect.poll(step).toBe('approval')
  const { id } = await waiting()
  expect((await anna.grants())[0]).toMatchObject({ decidableByMe: true, approvals: { needed: 1, given: [] } })
  await anna.decide?.(id, 'approve', '')
  expect(await outcome).toMatchObject({ grantId: `team:${id}`, state: 'open', approvals: { given: [{ by: 'anna' }] } })
})

test('a connect whose request is denied says who denied it and why', async () => {
  const { anna, connect, policy, waiting } = await team()
  await policy({ approval: 'oneApprover' })
  const { outcome, step } = connect()
  await expect.poll(step).toBe('approval')
  await anna.decide?.((await waiting()).id, 'deny', 'call me first')
  await expect(outcome).rejects.toMatchObject({ failure: { tag: 'denied', why: 'denied', by: 'anna', reason: 'call me first' } })
})

test('a connect that nobody approves in time, or that policy forbids meanwhile, says which of the two it was', async () => {
  const { connect, policy } = await team()
  await policy({ approval: 'oneApprover', requestsLapseAfter: 'PT1S' })
  await expect(connect().outcome).rejects.toMatchObject({ failure: { tag: 'denied', why: 'lapsed' } })
  await policy({ requestsLapseAfter: null })
  const { outcome, step } = connect()
  await expect.poll(step).toBe('approval')
  await policy({ allowed: { people: [] } })
  await expect(outcome).rejects.toMatchObject({ failure: { tag: 'denied', why: 'policyChanged' } })
})

test('a connect that is cancelled while it waits takes its request back', async () => {
  const { connect, policy, all } = await team()
  await policy({ approval: 'oneApprover' })
  const { attempt, outcome, step } = connect()
  await expect.poll(step).toBe('approval')
  attempt.stop({ tag: 'cancelled' })
  await expect(outcome).rejects.toMatchObject({ failure: { tag: 'cancelled' } })
  await expect.poll(async () => (await all())[0]?.state).toBe('cancelled')
})

test('F-80: the window cannot decide on its own request, and is told so', async () => {
  const { connect, grants, policy, waiting } = await team()
  await policy({ approval: 'oneApprover' })
  const { step } = connect()
  await expect.poll(step).toBe('approval')
  const grantId = `team:${(await waiting()).id}`
  await expect(grants['grants.decide']({ grantId, decision: 'approve' })).rejects.toMatchObject({
    failure: { tag: 'notAllowed', part: 'ownRequest' },
  })
})
