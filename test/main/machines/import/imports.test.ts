import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importChecks } from '../../../../main/platform/importChecks.ts'
import { createImportReader } from '../../../../main/platform/importThread.ts'
import { CallError } from '../../../../main/callError.ts'
import { openImport, wholeImport } from '../../importing.ts'
import { listOf, openTestApp } from '../../testApp.ts'

const csv = (count: number, from = 0) => ({
  name: 'machines.csv',
  content: `Name;Adresse;Standort;Gruppe\n${Array.from({ length: count }, (_, at) => `m${from + at};m${from + at}.example;;Nord/Server`).join('\n')}\n`,
})
const all = listOf({ tab: 'notConfigured', limit: 200 })

/** This thread's own time on a processor: what others take of it meanwhile is not ours. */
const ownMs = () => process.threadCpuUsage().user / 1000
const job = (content: string) => ({ home: '/nowhere', file: { name: 'x', bytes: Buffer.from(content) } })

describe('an import', () => {
  test('INV-6: changes nothing before it is told to, shows new, known and left out, and brings what was chosen', async () => {
    const app = await openTestApp()
    await app.addMachine({ name: 'M1', address: 'm1.example', turnOnJit: false })
    const file = csv(3)
    const work = await openImport(app, { ...file, content: `${file.content}bad;a b;;\n` })
    expect(work.preview).toMatchObject({ source: 'machines.csv', format: 'csv', machines: 3, secrets: 0, unknownSystems: 3 })
    const { counts, rows } = await work.rows()
    expect(counts).toEqual({ new: 2, known: 1, leftOut: 1 })
    expect(rows).toMatchObject([
      { index: 0, line: 2, name: 'm0', site: 'Nord', tags: ['Server'], fate: 'new' },
      { index: 1, line: 3, name: 'm1', fate: 'known' },
      { index: 2, line: 4, fate: 'new' },
      { line: 5, text: 'bad a b', why: 'badAddress', fate: 'leftOut' },
    ])
    expect((await work.rows({ show: 'new', offset: 1, limit: 1 })).rows).toMatchObject([{ name: 'm2' }])
    expect((await work.rows({ groups: 'tags' })).rows[0]).toMatchObject({ site: '', tags: ['Nord', 'Server'] })
    expect((await app.call('machines.list', all)).total).toBe(1)

    expect(await work.take({ chosen: { from: 'new', except: [2] }, os: 'windows', turnOnJit: true })).toEqual({
      added: 1,
      known: 0,
      left: 0,
    })
    expect((await app.call('machines.list', listOf())).rows).toMatchObject([
      { name: 'm0', address: 'm0.example', os: 'windows', site: 'Nord', tags: ['Server'], ports: [3389] },
    ])
    expect((await work.rows()).counts).toEqual({ new: 1, known: 2, leftOut: 1 })
  })

  test('F-43: of the same file twice adds nothing the second time', async () => {
    const app = await openTestApp()
    mkdirSync(join(app.ports.home, '.ssh'), { recursive: true })
    writeFileSync(
      join(app.ports.home, '.ssh', 'config'),
      'Host a\n  HostName 10.0.0.1\n  User root\nHost b\n  HostName 10.0.0.2\n  Port 2222\n',
    )
    const first = await openImport(app)
    expect(first.preview).toMatchObject({ format: 'sshConfig', source: join(app.ports.home, '.ssh', 'config'), machines: 2 })
    expect(await first.take({ site: 'Lab', turnOnJit: true })).toEqual({ added: 2, known: 0, left: 0 })
    expect((await app.call('machines.list', listOf())).rows).toMatchObject([
      { name: 'a', address: '10.0.0.1', site: 'Lab', ports: [22] },
      { name: 'b', address: '10.0.0.2', site: 'Lab', ports: [2222] },
    ])
    const again = await openImport(app)
    expect((await again.rows()).counts).toEqual({ new: 0, known: 2, leftOut: 0 })
    expect(await app.refusal('machines.import', wholeImport(again.importId))).toMatchObject({ tag: 'invalidInput', field: 'chosen' })
    expect((await app.call('machines.list', listOf())).total).toBe(2)
  })

  test('is undone: what it added goes, and what was there before stays', async () => {
    const app = await openTestApp()
    await app.addMachine({ name: 'm0', address: 'm0.example', turnOnJit: false })
    const work = await openImport(app, csv(2500))
    expect(await work.take()).toEqual({ added: 2499, known: 0, left: 0 })
    expect((await app.call('machines.list', all)).total).toBe(2500)
    expect(await work.undo()).toEqual({ removed: 2499 })
    expect((await app.call('machines.list', all)).rows.map(({ name }) => name)).toEqual(['m0'])
    expect(await work.undo()).toEqual({ removed: 0 })
  }, 60_000)

  test('F-44: of 12,000 machines is one change: one that the gateway refuses leaves none of them', async () => {
    const app = await openTestApp()
    const work = await openImport(app, csv(12_000))
    expect(await app.refusal('machines.import', { ...wholeImport(work.importId), gatewayId: 'nowhere' })).toMatchObject({ tag: 'notFound' })
    expect((await app.call('machines.list', all)).total).toBe(0)
    expect(await work.take()).toEqual({ added: 12_000, known: 0, left: 0 })
    expect((await app.call('machines.list', all)).total).toBe(12_000)
  }, 120_000)

  test('of a file that was forgotten, or never read, is refused', async () => {
    const app = await openTestApp()
    const work = await openImport(app, csv(1))
    await app.call('machines.dropImport', { importId: work.importId })
    expect(await app.refusal('machines.import', wholeImport(work.importId))).toEqual({ tag: 'notFound', what: 'import' })
    expect(await app.refusal('machines.importRows', { importId: randomUUID(), groups: 'site', show: 'all', offset: 0, limit: 10 })).toEqual(
      {
        tag: 'notFound',
        what: 'import',
      },
    )
  })

  test('INV-6: a fault in the file names its line, and nothing of it is offered', async () => {
    const app = await openTestApp()
    const importId = randomUUID()
    const data = Buffer.from('<RDCMan>\n<file>\n</RDCMan>').toString('base64')
    await app.call('machines.sendImport', { importId, data })
    expect(await app.refusal('machines.previewImport', { importId, name: 'a.rdg' })).toEqual({ tag: 'badFile', line: 3, problem: 'xml' })
    expect(await app.refusal('machines.import', wholeImport(importId))).toEqual({ tag: 'notFound', what: 'import' })
  })

  test('a file is read again as another format, and a table by other columns, without being sent again', async () => {
    const app = await openTestApp()
    const { importId } = await openImport(app, { name: 'x', content: 'a;b.example\n' })
    const again = {
      importId,
      name: 'x',
      format: 'csv' as const,
      table: { hasHeader: false, fields: ['name' as const, 'address' as const] },
    }
    expect(await app.call('machines.previewImport', again)).toMatchObject({ machines: 1, table: { fields: ['name', 'address'] } })
  })

  test('F-34: 200 MB are refused on the way, and what came of them is dropped', async () => {
    const app = await openTestApp()
    const importId = randomUUID()
    const data = Buffer.alloc(1_000_000, 'x').toString('base64')
    let sent = 0
    for (; sent < 200; sent += 1) if (!(await app.app.call('machines.sendImport', { importId, data })).ok) break
    expect(sent).toBe(64)
    expect(await app.refusal('machines.sendImport', { importId, data: 'eA==' }).catch(() => 'taken anew')).toBe('taken anew')
    expect(await app.refusal('machines.sendImport', { importId, data: 'A'.repeat(1_500_000) })).toMatchObject({
      tag: 'invalidInput',
      field: 'data',
    })
  }, 60_000)
})

