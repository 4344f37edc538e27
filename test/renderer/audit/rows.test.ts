import { describe, expect, test } from 'vitest'
import type { AuditPage, AuditRow } from '../../../preload/contract.ts'
import { itemAt, itemCount, pageRows, rowCount } from '../../../renderer/audit/rowPages.ts'
import { createRows, type Rows } from '../../../renderer/audit/rows.ts'
import { eventRow } from './auditRows.ts'

/** A log that can grow at its top and, while it is being read, at its end; pages go by the number of the last row. */
function fakeLog(first: number, last: number) {
  const log = {
    first,
    last,
    asked: [] as (string | undefined)[],
    mark: 'unverified' as AuditRow['mark'],
    failure: undefined as Error | undefined,
  }
  const ask = async (before: string | undefined): Promise<AuditPage> => {
    log.asked.push(before)
    await Promise.resolve()
    if (log.failure) throw log.failure
    const from = before === undefined ? log.last : Number(before) - 1
    const to = Math.max(log.first, from - pageRows + 1)
    const rows = Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => eventRow(from - index, { mark: log.mark }))
    return { rows, ...(to > log.first ? { next: String(to) } : {}) }
  }
  return { log, ask }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
function listOf(ask: (before: string | undefined) => Promise<AuditPage>, isLive = true): Rows {
  const rows = createRows({ ask, groupOf: () => 'all', isLive })
  rows.start()
  return rows
}
const seqAt = (rows: Rows, item: number) => {
  const what = itemAt(rows.get().pages, item)
  return what?.kind === 'row' ? what.row?.seq : undefined
}

describe('the activity’s list', () => {
  test('pages are asked for as they come into sight, and no more', async () => {
    const { log, ask } = fakeLog(1, 5_000_000)
    const rows = listOf(ask)
    await settled()
    expect(rowCount(rows.get().pages)).toBe(pageRows)
    rows.see(0, 20)
    await settled()
    expect(log.asked).toEqual([undefined])
    rows.see(150, 170)
    await settled()
    expect(rowCount(rows.get().pages)).toBe(2 * pageRows)
  })

  test('whoever scrolls far has only what is near in memory, and finds the same rows on the way back', async () => {
    const { ask } = fakeLog(1, 5_000_000)
    const rows = listOf(ask)
    for (let item = 0; item < 10_000; item += 100) {
      rows.see(item, item + 20)
      await settled()
    }
    expect(rowCount(rows.get().pages)).toBeGreaterThan(9000)
    expect(rows.get().pages.filter((page) => page.rows).length).toBeLessThanOrEqual(11)
    rows.see(4001, 4020)
    await settled()
    expect(seqAt(rows, 4001)).toBe(5_000_000 - 4000)
  })

  test('at the top new events come in by themselves', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask)
    await settled()
    log.last = 503
    rows.rung(true)
    await settled()
    expect(seqAt(rows, 1)).toBe(503)
    expect(rows.get().fresh.count).toBe(0)
  })

  test('what is read stays where it is: new events are only counted, and come when they are asked for', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask)
    await settled()
    log.last = 503
    rows.rung(false)
    await settled()
    expect(seqAt(rows, 1)).toBe(500)
    expect(rows.get().fresh).toEqual({ count: 3, more: false })
    rows.restart()
    await settled()
    expect(seqAt(rows, 1)).toBe(503)
    expect(rows.get().fresh.count).toBe(0)
  })

  test('more new events than a page are told as such', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask)
    await settled()
    log.last = 5000
    rows.rung(false)
    await settled()
    expect(rows.get().fresh).toEqual({ count: pageRows, more: true })
  })

  test('a list by machine is not counted by its top', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask, false)
    await settled()
    log.last = 503
    rows.rung(false)
    await settled()
    expect(rows.get().fresh.count).toBe(0)
  })

  test('what was proved meanwhile shows it, without a row being moved', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask)
    await settled()
    rows.see(10, 30)
    await settled()
    log.mark = 'verified'
    log.last = 502
    rows.rung(false)
    await settled()
    expect(itemAt(rows.get().pages, 1)).toMatchObject({ row: { seq: 500, mark: 'verified' } })
    expect(itemCount(rows.get().pages)).toBe(pageRows + 1)
  })

  test('while the log is being read, its end goes on', async () => {
    const { log, ask } = fakeLog(400, 500)
    const rows = listOf(ask)
    await settled()
    expect(rowCount(rows.get().pages)).toBe(101)
    rows.see(50, 70)
    log.first = 1
    rows.rung(false)
    await settled()
    rows.see(150, 170)
    await settled()
    expect(rowCount(rows.get().pages)).toBe(2 * pageRows)
  })

  test('a page that cannot be had is told, the rest stays, and it can be tried again', async () => {
    const { log, ask } = fakeLog(1, 500)
    const rows = listOf(ask)
    await settled()
    log.failure = new Error('the gateway is away')
    rows.see(180, 199)
    await settled()
    expect(rows.get()).toMatchObject({ error: log.failure, isLoadingMore: false })
    expect(rowCount(rows.get().pages)).toBe(pageRows)
    log.failure = undefined
    rows.retry()
    await settled()
    expect(rows.get().error).toBeUndefined()
    expect(rowCount(rows.get().pages)).toBe(2 * pageRows)
  })

  test('a log that cannot be read at all is told, and read when it can be', async () => {
    const { log, ask } = fakeLog(1, 500)
    log.failure = new Error('locked')
    const rows = listOf(ask)
    await settled()
    expect(rows.get()).toMatchObject({ isPending: false, error: log.failure })
    log.failure = undefined
    rows.rung(true)
    await settled()
    expect(rows.get().error).toBeUndefined()
    expect(seqAt(rows, 1)).toBe(500)
  })
})
