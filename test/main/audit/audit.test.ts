import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { leafHash } from '../../../gateway/log/tree.ts'
import { fakeSecrets } from '../../fakes/fakeSecrets.ts'
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

const actions = async ({ logged }: TestApp, filter: object) => (await logged(filter)).map((row) => row.action)

describe('the log', () => {
  test('AUD-1: tells what happened, newest first, with the console ids of machine and grant', async () => {
    const app = await openTestApp()
    const machineId = await app.addMachine()
    const grantId = await grantOn(app, machineId)
    await app.call('grants.release', { grantId })
    const rows = await app.logged()
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
      gateway: { id: 'desk', name: 'This desk' },
      mark: 'unverified',
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
    const all = (await app.logged()).map((row) => row.seq)
    const paged: number[] = []
    for (let before: string | undefined, more = true; more;) {
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

describe('the copy on this computer', () => {
  test('F-88: is not readable before the keychain is unlocked, and is then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-locked-'))
    const secrets = fakeSecrets()
    const first = await openTestApp({ folder, secrets })
    await first.addMachine()
    await first.logged()
    await first.app.close()
    mkdirSync(folder, { recursive: true })
    secrets.become('locked')
    const { call, refusal, logged } = await openTestApp({ folder, secrets })
    const locked = { tag: 'keychain', state: 'locked' }
    expect(await refusal('audit.list', { filter: {}, limit: 5 })).toEqual(locked)
    expect(await refusal('audit.overview', { filter: {}, bins: 10 })).toEqual(locked)
    expect(await refusal('audit.facets', { filter: {} })).toEqual(locked)
    expect(await refusal('audit.get', { id: 'desk:1' })).toEqual(locked)
    expect(await call('audit.cache', {})).toMatchObject({ copy: { kind: 'locked' }, logs: [{ have: 0 }] })
    expect((await call('audit.unlock', {})).copy.kind).toBe('locked')
    secrets.become('ready')
    expect((await call('audit.unlock', {})).copy.kind).toBe('ready')
    expect((await logged()).map((row) => row.action)).toContain('machine.added')
  })

  test('VLT-2: is in memory alone where there is no keychain', async () => {
    const secrets = fakeSecrets()
    secrets.become('missing')
    const { call, addMachine, logged } = await openTestApp({ secrets })
    await addMachine()
    expect((await logged()).map((row) => row.action)).toContain('machine.added')
    expect((await call('audit.cache', {})).copy).toMatchObject({ kind: 'memory' })
  })

  test('AUD-3: tells of one event what the log has its hash over, and of one that is not there that it is not', async () => {
    const { app, addMachine, call, logged, refusal } = await openTestApp()
    await addMachine()
    const [newest] = await logged()
    const { id, seq } = newest ?? { id: '', seq: 0 }
    const { json, row } = await call('audit.get', { id })
    expect(row).toMatchObject({ id, action: 'machine.added' })
    const proof = await app.fetch('desk', { method: 'GET', path: `/v1/log/proof/inclusion?index=${seq - 1}&size=${seq}` })
    expect(await proof.json()).toMatchObject({ leaf: leafHash(json).toString('base64') })
    for (const none of ['desk:999', 'desk:x', 'other:1', 'desk', ''])
      expect(await refusal('audit.get', { id: none })).toEqual({ tag: 'notFound', what: 'event' })
  })

  test('AUD-3: is verified when somebody asks for it, and says how far', async () => {
    const { addMachine, call, logged } = await openTestApp()
    await addMachine()
    const rows = await logged()
    await call('audit.verify', {})
    const { logs } = await call('audit.cache', {})
    expect(logs).toMatchObject([{ gatewayId: 'desk', verified: rows.length, changed: 0 }])
    expect(new Set((await logged()).map(({ mark }) => mark))).toEqual(new Set(['verified']))
  })
})
