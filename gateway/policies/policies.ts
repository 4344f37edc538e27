/** What each level sets, and changing it (POL-1 to POL-6). A change, its events and what callers read on from are one transaction. */
import { setImmediate } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { MachineInput } from '../api.ts'
import { writeEvents } from '../auditLog.ts'
import type { NewEvent } from '../auditLog.ts'
import type { PolicyDetail, PolicyImpact, PolicySettings } from '../contract/policies.ts'
import type { Grants } from '../grants.ts'
import { reasonAgainst, touchMachines } from '../machineRow.ts'
import { GatewayProblem } from '../problems.ts'
import type { Store } from '../store/database.ts'
import type { MachineRow, PolicyRow, Tables } from '../store/tables.ts'
import { effectiveFor } from './effective.ts'
import type { LevelSettings } from './effective.ts'
import { findImpact } from './impact.ts'
import type { Impact, LevelChange } from './impact.ts'
import { keyOf, levelName, levelsAt, levelsOf, parseLevel, siteName } from './levels.ts'
import type { Level } from './levels.ts'
import { differences, faultInSettings, takesOverUser } from './settings.ts'
import { readLevels, settingsOf, writeLevel } from './stored.ts'

type Tx = Transaction<Tables>

/** A level to change. `version`: what it was when the person looked; absent where nobody looked. */
export interface Wanted {
  level: string
  version?: number
}
/** The settings that a level shall have. `machine`: where it is a machine's. */
export type NextSettings = (before: PolicySettings, machine: MachineRow | undefined) => PolicySettings

export interface Policies {
  /** Throws GatewayProblem `notFound` for a machine that is not there, `invalidInput` for what names no level. */
  get(level: string): Promise<PolicyDetail>
  preview(levels: readonly string[], next: NextSettings): Promise<PolicyImpact>
  /**
   * All or none. What it no longer allows is closed by the time that this resolves (F-56). Throws GatewayProblem `policyChanged` when a level
   * has another version, `invalidInput`, and `unsupported` where JIT is turned on for a machine that cannot have it.
   */
  change(actor: string, levels: readonly Wanted[], next: NextSettings, confirmOverwrite: boolean): Promise<PolicyImpact>
}

const systems: readonly MachineInput['os'][] = ['windows', 'linux', 'macos', 'other']
// The log takes 2,000 characters a value.
const longestDetail = 1900
const touchedAtOnce = 100

interface Found {
  level: Level
  key: string
  name: string
  machine: MachineRow | undefined
  row: PolicyRow | undefined
}

/** `now` is the wall clock in milliseconds. */
export function createPolicies(parts: { store: Store; now: () => number; grants: Pick<Grants, 'review'> }): Policies {
  const { store, now, grants } = parts

  async function write(tx: Tx, actor: string, changes: readonly LevelChange[], touchedIds: readonly string[]): Promise<number[]> {
    const versions: number[] = []
    for (const { level, kind, name, after } of changes) {
      versions.push(await writeLevel(tx, { actor, atMs: now(), level, kind, name }, after))
    }
    for (let start = 0; start < touchedIds.length; start += touchedAtOnce) {
      await touchMachines(tx, touchedIds.slice(start, start + touchedAtOnce))
      await setImmediate()
    }
    const ids = changes.filter(({ kind }) => kind === 'machine').map(({ level }) => level.slice('machine:'.length))
    const rows = ids.length === 0 ? [] : await tx.selectFrom('machines').select(['id', 'name', 'site']).where('id', 'in', ids).execute()
    const machines = new Map(rows.map((machine) => [`machine:${machine.id}`, machine]))
    await writeEvents(
      tx,
      now(),
      changes.map((change) => toEvent(actor, change, machines.get(change.level))),
    )
    return versions
  }

  return {
    async get(text) {
      const [found] = await find(store, [{ level: text }])
      if (found === undefined) throw new GatewayProblem('notFound', { field: 'level' })
      const { level, name, machine, row } = found
      const keys = level.kind === 'machine' ? levelsOf(machine ?? { id: level.id, site: '' }) : levelsAt(level)
      const rows = await readLevels(store, keys)
      const levels = keys.map((key) => rows.get(key)).filter((one) => one !== undefined)
      const chain = levels.map((one): LevelSettings => ({
        kind: one.kind,
        name: one.level === found.key ? name : one.name,
        settings: settingsOf(one),
      }))
      const { rules: _, ...effective } = effectiveFor('other', chain)
      const rules = (machine === undefined ? systems : [machine.os]).map((os) => ({ os, ...effectiveFor(os, chain).rules }))
      return {
        level: levelName(level),
        kind: level.kind,
        name,
        version: row?.version ?? 0,
        settings: row === undefined ? {} : settingsOf(row),
        effective: { ...effective, rules },
        ...(row && { changedAt: new Date(row.changedAt).toISOString(), changedBy: row.changedBy }),
      }
    },
    async preview(levels, next) {
      const wanted = levels.map((level) => ({ level }))
      const { answer } = await store.transaction().execute((tx) => plan(tx, wanted, next))
      return answer
    },
    async change(actor, levels, next, confirmOverwrite) {
      const { answer, changedIds } = await store.transaction().execute(async (tx) => {
        const planned = await plan(tx, levels, next)
        if (planned.answer.willOverwrite !== 'no' && !confirmOverwrite) {
          throw new GatewayProblem('invalidInput', { field: 'confirmOverwrite', reason: 'overwriteNotConfirmed' })
        }
        const versions = await write(tx, actor, planned.changes, planned.impact.touchedIds)
        const told = planned.answer.versions.map(({ level }, index) => ({ level, version: versions[index] ?? 0 }))
        return { answer: { ...planned.answer, versions: told }, changedIds: planned.impact.changedIds }
      })
      await grants.review(changedIds)
      return answer
    },
  }
}

