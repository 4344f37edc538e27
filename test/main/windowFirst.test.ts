/** A start in which the window comes first: the list at once, the desk's gateway after it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createApp, type App } from '../../main/app.ts'
import { fakePorts, type FakePorts } from '../fakes/fakePorts.ts'

const firstList = { tab: 'configured', search: '', sort: 'name', descending: false, offset: 0, limit: 60 }

async function open(): Promise<{ app: App; ports: FakePorts; hasGateway: () => boolean }> {
  const ports = fakePorts()
  const app = await createApp(ports, { windowFirst: true })
  onTestFinished(async () => {
    await app.close()
    ports.remove()
  })
  return { app, ports, hasGateway: () => existsSync(join(ports.info.dataFolder, 'gateway')) }
}

test('what the first picture needs is answered before the gateway is opened, which then is', async () => {
  const { app, hasGateway } = await open()
  expect(await app.call('settings.get', {})).toMatchObject({ ok: true })
  expect(await app.call('machines.list', firstList)).toMatchObject({ ok: true, value: { total: 0 } })
  expect(hasGateway()).toBe(false)
  await app.opened
  expect(hasGateway()).toBe(true)
})

test('what is asked of the gateway meanwhile waits for it', async () => {
  const { app } = await open()
  await app.call('machines.list', firstList)
  expect(await app.call('grants.list', {})).toMatchObject({ ok: true, value: { grants: [] } })
})

test('without a list it is opened all the same, later', async () => {
  const { app, hasGateway } = await open()
  await app.call('settings.get', {})
  expect(hasGateway()).toBe(false)
  await app.opened
  expect(hasGateway()).toBe(true)
})

test('a console that ends before leaves a gateway that the next one can open', async () => {
  const { app, ports } = await open()
  await app.close()
  await expect(app.opened).resolves.toBeUndefined()
  const next = await createApp(ports)
  expect(await next.call('grants.list', {})).toMatchObject({ ok: true })
  await next.close()
})

test('a gateway that another console has is told, by a window too', async () => {
  const ports = fakePorts()
  const first = await createApp(ports)
  try {
    const second = await createApp(ports, { windowFirst: true })
    await expect(second.opened).rejects.toMatchObject({ name: 'StoreError', problem: 'inUse' })
    await second.close()
    await expect(createApp(ports)).rejects.toMatchObject({ problem: 'inUse' })
  } finally {
    await first.close()
    ports.remove()
  }
})
