/** The console as a witness: real gateways on real stores, of which some are copies that went another way. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createGateway, type Gateway } from '../../../gateway/server.ts'
import { openCheckpoints } from '../../../main/audit/checkpoints.ts'
import { createLogWitness, type LogWitness } from '../../../main/audit/witness.ts'
import { createGatewayProvider } from '../../../main/providers/gateway/provider.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { WatchedLog } from '../../../preload/contract.ts'
import { realClock } from '../../fakes/fakeClock.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'
import { alice } from '../../gateway/gatewayFixture.ts'
import { addEvents, folder, openGateway, quiet, trustedKey, withAnOldCopy } from './copyWorld.ts'

interface World {
  witness: LogWitness
  /** What the console knows after it has looked. */
  look(): Promise<WatchedLog>
  /** From now on this one answers, in the name of the first. */
  answerWith(gateway: Gateway): void
  /** What was asked of the gateway. */
  asked: string[]
  ring(): void
  /** The console is started again. */
  restart(): void
  file: string
  secrets: ReturnType<typeof fakeSecrets>
}

function watch(first: Gateway, options: { whenLookedAt?: boolean; fingerprint?: string } = {}): World {
  const { whenLookedAt = false, fingerprint = trustedKey } = options
  const own = folder()
  const secrets = fakeSecrets()
  const asked: string[] = []
  const listeners = new Set<(topic: 'audit') => void>()
  let gateway = first
  const provider = createGatewayProvider({
    id: 'g1',
    name: 'Contoso',
    technician: 'tess',
    url: 'https://gate.internal',
    fetch(request) {
      asked.push(new URL(request.url).pathname)
      return gateway.fetch(request, alice)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    logKey: { fingerprint: () => Promise.resolve(fingerprint), whenLookedAt },
  })
  const open = () =>
    createLogWitness({
      providers: createProviders([provider]),
      checkpoints: openCheckpoints({ folder: own, secrets, clock: realClock, log: quiet }),
      clock: realClock,
      log: quiet,
      changed: () => undefined,
    })
  const world: World = {
    witness: open(),
    asked,
    secrets,
    file: join(own, 'checkpoints.json'),
    async look() {
      const { logs } = await world.witness.handlers['audit.checkLogs']({})
      if (!logs[0]) throw new Error('no log is watched')
      return logs[0]
    },
    answerWith: (next) => void (gateway = next),
    ring: () => listeners.forEach((listener) => listener('audit')),
    restart() {
      world.witness.close()
      world.witness = open()
    },
  }
  onTestFinished(() => world.witness.close())
  return world
}

async function watchedWithAnOldCopy(): Promise<{ gateway: Gateway; old: Gateway; world: World }> {
  const { gateway, old } = await withAnOldCopy(10, 20)
  return { gateway, old, world: watch(gateway) }
}

test('AUD-3: a log that only grew is verified, up to its last event', async () => {
  const gateway = await openGateway()
  const world = watch(gateway)
  expect(world.witness.handlers['audit.logs']({})).toMatchObject({ logs: [{ state: 'unverified', why: 'notYet' }] })
  expect(await world.look()).toMatchObject({ state: 'verified', size: 1, gatewayName: 'Contoso' })
  await addEvents(gateway, 30)
  expect(await world.look()).toMatchObject({ state: 'verified', size: 31 })
  // Proved, not believed.
  expect(world.asked.filter((path) => path.endsWith('/consistency')).length).toBe(1)
  world.restart()
  await addEvents(gateway, 1)
  expect(await world.look()).toMatchObject({ state: 'verified', size: 32 })
})

test('F-82: a log whose end was taken away is an alarm with both sizes, and what was found right is kept', async () => {
  const { old, world } = await watchedWithAnOldCopy()
  const right = await world.look()
  expect(right).toMatchObject({ state: 'verified' })
  world.answerWith(old)
  const changed = await world.look()
  expect(changed).toMatchObject({ state: 'changed', how: 'shorter', kept: { size: right.state === 'verified' && right.size } })
  expect(changed.state === 'changed' && changed.shown.size).toBeLessThan(right.state === 'verified' ? right.size : 0)
  expect(readFileSync(world.file, 'utf8')).toContain(right.state === 'verified' ? right.root : '-')
})

test('F-83: a log that went another way is an alarm, however long it is', async () => {
  const { old, world } = await watchedWithAnOldCopy()
  const right = await world.look()
  await addEvents(old, 100)
  world.answerWith(old)
  expect(await world.look()).toMatchObject({ state: 'changed', how: 'forked', kept: { root: right.state === 'verified' && right.root } })
})

test('F-83: the alarm stays when the console is started again, and when the right log is shown again', async () => {
  const { gateway, old, world } = await watchedWithAnOldCopy()
  await world.look()
  world.answerWith(old)
  const alarm = await world.look()
  world.answerWith(gateway)
  expect(await world.look()).toEqual(alarm)
  world.restart()
  expect(world.witness.handlers['audit.logs']({})).toEqual({ logs: [alarm] })
  expect(await world.look()).toEqual(alarm)
})

test('a changed log that a person accepts is what it must extend from then on, and both are in its events', async () => {
  const { gateway, old, world } = await watchedWithAnOldCopy()
  await world.look()
  world.answerWith(old)
  const alarm = await world.look()
  if (alarm.state !== 'changed') throw new Error('no alarm')
  await world.witness.handlers['audit.acceptLog']({ gatewayId: 'g1', shown: alarm.shown })
  expect(await world.look()).toMatchObject({ state: 'verified' })
  const events = await (await old.fetch(new Request('https://gate.internal/v1/audit?topics=log'), alice)).text()
  expect(events).toContain('log.changed')
  expect(events).toContain('log.accepted')
  world.answerWith(gateway)
  expect(await world.look()).toMatchObject({ state: 'changed', how: 'forked' })
})

test('what is accepted is what the person saw: a log that changed once more is not', async () => {
  const { old, world } = await watchedWithAnOldCopy()
  await world.look()
  world.answerWith(old)
  const alarm = await world.look()
  if (alarm.state !== 'changed') throw new Error('no alarm')
  const other = await openGateway()
  world.answerWith(other)
  const accepting = world.witness.handlers['audit.acceptLog']({ gatewayId: 'g1', shown: alarm.shown })
  await expect(accepting).rejects.toMatchObject({ failure: { tag: 'conflict', what: 'log' } })
  expect(await world.look()).toMatchObject({ state: 'changed', how: 'otherLog' })
})

test("a gateway on the network that does not sign with its own key is an alarm, and cannot be accepted; a desk's without a keychain is unsigned", async () => {
  const stranger = await openGateway(folder(), { key: generateKeyPairSync('ed25519').privateKey })
  const world = watch(stranger)
  expect(await world.look()).toMatchObject({ state: 'changed', how: 'otherKey' })
  const accepting = world.witness.handlers['audit.acceptLog']({ gatewayId: 'g1', shown: { size: 1, root: '' } })
  await expect(accepting).rejects.toMatchObject({ failure: { tag: 'gatewayUntrusted' } })
  const unsigned = await createGateway({ dataFolder: folder(), clock: realClock })
  onTestFinished(() => unsigned.close())
  expect(await watch(unsigned).look()).toMatchObject({ state: 'changed', how: 'otherKey' })
  expect(await watch(unsigned, { whenLookedAt: true }).look()).toMatchObject({ state: 'unverified', why: 'unsigned' })
})

test('F-82: whoever puts an older checkpoint into the file, or takes the file away, hides nothing: the keychain has the point', async () => {
  const { gateway, old, world } = await watchedWithAnOldCopy()
  await world.look()
  const olderFile = readFileSync(world.file)
  await addEvents(gateway, 50)
  await world.witness.handlers['audit.checkLogs']({})
  for (const tamper of [() => writeFileSync(world.file, olderFile), () => rmSync(world.file), () => writeFileSync(world.file, '{}')]) {
    // The console was started again, and the keychain follows at its next look.
    world.answerWith(gateway)
    world.restart()
    expect(await world.look()).toMatchObject({ state: 'verified' })
    tamper()
    world.answerWith(old)
    world.restart()
    expect(await world.look(), tamper.toString()).toMatchObject({ state: 'changed', how: 'shorter' })
    // The alarm goes with the file; the next look raises it again.
    rmSync(world.file, { force: true })
  }
})

test('a file that was changed where the keychain has no point is not believed, and the console says so', async () => {
  const world = watch(await openGateway())
  await world.look()
  writeFileSync(world.file, readFileSync(world.file, 'utf8').replace(/gatehouse\/[^\\]/, 'gatehouse/X'))
  world.secrets.kept.clear()
  world.restart()
  expect(await world.look()).toMatchObject({ state: 'unverified', why: 'recordChanged' })
  await world.witness.handlers['audit.acceptLog']({
    gatewayId: 'g1',
    shown: { size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
  })
  expect(await world.look()).toMatchObject({ state: 'verified' })
})

test('a keychain that is locked, and a gateway that does not answer, are told as the reason', async () => {
  const gateway = await openGateway()
  const world = watch(gateway)
  world.secrets.become('locked')
  expect(await world.look()).toMatchObject({ state: 'unverified', why: 'keychain' })
  world.secrets.become('ready')
  const right = await world.look()
  expect(right).toMatchObject({ state: 'verified' })
  await gateway.close()
  expect(await world.look()).toMatchObject({
    state: 'unverified',
    why: 'unreachable',
    last: { size: right.state === 'verified' && right.size },
  })
})

test('a log that rings all the time is looked at once in a while; one whose key may ask the person only once somebody looked', async () => {
  const gateway = await openGateway()
  const world = watch(gateway)
  for (let count = 0; count < 1000; count += 1) world.ring()
  await vi.waitFor(() => expect(world.witness.handlers['audit.logs']({})).toMatchObject({ logs: [{ state: 'verified' }] }))
  for (let count = 0; count < 1000; count += 1) world.ring()
  await new Promise((resolve) => setImmediate(resolve))
  expect(world.asked.filter((path) => path.endsWith('/checkpoint')).length).toBe(1)
  const desk = watch(gateway, { whenLookedAt: true })
  desk.ring()
  await new Promise((resolve) => setImmediate(resolve))
  expect(desk.asked).toEqual([])
  expect(await desk.look()).toMatchObject({ state: 'verified' })
})
