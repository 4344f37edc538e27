/** F-55: a machine that comes into other hands while somebody is in it. F-54: where a connection may come from. */
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { isOfAnother } from '../../gateway/policies/levels.ts'
import { alice, dial, echo, ended, openBench, startMachine, tcpRule, through, type Bench } from './gatewayFixture.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

async function inside(site: string) {
  const machine = await startMachine()
  onTestFinished(() => machine.close())
  const id = await bench.addMachine(machine.port, [tcpRule(machine.port)], { name: 'm', site })
  const grant = await bench.grant(id, machine.port)
  const socket = await through(grant)
  expect(await echo(socket, 'here')).toBe('here')
  return { id, grant, socket, stateOf: async () => (await bench.ask('GET', `/v1/grants/${grant.id}`)).body }
}

const filedAt = (site: string) => ({ name: 'm', address: '127.0.0.1', os: 'linux', site, tags: [] })

describe('F-55: a machine that is given to somebody else', () => {
  test('closes what is open on it, live connections and all', async () => {
    const { id, socket, stateOf } = await inside('Contoso / Bern')
    const cut = ended(socket)
    expect((await bench.ask('PUT', `/v1/machines/${id}`, filedAt('Fabrikam / Bern'))).status).toBe(200)
    await cut
    expect(await stateOf()).toMatchObject({ state: 'closed', closeReason: 'revoked' })
  })

  test('and one that is taken out of the inventory too', async () => {
    const { id, socket, stateOf } = await inside('Contoso')
    const cut = ended(socket)
    await bench.ask('POST', '/v1/machines/remove', { ids: [id] })
    await cut
    expect(await stateOf()).toMatchObject({ state: 'closed', closeReason: 'machineRemoved' })
  })

  test('but one that is filed in another place of the same owner stays open', async () => {
    const { id, socket, stateOf } = await inside('Contoso / Bern')
    await bench.ask('PUT', `/v1/machines/${id}`, filedAt('contoso / Basel'))
    expect(await echo(socket, 'still here')).toBe('still here')
    expect(await stateOf()).toMatchObject({ state: 'open' })
    socket.destroy()
  })

  test.each([
    ['Contoso', 'Fabrikam', true],
    ['Contoso / Bern', 'Contoso', false],
    ['Contoso', 'CONTOSO/Bern', false],
    ['Contoso', '', true],
    ['', 'Contoso', false],
    ['A / Contoso', 'B / Contoso', true],
  ])('%j to %j is another owner: %s', (before, now, isAnother) => expect(isOfAnother(before, now)).toBe(isAnother))
})

describe('F-54: the address that the gateway sees', () => {
  test.each(['10.1.2.3', '100.64.9.9', '192.168.0.2', '2001:db8:0:1:3c4d:5e6f:7a8b:9c0d'])(
    '%s is the source, whatever network it is of, unless the request names another',
    async (address) => {
      const id = await bench.addMachine(22)
      const caller = { ...alice, address }
      const { body } = await bench.ask('GET', '/v1/source', undefined, { caller })
      expect(body).toMatchObject({ myAddress: address })
      expect(await bench.grant(id, 22, { caller })).toMatchObject({ source: address })
    },
  )

  test('is the only one that is let in: a console that moved gets nothing through its old grant', async () => {
    const { grant, socket } = await inside('')
    const endpoint = grant.endpoints[0]
    // Refused at once, or let in to be cut: either way nothing comes of it.
    const moved = await dial(endpoint?.address ?? '', endpoint?.connectPort ?? 0, '127.0.0.3').catch(() => undefined)
    if (moved) await expect(echo(moved, 'nothing')).rejects.toThrow()
    expect(await echo(socket, 'the old one goes on')).toBe('the old one goes on')
    socket.destroy()
  })
})
