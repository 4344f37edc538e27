/** Machines' agents over real TLS: their keys open what is theirs and nothing else, and who waits is answered when the gateway stops. */
import { createPrivateKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createGatewayClient } from '../../../gateway/agent/gatewayClient.ts'
import type { GatewayClient } from '../../../gateway/agent/gatewayClient.ts'
import { readStatement, toMachineKey } from '../../../gateway/agent/machineKey.ts'
import { AgentChallenge, AgentOrders, CreatedChallenge, Enrolled, Enrolment } from '../../../gateway/contract/challenges.ts'
import { decodeEnrolment } from '../../../gateway/contract/invitationCode.ts'
import { makeDeviceKey } from '../../../main/providers/gateway/device.ts'
import { jitAdmin, report } from '../challenges/signInBench.ts'
import { joinAsAda, startTeam } from './daemonFixture.ts'
import type { Team } from './daemonFixture.ts'

const none = z.looseObject({})
const ada = { technician: 'Ada', roles: ['gatewayAdmin'] as const, address: '127.0.0.1' }

async function inProcess(team: Team, method: string, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await team.daemon.gateway.fetch(new Request(`https://gateway.internal${path}`, init), ada)
  return await answer.json()
}

interface Enrolling {
  secret: string
  known: { address: string; fingerprint: string; pins: string[] }
  machineId: string
}

async function addMachine(team: Team, name = 'web-1'): Promise<Enrolling> {
  const machine = { name, address: '192.0.2.20', os: 'linux', site: '', tags: [], rules: 'defaults' }
  const added = await inProcess(team, 'POST', '/v1/machines', { machines: [machine] })
  const id = z.object({ machines: z.tuple([z.object({ id: z.string() })]) }).parse(added).machines[0].id
  const { code } = Enrolment.parse(await inProcess(team, 'POST', `/v1/machines/${id}/enrolment`))
  const decoded = decodeEnrolment(code)
  if (decoded === undefined) throw new Error('no code')
  const { address, fingerprint, pin, secret } = decoded
  const known = { address, fingerprint, pins: [Buffer.from(pin).toString('base64url')] }
  return { known, secret: Buffer.from(secret).toString('base64url'), machineId: id }
}

const makeKey = () => toMachineKey(createPrivateKey({ key: Buffer.from(makeDeviceKey(), 'base64'), type: 'pkcs8', format: 'der' }))

async function enrol({ known, secret }: Enrolling, key = makeKey()) {
  const fresh = createGatewayClient(() => known, key, { isFresh: true })
  const enrolled = await fresh.ask(Enrolled, { method: 'POST', target: '/v1/agent/enrol', body: { secret, report } })
  return { enrolled, key, client: createGatewayClient(() => known, key) }
}

async function startWithMachine() {
  const team = await startTeam()
  await joinAsAda(team)
  await inProcess(team, 'PATCH', '/v1/policies', {
    levels: [{ level: 'company', version: 0 }],
    patch: { jitAdmin },
    confirmOverwrite: true,
  })
  const enrolling = await addMachine(team)
  return { team, enrolling, ...(await enrol(enrolling)) }
}

const create = (client: GatewayClient) =>
  client.ask(CreatedChallenge, {
    method: 'POST',
    target: '/v1/agent/challenges',
    body: { service: 'ssh', asked: 'jit-admin', signedIn: [] },
  })

