/** F-103: a console and a gateway of versions too far apart. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { apiHeader, formatApi, judgeApi, parseApi, spokenApi } from '../../../gateway/contract/apiVersion.ts'
import { alice, openBench } from '../../gateway/gatewayFixture.ts'
import { joinAsAda, startTeam } from '../../gateway/daemon/daemonFixture.ts'

describe('F-103: what two ranges have in common', () => {
  const ours = { oldest: 3, newest: 5 }
  test.each([
    ['3-5', 'same'],
    ['1-3', 'same'],
    ['5-9', 'same'],
    ['6-9', 'newer'],
    ['1-2', 'older'],
    [null, 'older'],
    ['garbage', 'newer'],
    ['1-2; DROP', 'newer'],
  ])('%s: %s', (header, judged) => expect(judgeApi(parseApi(header), ours)).toBe(judged))

  test('who says nothing speaks the first revision', () => {
    expect(parseApi(undefined)).toEqual({ oldest: 1, newest: 1 })
    expect(parseApi(formatApi(spokenApi))).toEqual(spokenApi)
  })
})

test('F-103: a gateway lets a console of another version read, and changes nothing for it', async () => {
  const bench = await openBench()
  onTestFinished(() => bench.close())
  const machines = [{ name: 'm', address: 'm.example', os: 'linux', site: '', tags: [], rules: [] }]
  for (const spoken of ['7-9', 'nonsense']) {
    const refused = await bench.ask('POST', '/v1/machines', { machines }, { headers: { [apiHeader]: spoken } })
    expect(refused).toMatchObject({ status: 426, body: { code: 'otherApi', allowed: formatApi(spokenApi), reason: 'newer' } })
    expect((await bench.ask('GET', '/v1/machines', undefined, { headers: { [apiHeader]: spoken } })).body).toMatchObject({ machines: [] })
  }
  const plain = await bench.gateway.fetch(new Request('https://gateway.internal/v1/source'), alice)
  expect(plain.headers.get(apiHeader)).toBe(formatApi(spokenApi))
  expect((await bench.ask('POST', '/v1/machines', { machines })).status).toBe(201)
})

test.each([
  ['7-9', 'gatewayNewer'],
  ['0-0', 'gatewayOlder'],
])('F-103: a console reads a gateway that speaks %s, changes nothing there, and says why', async (spoken, why) => {
  const team = await startTeam()
  const ada = await joinAsAda(team)
  const { gatewayId } = ada
  const fetch = team.daemon.gateway.fetch.bind(team.daemon.gateway)
  const asked: string[] = []
  // The same gateway, as another version of it would call itself.
  team.daemon.gateway.fetch = async (request, caller) => {
    asked.push(request.method)
    const answer = await fetch(request, caller)
    const headers = new Headers(answer.headers)
    headers.set(apiHeader, spoken)
    return new Response(answer.body, { status: answer.status, headers })
  }
  expect((await ada.call('account.people', { gatewayId })).people).toHaveLength(1)
  asked.length = 0
  const machine = { name: 'm', address: 'm.example', os: 'linux' as const, site: '', tags: [], turnOnJit: true, gatewayId }
  expect(await ada.refusal('machines.add', machine)).toEqual({ tag: 'readOnly', provider: gatewayId, why })
  expect(asked.filter((method) => method !== 'GET')).toEqual([])
  const { gateways } = await ada.call('account.gateways', {})
  expect(gateways.find(({ id }) => id === gatewayId)).toMatchObject({ readOnly: why })
  expect((await ada.call('account.people', { gatewayId })).people).toHaveLength(1)
})
