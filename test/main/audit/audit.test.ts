import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openImport } from '../importing.ts'
import { openTestApp, type TestApp } from '../testApp.ts'

async function grantOn({ call }: TestApp, machineId: string): Promise<string> {
  const { results } = await call('grants.request', {
    idempotencyKey: randomUUID(),
    machines: [{ machineId, ports: [22] }],
    durationMs: 60_000,
    reason: 'printer',
  })
  return results[0]?.result.ok ? results[0].result.grant.grantId : ''
}

const actions = async ({ call }: TestApp, filter: object) => (await call('audit.list', { filter, limit: 50 })).rows.map((row) => row.action)

describe('the log', () => {
  test('AUD-1: tells what happened, newest first, with the console ids of machine and grant', async () => {
    const app = await openTestApp()
    const machineId = await app.addMachine()
    const grantId = await grantOn(app, machineId)
    await app.call('grants.release', { grantId })
    const { rows } = await app.call('audit.list', { filter: {}, limit: 50 })
    expect(rows.map((row) => row.action)).toEqual(
      expect.arrayContaining(['machine.added', 'grant.requested', 'grant.opened', 'grant.released']),
    )
    expect(rows.map((row) => row.seq)).toEqual(rows.map((row) => row.seq).toSorted((a, b) => b - a))
    expect(rows.find((row) => row.action === 'grant.opened')).toMatchObject({
      actor: 'tess',
      machineId,
      machineName: 'web-1',
      grantId,
      site: 'Berlin',
    })
  })

  test('is filtered by machine, grant, topic, outcome, time and text', async () => {
    const app = await openTestApp()
    const [one, other] = [await app.addMachine(), await app.addMachine({ name: 'db-1' })]
    const grantId = await grantOn(app, one)
    expect(await actions(app, { machineId: other })).toEqual(['machine.added'])
    expect((await actions(app, { grantId })).every((action) => /^(grant|gate)\./.test(action))).toBe(true)
    expect(new Set(await actions(app, { topics: ['machine'] }))).toEqual(new Set(['machine.added']))
    expect(await actions(app, { outcomes: ['failed'] })).toEqual([])
    expect(await actions(app, { to: '2000-01-01T00:00:00.000Z' })).toEqual([])
    expect(await actions(app, { text: 'printer' })).toEqual(['grant.requested'])
  })

  test('is read page by page without a gap', async () => {
    const app = await openTestApp()
    for (let at = 0; at < 5; at++) await app.addMachine({ name: `m${at}` })
    const all = (await app.call('audit.list', { filter: {}, limit: 200 })).rows.map((row) => row.seq)
    const paged: number[] = []
    for (let before: number | undefined, more = true; more;) {
      const page = await app.call('audit.list', { filter: {}, limit: 2, ...(before !== undefined && { before }) })
      paged.push(...page.rows.map((row) => row.seq))
      before = page.next
      more = before !== undefined
    }
    expect(paged).toEqual(all)
  })

  test('of a provider that the console does not have is not found', async () => {
    const { refusal } = await openTestApp()
    expect(await refusal('audit.list', { filter: { machineId: 'azure:x' }, limit: 5 })).toEqual({ tag: 'notFound', what: 'machine' })
  })
})

describe('an export', () => {
  test('AUD-4, AUD-5: writes every row that the filter shows, and is in the log itself', async () => {
    const app = await openTestApp()
    for (let at = 0; at < 3; at++) await app.addMachine({ name: `=m${at}` })
    const path = join(app.ports.info.dataFolder, 'log.csv')
    app.ports.desktop.saveTo(path)
    expect(await app.call('audit.exportCsv', { filter: { topics: ['machine'] } })).toEqual({ path, rows: 3 })
    const text = readFileSync(path, 'utf8')
    expect(text.match(/"'=m\d"/g)).toEqual([`"'=m2"`, `"'=m1"`, `"'=m0"`])
    expect((await app.call('audit.list', { filter: {}, limit: 1 })).rows).toMatchObject([
      { action: 'audit.exported', outcome: 'ok', detail: { rows: 3 } },
    ])
  })

  test('of more than a page has all rows once', async () => {
    const app = await openTestApp()
    const content = Array.from({ length: 450 }, (_, at) => `Host m${at}`).join('\n')
    await (await openImport(app, { name: 'config', content })).take()
    app.ports.desktop.saveTo(join(app.ports.info.dataFolder, 'log.csv'))
    expect((await app.call('audit.exportCsv', { filter: { topics: ['machine'] } })).rows).toBe(450)
  })

  test('that the person cancelled writes nothing and says so', async () => {
    const { call } = await openTestApp()
    expect(await call('audit.exportCsv', { filter: {} })).toEqual({ rows: 0 })
  })

  test('that failed is refused in words and is in the log as failed', async () => {
    const app = await openTestApp()
    const path = join(app.ports.info.dataFolder, 'gone', 'log.csv')
    app.ports.desktop.saveTo(path)
    expect(await app.refusal('audit.exportCsv', { filter: {} })).toEqual({ tag: 'file', path, problem: 'missing' })
    expect(existsSync(path)).toBe(false)
    expect(await actions(app, { topics: ['audit'], outcomes: ['failed'] })).toEqual(['audit.exported'])
  })
})
