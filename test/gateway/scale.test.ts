import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { Grant, MachinePage } from '../../gateway/api.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import { openFile, openStore } from '../../gateway/store/database.ts'
import { ended, openBench, startMachine, through } from './gatewayFixture.ts'
import type { Bench, Machine } from './gatewayFixture.ts'

const Step = z.object({ detail: z.string() })

let bench: Bench
let machine: Machine

beforeEach(async () => {
  bench = await openBench()
  machine = await startMachine()
})

afterEach(async () => {
  await bench.close()
  await machine.close()
})

async function read(id: string): Promise<Grant> {
  return Grant.parse((await bench.ask('GET', `/v1/grants/${id}`)).body)
}

test(
  'F-62, F-65: 10,000 open grants are armed again at the start; as they end in one second all are closed within two, and nothing else waits',
  { timeout: 120_000 },
  async () => {
    const grants = 10_000
    const id = await bench.addMachine(machine.port)
    const like = await bench.grant(id, machine.port)
    await bench.gateway.close()
    const file = openFile(bench.folder)
    const copy = file.prepare(
      `insert into grants select ?, machineId, requestedBy, ?, requestHash, state, ports, source, reason, durationMs, requestedAt, openedAt, ?, closedAt, closeReason, endpoints, requesterRoles, approversNeeded, lapsesAt
       from grants where id = ?`,
    )
    // The start takes some seconds on a busy computer; all ends lie behind it, within one second.
    const endsFromMs = Date.now() + 25_000
    file.transaction(() => {
      for (let index = 1; index < grants; index += 1) copy.run(`g${index}`, `key${index}`, endsFromMs + (index % 1000), like.id)
      file.prepare('update grants set endsAt = ? where id = ?').run(endsFromMs + 500, like.id)
    })()
    file.close()
    await bench.restart()
    expect(await read(like.id)).toMatchObject({ state: 'open' })
    const watched = [1, 500, 999]
    const connected = await Promise.all(watched.map(async (index) => await through(await read(`g${index}`))))
    const cuts = connected.map(async (socket) => {
      await ended(socket)
      return Date.now()
    })
    expect(Date.now()).toBeLessThan(endsFromMs)
    await sleep(endsFromMs - Date.now() - 50)
    const lag = monitorEventLoopDelay({ resolution: 5 })
    lag.enable()
    const cpu = process.cpuUsage()
    const lateMs: number[] = []
    const loop = performance.eventLoopUtilization()
    for (const [order, cutAtMs] of (await Promise.all(cuts)).entries()) {
      expect(cutAtMs - endsFromMs).toBeGreaterThanOrEqual(watched[order] ?? 0)
      lateMs.push(cutAtMs - endsFromMs - (watched[order] ?? 0))
    }
    while ((await read('g999')).state !== 'closed') await sleep(20)
    const tookMs = Date.now() - (endsFromMs + 999)
    lag.disable()
    // Other work on this computer takes the processor away in the middle of ours: what counts is the time that we had.
    const used = process.cpuUsage(cpu)
    const slowdown = Math.max(1, performance.eventLoopUtilization(loop).active / ((used.user + used.system) / 1000))
    for (const ms of lateMs) expect(ms / slowdown).toBeLessThan(2000)
    expect(tookMs / slowdown).toBeLessThan(2000)
    expect(lag.percentile(99) / 1e6 / slowdown).toBeLessThan(100)
    await bench.gateway.close()
    const store = openStore(openFile(bench.folder))
    const states = await store
      .selectFrom('grants')
      .select(({ fn }) => ['state', 'closeReason', fn.countAll<number>().as('count')])
      .groupBy(['state', 'closeReason'])
      .execute()
    expect(states).toEqual([{ state: 'closed', closeReason: 'expired', count: grants }])
    expect(await findBreak(store)).toBeUndefined()
    await store.destroy()
  },
)

test('INV-5: 100,000 machines are read by page without a query per row', { timeout: 120_000 }, async () => {
  await bench.gateway.close()
  const file = openFile(bench.folder)
  const add = file.prepare("insert into machines values (?, ?, ?, 'h.example', 'linux', 'site', '[]', 22, 3389, null, '{}', 0, ?)")
  file.transaction(() => {
    for (let index = 1; index <= 100_000; index += 1) add.run(`m${index}`, `m${index}`, `machine ${index}`, index)
    file.exec('update store set change = 100000')
  })()
  const plans = [
    "select machineId, count(*) from audit where action = 'grant.approved' and machineId in (select value from json_each('[]')) and at > 1 group by machineId",
    "select machineId, at, actor from audit where seq in (select max(seq) from audit where action = 'grant.opened' and machineId in (select value from json_each('[]')) group by machineId)",
    'select * from machines where change > 5 order by change limit 1000',
  ].map((sql) =>
    file
      .prepare(`explain query plan ${sql}`)
      .all()
      .map((step) => Step.parse(step).detail)
      .join(' '),
  )
  expect(plans[0]).toMatch(/SEARCH audit USING COVERING INDEX auditApprovals/)
  expect(plans[1]).toMatch(/SEARCH audit USING COVERING INDEX auditAccess/)
  expect(plans[2]).toMatch(/SEARCH machines USING INDEX/)
  file.close()
  await bench.restart()
  const startedMs = performance.now()
  let count = 0
  let at: MachinePage = { machines: [], removed: [], cursor: '', more: true }
  while (at.more) {
    const query = at.cursor === '' ? '' : `&cursor=${at.cursor}`
    at = MachinePage.parse((await bench.ask('GET', `/v1/machines?limit=5000${query}`)).body)
    count += at.machines.length
  }
  expect(count).toBe(100_000)
  // Generous: seconds, where a query per row would take minutes.
  expect(performance.now() - startedMs).toBeLessThan(30_000)
  const again = performance.now()
  expect((await bench.ask('GET', `/v1/machines?cursor=${at.cursor}`)).body).toMatchObject({ machines: [], more: false })
  expect(performance.now() - again).toBeLessThan(500)
})
