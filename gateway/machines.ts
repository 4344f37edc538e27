/** The gateway's inventory: what machines there are, and what changed. Each change and its audit event are one transaction. */
import type { Transaction } from 'kysely'
import type { AddMachines, Machine, MachineInput, MachinePage, MachinesAdded, Rules } from './api.ts'
import { addMachines } from './addition.ts'
import { parseAddress } from './address.ts'
import { writeEvents } from './auditLog.ts'
import { factsWith, reportOf, seenOf } from './enrolments/agentRow.ts'
import { revokeKeys } from './enrolments/enrolments.ts'
import { agentsOf } from './enrolments/reports.ts'
import { figuresOf, idsWhoseFiguresAged } from './figures.ts'
import type { Figures } from './figures.ts'
import { columnsOf, identityOf, nextChange, toMachine } from './machineRow.ts'
import type { Effective } from './policies/effective.ts'
import { keyOf } from './policies/levels.ts'
import { policiesFor } from './policies/stored.ts'
import { faultInRules } from './policy.ts'
import { GatewayProblem } from './problems.ts'
import type { Store } from './store/database.ts'
import type { AgentRow } from './store/signInTables.ts'
import type { MachineRow, Tables } from './store/tables.ts'

const pageSize = 1000

export interface Machines {
  /** Throws GatewayProblem `notFound` for a cursor that is of another store. */
  page(cursor: string | undefined, limit: number | undefined): Promise<MachinePage>
  get(id: string): Promise<Machine>
  add(actor: string, input: AddMachines['machines']): Promise<MachinesAdded['machines']>
  change(actor: string, id: string, input: MachineInput): Promise<Machine>
  /** How many there were of them. */
  remove(actor: string, ids: readonly string[]): Promise<number>
}

/** `now` is the wall clock in milliseconds. */
export function createMachines(store: Store, now: () => number): Machines {
  async function page(cursor: string | undefined, limit = pageSize): Promise<MachinePage> {
    const nowMs = now()
    const { storeId } = await store.selectFrom('store').select('storeId').executeTakeFirstOrThrow()
    const from = readCursor(cursor, storeId)
    const rows = await store.selectFrom('machines').selectAll().where('change', '>', from.change).orderBy('change').limit(limit).execute()
    const more = rows.length === limit
    const until = rows.at(-1)?.change ?? from.change
    let removedAfter = store.selectFrom('removedMachines').selectAll().where('change', '>', from.change)
    if (more) removedAfter = removedAfter.where('change', '<=', until)
    // Whoever reads from the beginning has nothing that could be removed.
    const removed = from.change === 0 ? [] : await removedAfter.orderBy('change').execute()
    // Counts of the last 7 days fall with time alone, without any change of the machine: these are sent again on a reading's last page.
    const agedIds = cursor === undefined || more ? [] : await idsWhoseFiguresAged(store, from.asOfMs, nowMs)
    const sent = new Set(rows.map((row) => row.id))
    const missing = agedIds.filter((id) => !sent.has(id)).slice(0, pageSize)
    const aged = missing.length === 0 ? [] : await store.selectFrom('machines').selectAll().where('id', 'in', missing).execute()
    const all = [...rows, ...aged]
    const figures = await figuresOf(
      store,
      all.map((row) => row.id),
      nowMs,
    )
    const lastChange = more ? until : Math.max(until, removed.at(-1)?.change ?? 0)
    const policies = await policiesFor(store, all)
    const agents = await agentsOf(
      store,
      all.map((row) => row.id),
    )
    return {
      machines: all.map((row) => see(row, policies, figures, agents, nowMs)),
      removed: removed.map((row) => row.id),
      cursor: `${storeId}.${lastChange}.${more ? from.asOfMs : nowMs}`,
      more,
    }
  }

  async function get(id: string): Promise<Machine> {
    const row = await store.selectFrom('machines').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw new GatewayProblem('notFound', { field: 'machineId' })
    return see(row, await policiesFor(store, [row]), await figuresOf(store, [id], now()), await agentsOf(store, [id]), now())
  }

  async function add(actor: string, input: AddMachines['machines']): Promise<MachinesAdded['machines']> {
    const parsed = input.map((machine, index) => ({ ...machine, address: checkedAddress(machine.address, `machines.${index}.address`) }))
    for (const [index, machine] of parsed.entries()) checkRules(machine.rules, `machines.${index}.`)
    return await store.transaction().execute(async (tx) => {
      return await addMachines(tx, { actor, atMs: now() }, parsed)
    })
  }

  async function change(actor: string, id: string, input: MachineInput): Promise<Machine> {
    const machine = { ...input, address: checkedAddress(input.address, 'address') }
    await store.transaction().execute(async (tx) => {
      const before = await tx.selectFrom('machines').selectAll().where('id', '=', id).executeTakeFirst()
      if (before === undefined) throw new GatewayProblem('notFound', { field: 'machineId' })
      const identity = identityOf(machine)
      const other = await tx.selectFrom('machines').select('id').where('identity', '=', identity).executeTakeFirst()
      if (other !== undefined && other.id !== id) throw new GatewayProblem('exists', { field: 'name' })
      const columns = await withAgentsFacts(tx, id, columnsOf(machine))
      await tx
        .updateTable('machines')
        .set({ ...columns, identity, change: await nextChange(tx) })
        .where('id', '=', id)
        .execute()
      const detail = columns.address === before.address ? {} : { from: before.address, to: columns.address }
      await writeEvents(tx, now(), [
        { actor, action: 'machine.changed', outcome: 'ok', machine: { id, name: columns.name, site: columns.site }, detail },
      ])
    })
    return await get(id)
  }

  async function remove(actor: string, ids: readonly string[]): Promise<number> {
    return await store.transaction().execute(async (tx) => {
      const gone = await tx.selectFrom('machines').select(['id', 'name', 'site']).where('id', 'in', ids).execute()
      await revokeKeys(tx, ids, now())
      for (const { id } of gone) {
        await tx.deleteFrom('machines').where('id', '=', id).execute()
        await tx
          .deleteFrom('policies')
          .where('level', '=', keyOf({ kind: 'machine', id }))
          .execute()
        await tx
          .insertInto('removedMachines')
          .values({ id, change: await nextChange(tx) })
          .execute()
      }
      await writeEvents(
        tx,
        now(),
        gone.map((machine) => ({ actor, action: 'machine.removed', outcome: 'ok', machine })),
      )
      return gone.length
    })
  }

  return { page, get, add, change, remove }
}