describe('a machine’s agent', () => {
  test('GTW-3: enrols by a code, knows the gateway by its statement, reports and asks', async () => {
    const { enrolling, enrolled, key, client } = await startWithMachine()
    expect(enrolled).toMatchObject({ machineId: enrolling.machineId, name: 'web-1' })
    const statement = readStatement(enrolled.statement, enrolling.known.fingerprint, key.thumbprint)
    expect(statement?.pins).toEqual(expect.arrayContaining(enrolling.known.pins))
    // The answer may have been lost: the same key may ask again, no other may.
    expect((await enrol(enrolling, key)).enrolled.machineId).toBe(enrolling.machineId)
    await expect(enrol(enrolling)).rejects.toMatchObject({ code: 'unknownCaller' })
    expect(await client.ask(AgentOrders, { method: 'PUT', target: '/v1/agent/report', body: report })).toMatchObject({
      jitAdmin: { enabled: true },
      end: [],
    })
    expect(await create(client)).toMatchObject({ userName: 'jit-admin' })
  })

  test('F-69: its key is nobody’s anywhere else, a person’s is nobody’s there, and neither is an unknown or a revoked one', async () => {
    const { team, enrolling, key, client } = await startWithMachine()
    const unknown = { code: 'unknownCaller' }
    for (const target of [
      '/v1/machines',
      '/v1/me',
      '/v1/challenges/ABCDEFGHIJKLMNOP',
      `/v1/machines/${enrolling.machineId}/sign-ins`,
      '/v1/agent',
    ])
      await expect(client.ask(none, { method: 'GET', target }), target).rejects.toMatchObject(unknown)
    // What a path means is what the router makes of it, whatever the front saw.
    await expect(client.ask(none, { method: 'GET', target: '/v1/agent/../machines' })).rejects.toMatchObject({ code: 'notFound' })
    const stranger = createGatewayClient(() => enrolling.known, makeKey())
    await expect(create(stranger)).rejects.toMatchObject(unknown)
    const created = await create(client)
    await inProcess(team, 'DELETE', `/v1/machines/${enrolling.machineId}/agent`)
    await expect(create(client)).rejects.toMatchObject(unknown)
    await expect(client.ask(AgentChallenge, { method: 'GET', target: `/v1/agent/challenges/${created.id}` })).rejects.toMatchObject(unknown)
    await expect(enrol(enrolling, key)).rejects.toMatchObject(unknown)
  })

  test('F-69: a person’s key is none of a machine’s', async () => {
    const team = await startTeam()
    const enrolling = await addMachine(team)
    const { invitations } = team.daemon.gateway
    const { secret } = await invitations.invite('Ada', { name: 'Ana', roles: ['gatewayAdmin'] })
    const kept = makeDeviceKey()
    const key = toMachineKey(createPrivateKey({ key: Buffer.from(kept, 'base64'), type: 'pkcs8', format: 'der' }))
    const fresh = createGatewayClient(() => enrolling.known, key, { isFresh: true })
    await fresh.ask(none, { method: 'POST', target: '/v1/people/join', body: { secret: Buffer.from(secret).toString('base64url') } })
    const client = createGatewayClient(() => enrolling.known, key)
    expect(await client.ask(none, { method: 'GET', target: '/v1/me' })).toMatchObject({ name: 'Ana' })
    await expect(create(client)).rejects.toMatchObject({ code: 'unknownCaller' })
    await expect(client.ask(none, { method: 'GET', target: '/v1/agent/me' })).rejects.toMatchObject({ code: 'unknownCaller' })
    // An invitation is no enrolment, and the other way round.
    await expect(enrol({ ...enrolling, secret: Buffer.from(secret).toString('base64url') })).rejects.toMatchObject({
      code: 'unknownCaller',
    })
  })

  test('who waits is answered when the gateway stops, and a caller who goes away leaves nothing behind', async () => {
    const { team, client } = await startWithMachine()
    const created = await create(client)
    const target = `/v1/agent/challenges/${created.id}?waitS=30`
    const away = new AbortController()
    const left = client.ask(AgentChallenge, { method: 'GET', target, timeoutMs: 40_000, signal: away.signal })
    const waiting = client.ask(AgentChallenge, { method: 'GET', target, timeoutMs: 40_000 })
    // A second request on its way tells that these two are.
    await client.ask(AgentChallenge, { method: 'GET', target: `/v1/agent/challenges/${created.id}` })
    away.abort()
    await expect(left).rejects.toThrow()
    await team.daemon.stop()
    expect(await waiting).toMatchObject({ state: 'pending' })
  })
})
