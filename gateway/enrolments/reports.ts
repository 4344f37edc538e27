/**
 * What machines' agents report, and whether they still do. A report that says nothing new is written once a minute at most, so that many machines
 * cost the store little.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { agentActor, writeEvents } from '../auditLog.ts'
import type { AgentReport } from '../contract/challenges.ts'
import type { Log } from '../log.ts'
import { touchMachines } from '../machineRow.ts'
import { isDiskFull } from '../store/database.ts'
import type { Store } from '../store/database.ts'
import type { AgentRow } from '../store/signInTables.ts'
import type { Tables } from '../store/tables.ts'
import { awayAfterMs, columnsOf, factsWith } from './agentRow.ts'

const sameAgainMs = 60_000
const lookMs = 30_000
const idsAtOnce = 1000

export interface Reports {
  take(machineId: string, report: AgentReport): Promise<void>
  stop(): Promise<void>
}

export function createReports({ store, now, log, onChange }: { store: Store; now: () => number; log: Log; onChange: () => void }): Reports {
  const stopping = new AbortController()
  const looking = lookForAway()

  async function lookForAway(): Promise<void> {
    for (;;) {
      await sleep(lookMs, undefined, { signal: stopping.signal, ref: false })
      try {
        if ((await writeAway(store, now())) > 0) onChange()
      } catch (error) {
        log.error('it could not be written which agents are away', { error: String(error) })
      }
    }
  }

  return {
    async take(machineId, report) {
      const row = await agentIn(store, machineId)
      if (row !== undefined && row.report === JSON.stringify(report) && row.isAway === 0 && now() - row.lastSeenAt < sameAgainMs) return
      try {
        const isSeen = await store.transaction().execute((tx) => writeReport(tx, machineId, report, now()))
        if (isSeen) onChange()
      } catch (error) {
        // Its orders matter more than its report.
        if (!isDiskFull(error)) throw error
        log.error('there is no room for what agents report', { machineId })
      }
    },
    async stop() {
      stopping.abort()
      await looking.catch(() => {})
    },
  }
}

/** In the caller's transaction. Answers whether anything changed that machines show beside the time. */
export async function writeReport(tx: Transaction<Tables>, machineId: string, report: AgentReport, atMs: number): Promise<boolean> {
  const machine = await tx.selectFrom('machines').selectAll().where('id', '=', machineId).executeTakeFirst()
  if (machine === undefined) return false
  const before = await agentIn(tx, machineId)
  const columns = columnsOf(report)
  const row: AgentRow = { machineId, ...columns, lastSeenAt: atMs, isAway: 0 }
  await tx
    .insertInto('agents')
    .values(row)
    .onConflict((conflict) => conflict.column('machineId').doUpdateSet(row))
    .execute()
  const facts = factsWith(machine.facts, report)
  const isSeen = facts !== machine.facts || before === undefined || isShownOtherwise(before, row)
  if (facts !== machine.facts) await tx.updateTable('machines').set({ facts }).where('id', '=', machineId).execute()
  if (isSeen) await touchMachines(tx, [machineId])
  if (report.selfDisabled && before?.selfDisabled !== 1) {
    await writeEvents(tx, atMs, [{ actor: agentActor, action: 'machine.agentDisabled', outcome: 'failed', machine }])
  }
  return isSeen
}

function isShownOtherwise(before: AgentRow, after: AgentRow): boolean {
  return (['version', 'hostKeys', 'selfDisabled', 'isAway'] as const).some((name) => before[name] !== after[name])
}

/** By machine. */
export async function agentsOf(db: Kysely<Tables>, machineIds: readonly string[]): Promise<Map<string, AgentRow>> {
  const found = new Map<string, AgentRow>()
  for (let start = 0; start < machineIds.length; start += idsAtOnce) {
    // One parameter, and so one text, however many there are.
    const list = sql<string>`(select value from json_each(cast(${JSON.stringify(machineIds.slice(start, start + idsAtOnce))} as text)))`
    const rows = await db.selectFrom('agents').selectAll().where('machineId', 'in', list).execute()
    for (const row of rows) found.set(row.machineId, row)
  }
  return found
}

async function agentIn(db: Kysely<Tables>, machineId: string): Promise<AgentRow | undefined> {
  return await db.selectFrom('agents').selectAll().where('machineId', '=', machineId).executeTakeFirst()
}

/** How many were not away before. */
export async function writeAway(store: Store, nowMs: number): Promise<number> {
  const silent = store
    .selectFrom('agents')
    .select('machineId')
    .where('isAway', '=', 0)
    .where('lastSeenAt', '<', nowMs - awayAfterMs)
  if ((await silent.limit(1).executeTakeFirst()) === undefined) return 0
  return await store.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable('agents')
      .set({ isAway: 1 })
      .where('isAway', '=', 0)
      .where('lastSeenAt', '<', nowMs - awayAfterMs)
      .returning('machineId')
      .execute()
    await touchMachines(
      tx,
      rows.map(({ machineId }) => machineId),
    )
    return rows.length
  })
}
