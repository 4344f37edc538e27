/** F-115: what another organisation has does not exist here, whichever way it is asked for. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { alice, openBench, type Bench } from './gatewayFixture.ts'

let here: Bench
let there: Bench
beforeEach(async () => {
  ;[here, there] = [await openBench(), await openBench()]
})
afterEach(async () => {
  await here.close()
  await there.close()
})

test('F-115: ids of another gateway are not found in a path or a body, and find nothing in a filter', async () => {
  const machineId = await there.addMachine(22)
  const grant = await there.grant(machineId, 22)
  const own = await here.addMachine(22)
  const input = { name: 'm', address: '127.0.0.1', os: 'linux', site: '', tags: [] }
  const key = { 'idempotency-key': '3f1c7a52-6b0e-4f51-9d57-0a4f0f2f4a11' }
  const asked: [string, string, unknown?, Record<string, string>?][] = [
    ['GET', `/v1/machines/${machineId}`],
    ['PUT', `/v1/machines/${machineId}`, input],
    ['GET', `/v1/grants/${grant.id}`],
    ['POST', `/v1/grants/${grant.id}/release`, { why: 'released' }],
    ['POST', `/v1/grants/${grant.id}/extend`, { by: 'PT5M' }],
    ['POST', `/v1/grants/${grant.id}/decision`, { decision: 'approve', reason: '' }],
    ['POST', '/v1/grants', { machineId, ports: [22], duration: 'PT1H', reason: '' }, key],
    ['PUT', '/v1/policies', { machineIds: [own, machineId], rules: [] }],
    ['GET', `/v1/policies/${encodeURIComponent(`machine:${machineId}`)}`],
  ]
  for (const [method, path, body, headers] of asked) {
    const answer = await here.ask(method, path, body, headers && { headers })
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(404)
    // Nothing tells a foreign id from one that never was.
    const invented = path
      .replaceAll(machineId, '00000000-0000-4000-8000-000000000000')
      .replaceAll(grant.id, '00000000-0000-4000-8000-000000000001')
    const inventedBody: unknown = JSON.parse((JSON.stringify(body) ?? 'null').replaceAll(machineId, '00000000-0000-4000-8000-000000000000'))
    const other = await here.ask(
      method,
      invented,
      inventedBody ?? undefined,
      headers && { headers: { 'idempotency-key': crypto.randomUUID() } },
    )
    expect(JSON.stringify(other.body)).toBe(
      JSON.stringify(answer.body)
        .replaceAll(machineId, '00000000-0000-4000-8000-000000000000')
        .replaceAll(grant.id, '00000000-0000-4000-8000-000000000001'),
    )
  }
  for (const query of [`machineId=${machineId}`, `grantId=${grant.id}`]) {
    expect(await here.ask('GET', `/v1/audit?${query}`)).toMatchObject({ status: 200, body: { events: [] } })
  }
  expect(await there.ask('GET', `/v1/grants/${grant.id}`)).toMatchObject({ status: 200, body: { state: 'open' } })
})

test('F-115: a cursor of another gateway is void, and its place in the event stream is no place here', async () => {
  await there.addMachine(22)
  const { body } = await there.ask('GET', '/v1/machines')
  const { cursor } = z.object({ cursor: z.string() }).parse(body)
  expect(await here.ask('GET', `/v1/machines?cursor=${encodeURIComponent(cursor)}`)).toMatchObject({
    status: 410,
    body: { field: 'cursor' },
  })
  const stream = await here.gateway.fetch(
    new Request('https://gateway.internal/v1/events', { headers: { 'last-event-id': 'other-99' } }),
    alice,
  )
  expect(stream.status).toBe(200)
  const reader = stream.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  // Whoever comes from nowhere is told to ask for everything.
  expect(Buffer.from(first?.value ?? []).toString()).toContain('machines')
})