function readCursor(cursor: string | undefined, storeId: string): { change: number; asOfMs: number } {
  if (cursor === undefined) return { change: 0, asOfMs: 0 }
  const [, ofStore, change, asOfMs] = /^([0-9a-f]{16})\.(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (ofStore !== storeId) throw new GatewayProblem('notFound', { field: 'cursor' }, { status: 410 })
  return { change: Number(change), asOfMs: Number(asOfMs) }
}

function checkedAddress(text: string, field: string): string {
  const address = parseAddress(text)
  if (!address.ok) throw new GatewayProblem('invalidInput', { field, reason: address.problem })
  return address.address
}

function see(
  row: MachineRow,
  policies: ReadonlyMap<string, Effective>,
  figures: ReadonlyMap<string, Figures>,
  agents: ReadonlyMap<string, AgentRow>,
  nowMs: number,
): Machine {
  const policy = policies.get(row.id)
  if (policy === undefined) throw new Error('a machine without a policy')
  const agent = agents.get(row.id)
  return { ...toMachine(row, policy, figures.get(row.id)), ...(agent && seenOf(agent, nowMs)) }
}

/** Whoever changes a machine does not know better than its agent. */
async function withAgentsFacts<Columns extends { facts: string }>(tx: Transaction<Tables>, id: string, columns: Columns): Promise<Columns> {
  const agent = (await agentsOf(tx, [id])).get(id)
  return agent === undefined ? columns : { ...columns, facts: factsWith(columns.facts, reportOf(agent)) }
}

function checkRules(rules: Rules | undefined, prefix: string): void {
  const fault = rules === 'defaults' || rules === undefined ? undefined : faultInRules(rules)
  if (fault !== undefined) throw new GatewayProblem('invalidInput', { field: prefix + fault.field, reason: fault.reason })
}
