/** A machine as a row of the store, and back. */
import type { Transaction } from 'kysely'
import { Machine as MachineSchema } from './api.ts'
import type { Machine, MachineInput, Rules } from './api.ts'
import type { Figures } from './figures.ts'
import { rulesInForce } from './policies/effective.ts'
import type { Effective } from './policies/effective.ts'
import { defaultRules, portsOf, supportOf } from './policy.ts'
import { remembered } from './remembered.ts'
import { compiled } from './store/compiled.ts'
import type { MachineRow, Tables } from './store/tables.ts'

export function reasonAgainst(row: Pick<MachineRow, 'os' | 'facts'>): Machine['unsupportedReason'] {
  return supportOf(row.os, factsIn(row.facts))
}

const factsIn = remembered((text: string) => MachineSchema.shape.facts.parse(JSON.parse(text)))

export function rulesFor(machine: Pick<Machine, 'os' | 'sshPort' | 'rdpPort'> | MachineInput, rules: Rules): Machine['rules'] {
  return rules === 'defaults' ? defaultRules(machine) : rules
}

/** What makes two entries the same machine: name and address, with case and Unicode form ignored (F-43). */
export function identityOf(machine: Pick<MachineInput, 'name' | 'address'>): string {
  return `${plain(machine.name)}\n${plain(machine.address)}`
}

export function columnsOf(machine: MachineInput): Omit<MachineRow, 'id' | 'identity' | 'addedAt' | 'change'> {
  return {
    name: machine.name,
    address: machine.address,
    os: machine.os,
    site: machine.site,
    tags: JSON.stringify([...new Set(machine.tags)]),
    ...portsOf(machine),
    user: machine.user === undefined || machine.user === '' ? null : machine.user,
    facts: JSON.stringify(machine.facts ?? {}),
  }
}

export function toMachine(row: MachineRow, policy: Effective, figures: Figures | undefined): Machine {
  const facts = MachineSchema.shape.facts.parse(JSON.parse(row.facts))
  const unsupportedReason = supportOf(row.os, facts)
  return {
    id: row.id,
    name: row.name,
    address: row.address,
    os: row.os,
    site: row.site,
    tags: MachineSchema.shape.tags.parse(JSON.parse(row.tags)),
    sshPort: row.sshPort,
    rdpPort: row.rdpPort,
    ...(row.user === null ? {} : { user: row.user }),
    facts,
    rules: rulesInForce(policy),
    rulesFrom: policy.rules.from,
    approval: policy.approval,
    ...(Object.keys(policy.allowed.value).length > 0 && { allowed: policy.allowed.value }),
    ...(unsupportedReason === undefined ? {} : { unsupportedReason }),
    approvalsIn7Days: figures?.approvalsIn7Days ?? 0,
    ...(figures?.lastAccess === undefined
      ? {}
      : { lastAccessAt: new Date(figures.lastAccess.atMs).toISOString(), lastUser: figures.lastAccess.actor }),
    gate: 'relay',
    addedAt: new Date(row.addedAt).toISOString(),
  }
}

function plain(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}

/** Moves a machine to the end of the order of changes, so that readers with a cursor get it again. In the caller's transaction. */
export async function touchMachines(tx: Transaction<Tables>, ids: Iterable<string>): Promise<void> {
  for (const id of new Set(ids)) await moveMachine(tx, [await nextChange(tx), id])
}

/** The next place in the order of changes; of `count` of them the last. */
export async function nextChange(tx: Transaction<Tables>, count = 1): Promise<number> {
  const [store] = await countChange(tx, [count])
  if (store === undefined) throw new Error('the store has no counter of changes')
  return store.change
}

const moveMachine = compiled((db, at) =>
  db
    .updateTable('machines')
    .set({ change: at<number>(0) })
    .where('id', '=', at<string>(1)),
)
const countChange = compiled((db, at) =>
  db
    .updateTable('store')
    .set((has) => ({ change: has('change', '+', at<number>(0)) }))
    .returning('change'),
)
