import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { leafHash } from '../../../gateway/log/tree.ts'
import { verifyBundle } from '../../../gateway/verify.ts'
import { createExports } from '../../../main/audit/exports.ts'
import { createRecorder } from '../../../main/audit/record.ts'
import type { StoredEvents } from '../../../main/localStore.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import type { AuditExport, ExportFormat, Input } from '../../../preload/contract.ts'
import { realClock } from '../../fakes/fakeClock.ts'
import { fakeDesktop } from '../../fakes/fakeDesktop.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'
import { openTestApp, type TestApp } from '../testApp.ts'
import { addEvents, folder, openCopy, openGateway, quiet, trustedKey, type CopyWorld } from './copyWorld.ts'

/** When it is over, whichever way. */
async function over({ call }: TestApp, input: Input<'audit.export'>): Promise<AuditExport> {
  const { exportId } = await call('audit.export', input)
  const find = async () => (await call('audit.exports', {})).exports.find(({ id }) => id === exportId)
  await expect.poll(async () => (await find())?.state, { timeout: 10_000 }).not.toBe('running')
  const found = await find()
  if (!found) throw new Error('the export is not told of')
  return found
}

async function machinesIn(app: TestApp, count: number): Promise<void> {
  const text = Array.from({ length: count }, (_, at) => `Host m${at}`).join('\n')
  const { entries } = await app.call('machines.previewSshConfig', { text, name: 'config' })
  await app.call('machines.importSshConfig', { entries, site: '', turnOnJit: false })
  await app.logged()
}

