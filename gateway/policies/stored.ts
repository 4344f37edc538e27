/** The levels' settings as they are stored, and what holds for machines by them. */
import type { Kysely, Transaction } from 'kysely'
import { PolicySettings } from '../contract/policies.ts'
import { nextChange } from '../machineRow.ts'
import { remembered } from '../remembered.ts'
import { compiled } from '../store/compiled.ts'
import type { MachineRow, PolicyRow, Tables } from '../store/tables.ts'
import { effectiveFor } from './effective.ts'
import type { Effective, LevelSettings } from './effective.ts'
import { levelsOf } from './levels.ts'

export type PlacedMachine = Pick<MachineRow, 'id' | 'name' | 'os' | 'site'>

// Below SQLite's limit of 32,766 parameters.
const levelsAtOnce = 1000

export function settingsOf(row: Pick<PolicyRow, 'settings'>): PolicySettings {
  return PolicySettings.parse(JSON.parse(row.settings))
}

/** The same for those who only read: the text says all, so the same text is taken apart once. */
const settingsIn = remembered((text: string) => settingsOf({ settings: text }))

/** By level. */
export async function readLevels(db: Kysely<Tables>, levels: readonly string[]): Promise<Map<string, PolicyRow>> {
  const found = new Map<string, PolicyRow>()
  for (let start = 0; start < levels.length; start += levelsAtOnce) {
    const chunk = levels.slice(start, start + levelsAtOnce)
    for (const row of await readFew(db, chunk)) found.set(row.level, row)
  }
  return found
}

// The company, the parts of a site, the machine: what every request asks for, each number of them with a text of its own.
const ofCount = Array.from({ length: 7 }, (_, count) =>
  compiled((db, at) =>
    selectLevels(
      db,
      Array.from({ length: count }, (__, index) => at<string>(index)),
    ),
  ),
)

async function readFew(db: Kysely<Tables>, levels: readonly string[]): Promise<PolicyRow[]> {
  const query = levels.length === 0 ? undefined : ofCount[levels.length]
  return query === undefined ? await selectLevels(db, levels).execute() : await query(db, levels)
}

function selectLevels(db: Kysely<Tables>, levels: readonly string[]) {
  return db.selectFrom('policies').selectAll().where('level', 'in', levels)
}

/** What holds for each of the machines, by id. */
export async function policiesFor(db: Kysely<Tables>, machines: readonly PlacedMachine[]): Promise<Map<string, Effective>> {
  const levels = new Set(machines.flatMap(levelsOf))
  const judge = policyReader(await readLevels(db, [...levels]))
  return new Map(machines.map((machine) => [machine.id, judge(machine)]))
}

/** What holds for one machine. */
export async function policyFor(db: Kysely<Tables>, machine: PlacedMachine): Promise<Effective> {
  return policyReader(await readLevels(db, levelsOf(machine)))(machine)
}

/** Works out machine after machine from levels that were read. Each level is parsed once, and so is each site's outcome. */
export function policyReader(
  rows: ReadonlyMap<string, Pick<PolicyRow, 'kind' | 'name' | 'settings'>>,
): (machine: PlacedMachine) => Effective {
  const parsed = new Map<string, LevelSettings>()
  const ofSite = new Map<string, Effective>()

  function read(level: string, name: string | undefined): LevelSettings | undefined {
    const row = rows.get(level)
    if (row === undefined) return undefined
    const known = parsed.get(level)
    if (known !== undefined) return known
    const made = { kind: row.kind, name: name ?? row.name, settings: settingsIn(row.settings) }
    parsed.set(level, made)
    return made
  }

  return (machine) => {
    const levels = levelsOf(machine)
    const own = levels.at(-1) ?? ''
    const hasOwn = rows.has(own)
    const key = `${machine.os}\n${levels.at(-2)}`
    const known = hasOwn ? undefined : ofSite.get(key)
    if (known !== undefined) return known
    const effective = effectiveFor(
      machine.os,
      levels.map((level) => read(level, level === own ? machine.name : undefined)).filter((one) => one !== undefined),
    )
    if (!hasOwn) ofSite.set(key, effective)
    return effective
  }
}

/** Writes what a level sets; nothing at all takes the level away. Answers its version. In the caller's transaction. */
export async function writeLevel(
  tx: Transaction<Tables>,
  by: { actor: string; atMs: number } & Pick<PolicyRow, 'level' | 'kind' | 'name'>,
  settings: PolicySettings,
): Promise<number> {
  const { actor, atMs, ...about } = by
  if (Object.keys(settings).length === 0) {
    await tx.deleteFrom('policies').where('level', '=', by.level).execute()
    return 0
  }
  const version = await nextChange(tx)
  const row = { ...about, settings: JSON.stringify(settings), version, changedAt: atMs, changedBy: actor }
  await tx
    .insertInto('policies')
    .values(row)
    .onConflict((conflict) => conflict.column('level').doUpdateSet(row))
    .execute()
  return version
}
