/** POL-5: who may no longer do something is out of it at once, and is told before asking. Real consoles of two people on one gateway. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { optionsOf } from '../../../main/grants/options.ts'
import type { Role } from '../../../preload/contract.ts'
import { inviteAndJoin, joinAsAda, startTeam } from '../daemon/daemonFixture.ts'

async function inside(roles: Role[]) {
  const team = await startTeam()
  const ada = await joinAsAda(team)
  const bo = await inviteAndJoin(ada, 'Bo', roles)
  const { gatewayId } = ada
  const machineId = await ada.addMachine({ gatewayId })
  const { people } = await ada.call('account.people', { gatewayId })
  const personId = people.find(({ name }) => name === 'Bo')?.id ?? ''
  await expect
    .poll(async () =>
      bo.call('machines.get', { machineId }).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  const request = () =>
    bo.call('grants.request', { idempotencyKey: randomUUID(), machines: [{ machineId, ports: [22] }], durationMs: 600_000, reason: '' })
  return {
    ada,
    bo,
    machineId,
    request,
    become: (next: Role[]) => ada.call('account.changePerson', { gatewayId, personId, roles: next }),
    allow: async (allowed: { roles?: Role[]; people?: string[] }) => {
      const level = `${gatewayId}:company`
      const { versions } = await ada.call('policies.preview', { levels: [level], patch: { allowed } })
      await ada.call('policies.change', { levels: versions, patch: { allowed } })
    },
    ofBo: async () => (await ada.call('grants.list', {})).grants.filter(({ requestedBy }) => requestedBy === 'Bo'),
  }
}

describe('a person who gets fewer roles', () => {
  test('has nothing open any more that the new roles may not have', async () => {
    const { request, become, ofBo } = await inside(['requester'])
    expect((await request()).results[0]?.result).toMatchObject({ ok: true })
    await become(['viewer'])
    await expect.poll(ofBo).toMatchObject([{ state: 'closed', closeReason: 'revoked' }])
  })

  test('keeps what the new roles still allow, and loses what policy gives to the lost one', async () => {
    const { request, become, allow, ofBo } = await inside(['requester', 'approver', 'policyAdmin'])
    await allow({ roles: ['approver'] })
    expect((await request()).results[0]?.result).toMatchObject({ ok: true })
    await become(['requester', 'approver'])
    await expect.poll(ofBo).toMatchObject([{ state: 'open' }])
    await become(['requester'])
    await expect.poll(ofBo).toMatchObject([{ state: 'closed', closeReason: 'policyChanged' }])
  })
})

test('POL-5: who is not let in by policy is told so before asking, and who is let in is not', async () => {
  const { ada, bo, machineId, allow } = await inside(['requester'])
  const options = async (console: typeof bo) => (await console.call('grants.options', { machineIds: [machineId] })).machines[0]
  expect((await options(bo))?.unavailable).toBeUndefined()
  await allow({ people: ['Ada'] })
  await expect.poll(() => options(bo)).toMatchObject({ unavailable: 'notAllowed', ports: [] })
  expect((await options(ada))?.unavailable).toBeUndefined()
  await allow({ people: ['Ada'], roles: ['requester'] })
  await expect.poll(async () => (await options(bo))?.unavailable).toBeUndefined()
})

const allowing = (allowed: { roles?: string[]; people?: string[] } | undefined, roles: string[] | undefined) => ({ allowed, roles })

test.each([
  [allowing(undefined, ['requester']), undefined],
  [allowing({}, ['requester']), undefined],
  [allowing({ roles: ['approver'] }, ['requester']), 'notAllowed'],
  [allowing({ roles: ['approver'] }, ['requester', 'approver']), undefined],
  [allowing({ people: ['Bo'] }, ['requester']), undefined],
  [allowing({ people: [] }, ['requester']), 'notAllowed'],
  // A provider without roles judges by itself.
  [allowing({ roles: ['approver'] }, undefined), undefined],
])('%j: %s', ({ allowed, roles }, unavailable) => {
  const rules = [{ port: 22, protocol: 'tcp' as const, sources: [], maxDuration: 'PT1H' }]
  const told = optionsOf({ machineId: 'g:m', name: 'm', rules, ...(allowed && { allowed }) }, { technician: 'Bo', roles })
  expect(told.unavailable).toBe(unavailable)
})
