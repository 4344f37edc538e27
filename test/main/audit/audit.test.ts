import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
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
