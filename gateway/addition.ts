/**
 * Adding machines by the thousand: some at a time by one statement each, so that a change of fifty thousand is over in seconds, and the event loop is
 * given up in between, or no gate could be closed meanwhile. All of it is in the caller's transaction.
 */
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { AddMachines, MachinesAdded } from './api.ts'
import { writeEvents, type NewEvent } from './auditLog.ts'
import { columnsOf, identityOf, nextChange, rulesFor } from './machineRow.ts'
import { keyOf } from './policies/levels.ts'
import { supportOf } from './policy.ts'
import { compiled, compiledInsert, manyRows } from './store/compiled.ts'
import type { MachineRow, PolicyRow, Tables } from './store/tables.ts'

/** Answers one per machine, in order. */
export async function addMachines(
  tx: Transaction<Tables>,
  by: { actor: string; atMs: number },
  machines: AddMachines['machines'],
): Promise<MachinesAdded['machines']> {
  const answers: MachinesAdded['machines'] = []
  for (let start = 0; start < machines.length; start += manyRows) {
    if (start > 0) await setImmediate()
    const some = machines.slice(start, start + manyRows).map((machine) => ({ machine, identity: identityOf(machine) }))
    const known = await idsOf(
      tx,
      some.map(({ identity }) => identity),
    )
    const rows: MachineRow[] = []
    const levels: PolicyRow[] = []
    const events: NewEvent[] = []
    // Of all that could be needed; what is left over stays unused, and nobody counts.
    let change = (await nextChange(tx, some.length * 2)) - some.length * 2
    for (const { machine, identity } of some) {
      const knownId = known.get(identity)
      answers.push({ id: knownId ?? randomUUID(), known: knownId !== undefined })
      const id = answers.at(-1)?.id ?? ''
      if (knownId !== undefined) continue
      known.set(identity, id)
      rows.push({ ...columnsOf(machine), id, identity, addedAt: by.atMs, change: ++change })
      events.push({ actor: by.actor, action: 'machine.added', outcome: 'ok', machine: { id, name: machine.name, site: machine.site } })
      // What cannot have JIT has no rules, whatever was asked: it is listed with its reason instead.
      if (machine.rules === undefined || supportOf(machine.os, machine.facts ?? {}) !== undefined) continue
      const settings = JSON.stringify({ rules: { default: rulesFor(machine, machine.rules) } })
      const level = { level: keyOf({ kind: 'machine', id }), kind: 'machine', name: machine.name } as const
      levels.push({ ...level, settings, version: ++change, changedAt: by.atMs, changedBy: by.actor })
    }
    await insertMachines(tx, rows)
    await insertLevels(tx, levels)
    await writeEvents(tx, by.atMs, events)
  }
  return answers
}

async function idsOf(tx: Transaction<Tables>, identities: readonly string[]): Promise<Map<string, string>> {
  // One text for any number of them: a repeated one finds nothing more.
  const asked = Array.from({ length: identities.length === 1 ? 1 : manyRows }, (_, index) => identities[index] ?? identities[0])
  const found = await (identities.length === 1 ? findOne : findMany)(tx, asked)
  return new Map(found.map(({ identity, id }) => [identity, id]))
}

const finder = (count: number) =>
  compiled((db, at) =>
    db
      .selectFrom('machines')
      .select(['id', 'identity'])
      .where(
        'identity',
        'in',
        Array.from({ length: count }, (_, index) => at<string>(index)),
      ),
  )
const findOne = finder(1)
const findMany = finder(manyRows)

const insertMachines = compiledInsert<MachineRow>(
  ['id', 'identity', 'name', 'address', 'os', 'site', 'tags', 'sshPort', 'rdpPort', 'user', 'facts', 'addedAt', 'change'],
  (db, rows) => db.insertInto('machines').values(rows),
)
const insertLevels = compiledInsert<PolicyRow>(['level', 'kind', 'name', 'settings', 'version', 'changedAt', 'changedBy'], (db, rows) =>
  db.insertInto('policies').values(rows),
)