/** What a change comes to, before it is made. */
async function plan(
  tx: Tx,
  wanted: readonly Wanted[],
  next: NextSettings,
): Promise<{ changes: LevelChange[]; impact: Impact; answer: PolicyImpact }> {
  const found = await find(tx, wanted)
  const changes = found.map((one): LevelChange => {
    const before = one.row === undefined ? {} : settingsOf(one.row)
    return { level: one.key, kind: one.level.kind, name: one.name, before, after: checked(next(before, one.machine), one) }
  })
  await checkLogos(tx, changes)
  const { changedIds, touchedIds, ...counted } = await findImpact(tx, changes)
  const takesOver = changes.some(({ before, after }) => takesOverUser(before, after))
  const answer: PolicyImpact = {
    ...counted,
    // Agents do not tell of a machine's users.
    willOverwrite: takesOver ? 'unknown' : 'no',
    versions: found.map(({ level, row }) => ({ level: levelName(level), version: row?.version ?? 0 })),
  }
  return { changes, impact: { ...counted, changedIds, touchedIds }, answer }
}

/** The levels, each once, in the order in which they were named. */
async function find(db: Store | Tx, wanted: readonly Wanted[]): Promise<Found[]> {
  const levels = new Map<string, { level: Level; version: number | undefined }>()
  for (const { level: text, version } of wanted) {
    const level = parseLevel(text)
    if (level === undefined) throw new GatewayProblem('invalidInput', { field: 'level', reason: 'badLevel' })
    levels.set(keyOf(level), { level, version })
  }
  const rows = await readLevels(db, [...levels.keys()])
  const ids = [...levels.values()].flatMap(({ level }) => (level.kind === 'machine' ? [level.id] : []))
  const found = ids.length === 0 ? [] : await db.selectFrom('machines').selectAll().where('id', 'in', ids).execute()
  const machines = new Map(found.map((machine) => [machine.id, machine]))
  return [...levels].map(([key, { level, version }]) => {
    const row = rows.get(key)
    const machine = level.kind === 'machine' ? machines.get(level.id) : undefined
    if (level.kind === 'machine' && machine === undefined) throw new GatewayProblem('notFound', { field: 'machineIds' })
    if (version !== undefined && version !== (row?.version ?? 0)) throw new GatewayProblem('policyChanged', { field: levelName(level) })
    const name = machine?.name ?? row?.name ?? (level.kind === 'site' ? siteName(level.path) : '')
    return { level, key, name, machine, row }
  })
}

function checked(settings: PolicySettings, { machine }: Found): PolicySettings {
  const fault = faultInSettings(settings, machine?.os)
  if (fault !== undefined)
    throw new GatewayProblem(
      'invalidInput',
      machine === undefined ? fault : { ...fault, field: fault.field.replace('rules.default', 'rules') },
    )
  const reason = machine && reasonAgainst(machine)
  if (machine && reason !== undefined && (settings.rules?.default ?? []).length > 0) {
    throw new GatewayProblem('unsupported', { field: machine.id, reason })
  }
  return settings
}

async function checkLogos(tx: Tx, changes: readonly LevelChange[]): Promise<void> {
  for (const logo of new Set(changes.map(({ after }) => after.jitAdmin?.logo))) {
    if (logo === undefined) continue
    const found = await tx.selectFrom('logos').select('id').where('id', '=', logo).executeTakeFirst()
    if (found === undefined) throw new GatewayProblem('invalidInput', { field: 'jitAdmin.logo', reason: 'logoMissing' })
  }
}

/** What was set before and after, setting by setting. */
function toEvent(actor: string, { level, name, before, after }: LevelChange, machine: NewEvent['machine']): NewEvent {
  const detail: NonNullable<NewEvent['detail']> = { level: machine === undefined ? (name === '' ? level : `site:${name}`) : level }
  for (const setting of differences(before, after)) {
    detail[setting] = inLog(after[setting])
    detail[`${setting}Before`] = inLog(before[setting])
  }
  return { actor, action: 'policy.changed', outcome: 'ok', ...(machine && { machine }), detail }
}

function inLog(value: unknown): string {
  const text = value === undefined ? 'inherited' : JSON.stringify(value)
  return text.length <= longestDetail ? text : `${text.slice(0, longestDetail)}…`
}