describe('an export of what a filter shows', () => {
  test('AUD-4, AUD-5: as CSV has every row once, and is in the log itself', async () => {
    const app = await openTestApp()
    await machinesIn(app, 1450)
    const path = join(app.ports.info.dataFolder, 'log.csv')
    app.ports.desktop.saveTo(path)
    expect(await over(app, { filter: { topics: ['machine'] }, format: 'csv' })).toMatchObject({ state: 'done', path, rows: 1450, of: 1450 })
    const names = readFileSync(path, 'utf8').match(/"m\d+"/g) ?? []
    expect(new Set(names).size).toBe(1450)
    expect(await app.logged({ topics: ['audit'] })).toMatchObject([
      { action: 'audit.exported', outcome: 'ok', detail: { format: 'csv', rows: 1450 } },
    ])
  })

  test('AUD-5: as JSON Lines has in each line the bytes that the log has its hash over', async () => {
    const app = await openTestApp()
    await app.addMachine({ name: '=cmd' })
    await app.logged()
    const path = join(app.ports.info.dataFolder, 'log.jsonl')
    app.ports.desktop.saveTo(path)
    expect(await over(app, { filter: {}, format: 'jsonl' })).toMatchObject({ state: 'done' })
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    for (const line of lines) {
      const { event, gateway } = z.object({ event: z.looseObject({ seq: z.number() }), gateway: z.unknown() }).parse(JSON.parse(line))
      expect(gateway).toEqual({ id: 'desk', name: 'This desk' })
      const leaf = /^\{"event":(.*),"gateway":\{/.exec(line)?.[1] ?? ''
      const proof = await app.app.fetch('desk', {
        method: 'GET',
        path: `/v1/log/proof/inclusion?index=${event.seq - 1}&size=${event.seq}`,
      })
      expect(await proof.json()).toMatchObject({ leaf: leafHash(leaf).toString('base64') })
    }
    expect(lines.length).toBeGreaterThanOrEqual(2)
  })

  test('that the person chose no place for writes nothing and says so', async () => {
    const { call } = await openTestApp()
    expect(await call('audit.export', { filter: {}, format: 'csv' })).toEqual({})
    expect((await call('audit.exports', {})).exports).toEqual([])
  })

  test('that failed says why, and is in the log as failed', async () => {
    const app = await openTestApp()
    const path = join(app.ports.info.dataFolder, 'gone', 'log.csv')
    app.ports.desktop.saveTo(path)
    expect(await over(app, { filter: {}, format: 'csv' })).toMatchObject({
      state: 'failed',
      failure: { tag: 'file', path, problem: 'missing' },
    })
    expect(existsSync(path)).toBe(false)
    expect(await app.logged({ topics: ['audit'] })).toMatchObject([{ action: 'audit.exported', outcome: 'failed' }])
  })

  test.each(['csv', 'jsonl', 'bundle'] satisfies ExportFormat[])(
    'F-90: as %s does not follow a symlink, and leaves alone what is read-only',
    async (format) => {
      const app = await openTestApp()
      await app.logged()
      const place = folder()
      writeFileSync(join(place, 'target'), 'precious')
      symlinkSync(join(place, 'target'), join(place, 'link'))
      app.ports.desktop.saveTo(join(place, 'link'))
      expect(await over(app, { filter: {}, format, gatewayId: 'desk' })).toMatchObject({ state: 'done' })
      expect(readFileSync(join(place, 'target'), 'utf8')).toBe('precious')
      chmodSync(join(place, 'target'), 0o400)
      app.ports.desktop.saveTo(join(place, 'target'))
      expect(await over(app, { filter: {}, format, gatewayId: 'desk' })).toMatchObject({
        state: 'failed',
        failure: { tag: 'file', problem: 'denied' },
      })
      expect(readFileSync(join(place, 'target'), 'utf8')).toBe('precious')
      expect(readdirSync(place).toSorted()).toEqual(['link', 'target'])
    },
  )
})

/** Exports of one provider's copy, with a place to write to. */
function exportsOf(
  world: Pick<CopyWorld, 'providers'> & { witness: Pick<CopyWorld['witness'], 'look' | 'kept'>; store?: CopyWorld['store'] },
  path: string,
  events = world.store?.events,
) {
  if (!events) throw new Error('there is nothing to export')
  const desktop = fakeDesktop()
  desktop.saveTo(path)
  const recorder = createRecorder({ providers: world.providers, folder: folder(), clock: realClock, log: quiet })
  const { providers, witness } = world
  const exports = createExports({ providers, events, witness, recorder, desktop, clock: realClock, log: quiet, changed: () => undefined })
  const told = async () => (await exports.handlers['audit.exports']({})).exports[0]
  return {
    ...exports,
    told,
    async over(): Promise<AuditExport | undefined> {
      await expect.poll(async () => (await told())?.state, { timeout: 60_000 }).not.toBe('running')
      return told()
    },
  }
}

const bundleOf = { filter: {}, format: 'bundle', gatewayId: 'g1' } as const
const verdictOn = (path: string) => verifyBundle([readFileSync(path)], { trustedKey })

describe('a signed bundle', () => {
  test('AUD-5: out of the copy is verified by whoever has the key, and the gateway is not asked for it', async () => {
    const gateway = await openGateway()
    await addEvents(gateway, 700)
    const world = await openCopy(gateway)
    await world.settled()
    world.asked.length = 0
    const path = join(folder(), 'log')
    const exports = exportsOf(world, path)
    await exports.handlers['audit.export'](bundleOf)
    expect(await exports.over()).toMatchObject({ state: 'done', rows: 701, of: 701 })
    expect(await verdictOn(path)).toMatchObject({ verified: true, size: 701 })
    expect(world.asked).not.toContain('/v1/log/bundle')
  })

  test('without a network is what was last found right', async () => {
    const gateway = await openGateway()
    await addEvents(gateway, 300)
    const world = await openCopy(gateway)
    await world.settled()
    await world.sync.verify()
    world.unplug(true)
    await world.restart()
    const path = join(folder(), 'log')
    const exports = exportsOf(world, path)
    await exports.handlers['audit.export'](bundleOf)
    expect(await exports.over()).toMatchObject({ state: 'done', rows: 301 })
    expect(await verdictOn(path)).toMatchObject({ verified: true, size: 301 })
  })

  test('comes from the gateway where not all of it is kept here', async () => {
    const gateway = await openGateway()
    await addEvents(gateway, 1500)
    const world = await openCopy(gateway, { isKept: () => false })
    await world.settled()
    const path = join(folder(), 'log')
    const exports = exportsOf(world, path)
    await exports.handlers['audit.export'](bundleOf)
    expect(await exports.over()).toMatchObject({ state: 'done', rows: 1501 })
    expect(world.asked).toContain('/v1/log/bundle')
    expect(await verdictOn(path)).toMatchObject({ verified: true, size: 1501 })
  })

  test('F-90: whose network goes away midway leaves the old file and nothing else, and is told', async () => {
    const gateway = await openGateway()
    await addEvents(gateway, 1500)
    const world = await openCopy(gateway, { isKept: () => false })
    await world.settled()
    const { log } = world.provider
    if (!log) throw new Error('the log has no proofs')
    const whole = log.bundle.bind(log)
    // The connection ends after the first of what comes.
    log.bundle = async function* cut(signal) {
      for await (const chunk of whole(signal)) {
        yield chunk.subarray(0, chunk.length / 2)
        throw new TypeError('terminated')
      }
    }
    const place = folder()
    writeFileSync(join(place, 'log'), 'old')
    const exports = exportsOf(world, join(place, 'log'))
    await exports.handlers['audit.export'](bundleOf)
    expect(await exports.over()).toMatchObject({ state: 'failed' })
    expect(readFileSync(join(place, 'log'), 'utf8')).toBe('old')
    expect(readdirSync(place)).toEqual(['log'])
  })

  test('that would not verify is not handed on', async () => {
    const gateway = await openGateway()
    await addEvents(gateway, 20)
    const world = await openCopy(gateway, { isKept: () => false })
    await world.settled()
    await world.store.events.forget('g1')
    const { log } = world.provider
    if (!log) throw new Error('the log has no proofs')
    const whole = log.bundle.bind(log)
    log.bundle = async function* forged(signal) {
      for await (const chunk of whole(signal)) yield Buffer.from(Buffer.from(chunk).toString().replace('machine.added', 'machine.moved'))
    }
    const path = join(folder(), 'log')
    const exports = exportsOf(world, path)
    await exports.handlers['audit.export'](bundleOf)
    expect(await exports.over()).toMatchObject({ state: 'failed', failure: { tag: 'badAnswer' } })
    expect(existsSync(path)).toBe(false)
  })
})

const one = (seq: number) => ({
  providerId: 'desk',
  mark: 'verified' as const,
  event: {
    seq,
    at: 1_900_000_000_000 + seq,
    actor: 'tess',
    action: 'grant.opened',
    outcome: 'ok' as const,
    machineId: `m${seq % 1000}`,
    machineName: `web-${seq % 1000}`,
    site: 'Contoso / Bern',
    port: 22,
    detail: `{"duration":"PT1H","reason":"printer ${seq}","ticket":"INC${seq}"}`,
  },
})

/** A copy with so many events, made as they are read: what holds them is not what is tried here. */
function manyEvents(count: number): StoredEvents {
  const page: StoredEvents['page'] = async (_filter, { before, limit }) => {
    const newest = before === undefined ? count : Number(before)
    const events = Array.from({ length: Math.min(limit, newest) }, (_, at) => one(newest - at))
    return { events, ...(newest > limit && { next: String(newest - limit) }) }
  }
  const overview: StoredEvents['overview'] = async () => ({ bins: [], total: count, isAtLeast: false })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an export of a table asks for nothing else
  return { page, overview } as StoredEvents
}

describe('a large export', () => {
  const nobody = { look: () => Promise.resolve(), kept: () => Promise.resolve(undefined) }
  const world = { providers: createProviders([fakeProvider()]), witness: nobody }

  test('F-91: of a million rows takes no more memory than a short one, within 100 MB', { timeout: 120_000 }, async () => {
    const path = join(folder(), 'log.csv')
    // V8 gives its young generation some 100 MB once it has work, whatever the work is: what comes on top of that is the rows'.
    async function most(count: number): Promise<number> {
      let peak = 0
      const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20)
      const exports = exportsOf(world, path, manyEvents(count))
      await exports.handlers['audit.export']({ filter: {}, format: 'csv' })
      expect(await exports.over()).toMatchObject({ state: 'done', rows: count })
      clearInterval(timer)
      return peak
    }
    const short = await most(100_000)
    const long = await most(1_000_000)
    expect(statSync(path).size).toBeGreaterThan(100_000_000)
    expect(long - short).toBeLessThan(100_000_000)
  })

  test('F-91: can be cancelled, and leaves nothing', async () => {
    const place = folder()
    mkdirSync(place, { recursive: true })
    const exports = exportsOf(world, join(place, 'log.jsonl'), manyEvents(5_000_000))
    const { exportId = '' } = await exports.handlers['audit.export']({ filter: {}, format: 'jsonl' })
    await expect.poll(async () => (await exports.told())?.rows, { timeout: 10_000 }).toBeGreaterThan(0)
    await exports.handlers['audit.cancelExport']({ exportId })
    expect(await exports.told()).toMatchObject({ state: 'cancelled', of: 5_000_000 })
    expect(readdirSync(place)).toEqual([])
  })

  test('is cancelled when the console ends', async () => {
    const place = folder()
    const exports = exportsOf(world, join(place, 'log.csv'), manyEvents(5_000_000))
    await exports.handlers['audit.export']({ filter: {}, format: 'csv' })
    await exports.close()
    expect(await exports.told()).toMatchObject({ state: 'cancelled' })
    expect(readdirSync(place)).toEqual([])
  })
})
