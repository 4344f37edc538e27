import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeadlines } from '../../gateway/deadlines.ts'
import { createEndings } from '../../gateway/endings.ts'
import type { Gate } from '../../gateway/gates/gate.ts'
import { createGrants } from '../../gateway/grants.ts'
import type { Grants } from '../../gateway/grants.ts'
import { noLog } from '../../gateway/log.ts'
import type { Store } from '../../gateway/store/database.ts'
import { alice, openBench } from './gatewayFixture.ts'
import type { Bench } from './gatewayFixture.ts'

/** A gate that answers when the test lets it. */
let answer: { open(): void; fail(): void }
let closed: string[]
let asked: Promise<void>
let bench: Bench
let store: Store
let grants: Grants
let stop: () => Promise<void>
let machineId: string

beforeEach(async () => {
  bench = await openBench()
  machineId = await bench.addMachine(22)
  await bench.gateway.close()
  store = await bench.openStore()
  closed = []
  let isAsked: () => void
  asked = new Promise((resolve) => (isAsked = resolve))
  const gate: Gate = {
    open: ({ ports }) =>
      new Promise((resolve, reject) => {
        const endpoints = ports.map((port) => ({ port, address: '127.0.0.1', connectPort: 40_000 + port }))
        answer = { open: () => resolve(endpoints), fail: () => reject(Object.assign(new Error('full'), { code: 'EMFILE' })) }
        isAsked()
      }),
    close: (id) => {
      closed.push(id)
      return Promise.resolve()
    },
    list: () => Promise.resolve([]),
    traffic: () => undefined,
  }
  const endings = createEndings(store, gate, Date.now, noLog, () => {})
  const idle = () =>
    createDeadlines(
      bench.clock,
      () => {},
      () => {},
    )
  const deadlines = idle()
  grants = createGrants({ store, gate, clock: bench.clock, deadlines, lapses: idle(), endings, log: noLog, onChange: () => {} })
  stop = async () => {
    deadlines.stop()
    await endings.stop()
  }
})

afterEach(async () => {
  vi.useRealTimers()
  await stop()
  await store.destroy()
  await bench.close()
})

function request(key: string, port = 22) {
  return grants.request(alice, key, { machineId, ports: [port], duration: 'PT1H', reason: '' })
}

async function states(): Promise<string[]> {
  const rows = await store.selectFrom('grants').select(['state', 'closeReason']).execute()
  return rows.map((row) => `${row.state} ${row.closeReason ?? ''}`.trim())
}

test('F-50: while a request is being worked on, the same key is told to wait, and another request with it is refused', async () => {
  const key = randomUUID()
  const first = request(key)
  await asked
  await expect(request(key)).rejects.toMatchObject({ problem: { code: 'inProgress', status: 409 } })
  await expect(request(key, 3389)).rejects.toMatchObject({ problem: { code: 'keyReused', status: 422 } })
  answer.open()
  const { grant, isNew } = await first
  expect(isNew).toBe(true)
  expect(await request(key)).toMatchObject({ isNew: false, grant: { id: grant.id } })
  expect(await states()).toEqual(['open'])
})

test('a gate that fails closes the grant, with the reason, and the same key is answered the same', async () => {
  const key = randomUUID()
  const first = request(key)
  await asked
  answer.fail()
  await expect(first).rejects.toMatchObject({ problem: { code: 'gateFailed', reason: 'EMFILE' } })
  expect(await states()).toEqual(['closed gateFailed'])
  await expect(request(key)).rejects.toMatchObject({ problem: { code: 'gateFailed' } })
})

test('F-58: a gate that does not answer leaves the grant unknown for a moment and then closed, never open', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const first = request(randomUUID())
  const refused = expect(first).rejects.toMatchObject({ problem: { code: 'gateFailed', reason: 'timeout' } })
  await asked
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
  const actions = await store.selectFrom('audit').select('action').orderBy('seq').execute()
  expect(actions.map((event) => event.action)).toContain('grant.unknown')
  expect(await states()).toEqual(['closed gateFailed'])
  expect(closed).toHaveLength(1)
})

test('a release, a tightened policy or a removed machine wins over a gate that opens late', async () => {
  const first = request(randomUUID())
  await asked
  const [row] = await grants.list()
  await grants.release('alice', row?.id ?? '', 'cancelled')
  answer.open()
  await expect(first).rejects.toMatchObject({ problem: { code: 'grantEnded' } })
  expect(await states()).toEqual(['closed released'])
  // Closed by the release, and once more for the gate that opened after it.
  expect(closed).toHaveLength(2)

  asked = Promise.resolve()
  const second = request(randomUUID())
  await vi.waitUntil(async () => (await grants.list()).some((grant) => grant.state === 'opening'))
  await store.deleteFrom('policies').execute()
  answer.open()
  await expect(second).rejects.toMatchObject({ problem: { code: 'grantEnded', reason: 'policyChanged' } })
  expect((await states()).filter((state) => state.startsWith('open'))).toEqual([])
})