describe('the thread that reads', () => {
  test('leaves the main thread alone while it works', async () => {
    const read = createImportReader()
    let longestMs = 0
    let last = ownMs()
    const ticks = setInterval(() => {
      longestMs = Math.max(longestMs, ownMs() - last)
      last = ownMs()
    }, 1)
    const { machines } = await read(job(csv(60_000).content))
    clearInterval(ticks)
    expect(machines).toHaveLength(60_000)
    expect(longestMs).toBeLessThan(50)
  }, 60_000)

  test('that takes too long, or too much memory, is ended and told', async () => {
    const tooHard = { failure: { tag: 'file', problem: 'tooHard' } }
    const slow = createImportReader({ patienceMs: 1, mostMegabytes: 512 })
    await expect(slow(job(csv(50_000).content))).rejects.toMatchObject(tooHard)
    const small = createImportReader({ patienceMs: 60_000, mostMegabytes: 24 })
    await expect(small(job(csv(90_000).content))).rejects.toMatchObject(tooHard)
  }, 90_000)

  test('knows nothing of this process, and gives the reading as it is', async () => {
    const read = createImportReader()
    await expect(read(job('Host web'))).resolves.toMatchObject({ format: 'sshConfig', machines: [{ name: 'web' }] })
    await expect(read(job('\0'))).rejects.toBeInstanceOf(CallError)
    expect(importChecks.parseAddress('127.1')).toBeUndefined()
  })
})
