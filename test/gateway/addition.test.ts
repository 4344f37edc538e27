import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFile, openStore } from '../../gateway/store/database.ts'
import { findBreak } from '../../gateway/auditLog.ts'
import { MachinePage, MachinesAdded } from '../../gateway/api.ts'
import { openBench } from './gatewayFixture.ts'
import { isOnPostgres } from './postgresFixture.ts'

const machine = (at: number) => ({
  name: `m${at}`,
  address: `m${at}.example`,
  os: 'linux' as const,
  site: 'Lab',
  tags: [],
  rules: 'defaults' as const,
})
const many = (count: number, from = 0) => Array.from({ length: count }, (_, at) => machine(from + at))

test('F-43: thousands at once are each there once, whichever of them were there before or come twice', async () => {
  const bench = await openBench()
  onTestFinished(() => bench.close())
  await bench.ask('POST', '/v1/machines', { machines: [machine(3), machine(250)] })
  const twice = [...many(1000), { ...machine(7), name: 'M7' }, machine(999), machine(5000)]
  const { status, body } = await bench.ask('POST', '/v1/machines', { machines: twice })
  expect(status).toBe(201)
  const { machines } = MachinesAdded.parse(body)
  expect(machines).toHaveLength(1003)
  expect(machines.flatMap(({ known }, at) => (known ? [at] : []))).toEqual([3, 250, 1000, 1001])
  expect(machines[1000]?.id).toBe(machines[7]?.id)
  expect(machines[1001]?.id).toBe(machines[999]?.id)
  expect(new Set(machines.map(({ id }) => id)).size).toBe(1001)
  // Each has its rules and its event, and a reader with a cursor gets all of them.
  let count = 0
  let cursor = ''
  for (let more = true; more;) {
    const { body: page } = await bench.ask('GET', `/v1/machines?limit=400${cursor}`)
    const read = MachinePage.parse(page)
    count += read.machines.filter(({ rules }) => rules.length === 1).length
    cursor = `&cursor=${read.cursor}`
    more = read.more
  }
  expect(count).toBe(1001)
  expect((await bench.actions('&topics=machine.added')).length).toBeGreaterThanOrEqual(1000)
})

test.skipIf(isOnPostgres)(
  'F-44: killed in the middle of adding 4,000, a gateway has all of them or none, and its log is whole',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-killed-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const counts: number[] = []
    for (const afterMs of [5, 60, 150, 300, 600, 5000]) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'adder.ts'), folder, String(counts.length)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(child, 'exit')
      await once(child.stdout, 'data')
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
      await ended
      clearTimeout(timer)
      const store = openStore(openFile(folder))
      const { count } = await store
        .selectFrom('machines')
        .select((has) => has.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      const events = await store
        .selectFrom('audit')
        .select((has) => has.fn.countAll<number>().as('count'))
        .where('action', '=', 'machine.added')
        .executeTakeFirstOrThrow()
      expect(events.count).toBe(count)
      expect(await findBreak(store)).toBeUndefined()
      await store.destroy()
      counts.push(count)
    }
    expect(counts.filter((count) => count % 4000 !== 0)).toEqual([])
    // At least one was killed before its end, or this showed nothing.
    expect(counts.some((count, at) => count === (counts[at - 1] ?? 0))).toBe(true)
  },
  120_000,
)
