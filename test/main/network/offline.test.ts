/** A console whose gateway cannot be reached: what it still shows, what it refuses, and the one thing that it does later. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { joinAsAda, startTeam } from '../../gateway/daemon/daemonFixture.ts'

const request = (machineId: string) => ({
  idempotencyKey: randomUUID(),
  machines: [{ machineId, ports: [22] }],
  durationMs: 3_600_000,
  reason: 'printer',
})

test('F-78: without its gateway all but giving access back is refused in words, and nothing of it is done later; the log is read from the copy', async () => {
  const team = await startTeam()
  const ada = await joinAsAda(team)
  const { gatewayId } = ada
  const open = await ada.addMachine({ gatewayId })
  const asked = await ada.addMachine({ gatewayId, name: 'db-1', site: 'Bern' })
  const { results } = await ada.call('grants.request', request(open))
  const grantId = results[0]?.result.ok ? results[0].result.grant.grantId : ''
  await expect.poll(async () => (await ada.call('audit.list', { filter: { grantId }, limit: 50 })).rows.length).toBeGreaterThan(1)
  const known = (await ada.call('audit.list', { filter: { gatewayIds: [gatewayId] }, limit: 50 })).rows

  await team.daemon.stop()
  const offline = { tag: 'offline', provider: gatewayId, why: 'refused' }
  const { results: refused } = await ada.call('grants.request', request(asked))
  expect(refused).toMatchObject([{ result: { ok: false, failure: offline } }])
  expect(await ada.refusal('grants.extend', { grantId, byMs: 600_000 })).toMatchObject(offline)
  expect(await ada.refusal('grants.decide', { grantId, decision: 'approve' })).toMatchObject(offline)
  expect(await ada.refusal('grants.decide', { grantId, decision: 'deny' })).toMatchObject(offline)
  expect(await ada.refusal('policies.turnOff', { machineIds: [asked] })).toMatchObject(offline)
  const attemptId = randomUUID()
  await ada.call('sessions.connect', { attemptId, machineId: asked, way: 'ssh', where: 'tab' })
  await expect
    .poll(async () => (await ada.call('sessions.attempt', { attemptId })).outcome)
    .toMatchObject({ kind: 'failed', failure: offline })
  expect(await ada.call('grants.release', { grantId })).toMatchObject({ state: 'open', releaseWaits: true })
  expect((await ada.call('grants.list', {})).grants).toMatchObject([{ grantId, releaseWaits: true }])
  expect((await ada.call('audit.list', { filter: { gatewayIds: [gatewayId] }, limit: 50 })).rows).toEqual(known)
  await expect
    .poll(async () => (await ada.call('audit.cache', {})).logs.find((log) => log.gatewayId === gatewayId), { timeout: 10_000 })
    .toMatchObject({ isOffline: true, have: known.length })

  await team.restart()
  await expect
    .poll(async () => (await ada.call('grants.list', {})).grants, { timeout: 20_000 })
    .toMatchObject([{ grantId, state: 'closed', closeReason: 'released' }])
  const actions = async () =>
    (await ada.call('audit.list', { filter: { gatewayIds: [gatewayId] }, limit: 50 })).rows
      .slice(0, -known.length)
      .map(({ action }) => action)
  await expect.poll(actions, { timeout: 10_000 }).toContain('grant.released')
  const later = ['grant.requested', 'grant.extended', 'grant.approved', 'policy.changed']
  expect((await actions()).filter((action) => later.includes(action))).toEqual([])
}, 60_000)
