/** F-54, whole: a real gateway that sees a real console move to another address in the middle of its work. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../../gateway/daemon/config.ts'
import { startDaemon } from '../../../gateway/daemon/daemon.ts'
import { freePort } from '../../real/parts/keeper.ts'
import { joinAs } from '../../gateway/daemon/daemonFixture.ts'
import { movableClock } from '../../gateway/gatewayFixture.ts'
import { listen } from './tlsServer.ts'

test('F-54: a console whose address changed says so on its grant, and asks for the new one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-moved-'))
  const gatewayPort = await freePort()
  // The network between them: from which address the console seems to come.
  let from = '127.0.0.2'
  const ways = new Set<Socket>()
  const wayPort = await listen(
    createServer((socket) => {
      const far = connect({ host: '127.0.0.1', port: gatewayPort, localAddress: from })
      for (const end of [socket, far]) end.on('error', () => undefined).on('close', () => [socket, far].forEach((one) => one.destroy()))
      socket.pipe(far).pipe(socket)
      ways.add(socket)
    }),
  )
  const lines = [
    `address: 127.0.0.1:${wayPort}`,
    `listen: { address: 127.0.0.1, port: ${gatewayPort} }`,
    'relay: { address: 127.0.0.1 }',
    `dataFolder: ${folder}`,
  ]
  const daemon = await startDaemon(parseConfig(lines.join('\n'), 'gatehouse.yaml'), movableClock(), { info: () => {}, error: () => {} })
  onTestFinished(async () => {
    await daemon.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const ada = await joinAs(daemon.invitation ?? '')
  const machineId = await ada.addMachine({ gatewayId: ada.gatewayId })
  const ask = () =>
    ada.call('grants.request', { idempotencyKey: randomUUID(), machines: [{ machineId, ports: [22] }], durationMs: 600_000, reason: '' })
  const { results } = await ask()
  expect(results[0]?.result).toMatchObject({ ok: true, grant: { source: '127.0.0.2' } })
  const own = async () => (await ada.call('grants.list', {})).grants
  await expect.poll(own).toMatchObject([{ state: 'open' }])
  expect((await own())[0]?.observedSource).toBeUndefined()

  from = '127.0.0.3'
  for (const way of ways) way.destroy()
  await expect.poll(async () => (await own())[0]?.observedSource, { timeout: 20_000, interval: 200 }).toBe('127.0.0.3')
  const again = await ask()
  expect(again.results[0]?.result).toMatchObject({ ok: true, grant: { source: '127.0.0.3' } })
  const sources = (await own()).map(({ source, observedSource }) => [source, observedSource])
  expect(sources.toSorted(([one], [other]) => one?.localeCompare(other ?? '') ?? 0)).toEqual([
    ['127.0.0.2', '127.0.0.3'],
    ['127.0.0.3', undefined],
  ])
}, 40_000)
