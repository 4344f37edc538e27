import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { toPersonName } from '../../../gateway/people/personName.ts'
import { openBench, startMachine } from '../gatewayFixture.ts'

describe('the name of a person', () => {
  test.each([
    ['  Bea  Müller ', 'Bea Müller'],
    ['Bea\u0301', 'Be\u00E1'],
    ['', undefined],
    [' \t ', undefined],
    ['Bea\nactor=Ada', undefined],
    ['Bea\u202Eada', undefined],
    ['Bea\u200B', undefined],
    ['gateway', undefined],
    ['GATEWAY', undefined],
    ['\uD800', undefined],
  ])('%j is kept as %j', (text, name) => {
    expect(toPersonName(text)).toBe(name)
  })

  test('is one line that can be shown, whatever was entered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = toPersonName(text)
        return name === undefined || (!/[\p{C}\p{Zl}\p{Zp}]/u.test(name) && toPersonName(name) === name)
      }),
    )
  })
})

test('F-115: what somebody else has open is not theirs to release or extend', async () => {
  const bench = await openBench()
  onTestFinished(() => bench.close())
  const machine = await startMachine()
  onTestFinished(() => machine.close())
  const grant = await bench.grant(await bench.addMachine(machine.port), machine.port)
  const caller = { technician: 'eve', roles: ['requester'] as const, address: '127.0.0.1' }
  expect((await bench.ask('POST', `/v1/grants/${grant.id}/release`, { why: 'released' }, { caller })).status).toBe(403)
  expect((await bench.ask('POST', `/v1/grants/${grant.id}/extend`, { by: 'PT5M' }, { caller })).status).toBe(403)
  expect((await bench.ask('POST', '/v1/grants/none/release', { why: 'released' }, { caller })).status).toBe(404)
})

test('an embedded gateway invites nobody: there is no way to reach it', async () => {
  const bench = await openBench()
  onTestFinished(() => bench.close())
  expect(await bench.ask('POST', '/v1/invitations', { name: 'Bea', roles: ['viewer'] })).toMatchObject({
    status: 422,
    body: { code: 'unsupported' },
  })
  expect(await bench.ask('GET', '/v1/people')).toMatchObject({ body: { people: [], invitations: [] } })
})
