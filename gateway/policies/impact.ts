/** What a change of levels means for machines and for what is open on them, before it is made (F-56). Reads only. */
import { setImmediate } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { PolicyImpact, PolicySettings, SettingName } from '../contract/policies.ts'
import { approvalsAmong, decisionsOn } from '../decisions.ts'
import { portsIn } from '../grantRow.ts'
import { reasonAgainst } from '../machineRow.ts'
import { reasonToEnd } from '../reasonsToEnd.ts'
import type { GrantRow, MachineRow, PolicyRow, Tables } from '../store/tables.ts'
import { rulesInForce } from './effective.ts'
import type { Effective } from './effective.ts'
import { keyOf, levelsOf } from './levels.ts'
import { policyReader, readLevels } from './stored.ts'

type Tx = Transaction<Tables>

export interface LevelChange {
  level: string
  kind: PolicyRow['kind']
  name: string
  before: PolicySettings
  after: PolicySettings
}

export interface Impact extends Omit<PolicyImpact, 'willOverwrite' | 'versions'> {
  /** Machines for which something changes, and those of which callers see something else, such as the level that a rule is from. */
  changedIds: string[]
  touchedIds: string[]
}

const machinesAtOnce = 1000
const mostNamed = 50

export async function findImpact(tx: Tx, changes: readonly LevelChange[]): Promise<Impact> {
  const common = await tx.selectFrom('policies').selectAll().where('kind', '!=', 'machine').execute()
  const before = new Map<string, Pick<PolicyRow, 'kind' | 'name' | 'settings'>>(common.map((row) => [row.level, row]))
  const after = new Map(before)
  const changed = new Set(changes.map(({ level }) => level))
  for (const change of changes) put(after, change)
  const wasFor = policyReader(before)
  const isFor = policyReader(after)
  const compare = comparer()
  const open = await grantsByMachine(tx)
  const impact: Impact = { machines: 0, turnedOn: 0, turnedOff: 0, first: [], grantsEnded: 0, grants: [], changedIds: [], touchedIds: [] }

  for await (const chunk of machinesUnder(tx, changes)) {
    const machines = chunk.filter((machine) => levelsOf(machine).some((level) => changed.has(level)))
    const own = await readLevels(
      tx,
      machines.map(({ id }) => keyOf({ kind: 'machine', id })),
    )
    for (const [level, row] of own) {
      before.set(level, row)
      if (!changed.has(level)) after.set(level, row)
    }
    for (const machine of machines) {
      const was = wasFor(machine)
      const is = isFor(machine)
      const { differing, isSeen } = compare(was, is)
      if (differing.length > 0 || isSeen) impact.touchedIds.push(machine.id)
      if (differing.length === 0) continue
      impact.changedIds.push(machine.id)
      count(impact, machine, was, is, differing)
      for (const { row, approved } of open.get(machine.id) ?? []) {
        if (reasonToEnd(row, { machine, policy: is }, approved) !== undefined) name(impact, machine, row)
      }
    }
  }
  return impact
}

function put(levels: Map<string, Pick<PolicyRow, 'kind' | 'name' | 'settings'>>, { level, kind, name: called, after }: LevelChange): void {
  if (Object.keys(after).length === 0) levels.delete(level)
  else levels.set(level, { kind, name: called, settings: JSON.stringify(after) })
}

/** In chunks, so that a hundred thousand do not hold the event loop, and with it the deadlines. */
async function* machinesUnder(tx: Tx, changes: readonly LevelChange[]): AsyncGenerator<MachineRow[]> {
  const ids = changes.filter(({ kind }) => kind === 'machine').map(({ level }) => level.slice('machine:'.length))
  if (ids.length === changes.length) {
    for (let start = 0; start < ids.length; start += machinesAtOnce) {
      const chunk = ids.slice(start, start + machinesAtOnce)
      yield await tx.selectFrom('machines').selectAll().where('id', 'in', chunk).orderBy('id').execute()
    }
    return
  }
  for (let last = ''; ;) {
    const chunk = await tx.selectFrom('machines').selectAll().where('id', '>', last).orderBy('id').limit(machinesAtOnce).execute()
    if (chunk.length > 0) yield chunk
    if (chunk.length < machinesAtOnce) return
    last = chunk.at(-1)?.id ?? last
    await setImmediate()
  }
}

async function grantsByMachine(tx: Tx): Promise<Map<string, { row: GrantRow; approved: number }[]>> {
  const rows = await tx.selectFrom('grants').selectAll().where('closedAt', 'is', null).execute()
  const decisions = await decisionsOn(
    tx,
    rows.map(({ id }) => id),
  )
  const open = new Map<string, { row: GrantRow; approved: number }[]>()
  for (const row of rows) {
    const all = open.get(row.machineId) ?? []
    all.push({ row, approved: approvalsAmong(decisions.get(row.id)).length })
    open.set(row.machineId, all)
  }
  return open
}

/** Compares what holds before and after; machines of one site share what holds, and are compared once. */
function comparer(): (was: Effective, is: Effective) => { differing: SettingName[]; isSeen: boolean } {
  const known = new Map<Effective, { is: Effective; differing: SettingName[]; isSeen: boolean }>()
  return (was, is) => {
    const found = known.get(was)
    if (found?.is === is) return found
    const names = ['jitAdmin', 'allowed', 'approval', 'maxDuration', 'requestsLapseAfter'] as const
    const differing: SettingName[] = names.filter((one) => differ(was[one].value, is[one].value))
    if (differ(rulesInForce(was), rulesInForce(is))) differing.unshift('rules')
    const made = { is, differing, isSeen: differ(was.rules.from, is.rules.from) || differ(was.approval.from, is.approval.from) }
    known.set(was, made)
    return made
  }
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other)
}

function count(impact: Impact, machine: MachineRow, was: Effective, is: Effective, changes: SettingName[]): void {
  const before = { rules: rulesInForce(was), approval: was.approval.value }
  const after = { rules: rulesInForce(is), approval: is.approval.value }
  impact.machines += 1
  if (reasonAgainst(machine) === undefined) {
    if (before.rules.length === 0 && after.rules.length > 0) impact.turnedOn += 1
    if (before.rules.length > 0 && after.rules.length === 0) impact.turnedOff += 1
  }
  if (impact.first.length < mostNamed)
    impact.first.push({ machineId: machine.id, name: machine.name, site: machine.site, changes, before, after })
}

function name(impact: Impact, machine: MachineRow, row: GrantRow): void {
  impact.grantsEnded += 1
  if (impact.grants.length >= mostNamed) return
  impact.grants.push({
    grantId: row.id,
    machineId: machine.id,
    machineName: machine.name,
    requestedBy: row.requestedBy,
    ports: portsIn(row),
    ...(row.endsAt !== null && { endsAt: new Date(row.endsAt).toISOString() }),
  })
}
