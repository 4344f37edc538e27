/** The levels that there are: the company and every site that a machine or a setting names, with what is in them. */
import { setImmediate } from 'node:timers/promises'
import type { PolicyTree } from '../contract/policies.ts'
import { reasonAgainst } from '../machineRow.ts'
import type { Store } from '../store/database.ts'
import { rulesInForce } from './effective.ts'
import { keyOf, levelName, pathOf } from './levels.ts'
import type { Level } from './levels.ts'
import { ownSettings } from './settings.ts'
import { policyReader, settingsOf } from './stored.ts'

type Node = PolicyTree['levels'][number]

const machinesAtOnce = 1000

export async function readTree(store: Store): Promise<PolicyTree> {
  const rows = await store.selectFrom('policies').selectAll().execute()
  const policies = new Map(rows.map((row) => [row.level, row]))
  const judge = policyReader(policies)
  const nodes = new Map<string, Node>()

  function at(level: Exclude<Level, { kind: 'machine' }>): Node {
    const key = keyOf(level)
    const row = policies.get(key)
    const path = level.kind === 'site' ? [...level.path] : []
    const made = nodes.get(key) ?? {
      level: levelName(level),
      kind: level.kind,
      name: path.at(-1) ?? '',
      path,
      machines: 0,
      configured: 0,
      machinesWithOwn: 0,
      own: row === undefined ? [] : ownSettings(settingsOf(row)),
    }
    // Of several spellings the same one is shown each time, whatever order machines come in: small letters come last.
    if (levelName(level) > made.level) Object.assign(made, { level: levelName(level), name: path.at(-1) ?? '', path })
    nodes.set(key, made)
    return made
  }

  /** The company, and every site on the way down. */
  function along(path: readonly string[]): Node[] {
    return [at({ kind: 'company' }), ...path.map((_, index) => at({ kind: 'site', path: path.slice(0, index + 1) }))]
  }

  along([])
  for (const row of rows) if (row.kind === 'site') along(pathOf(row.name))
  for (let last = ''; ;) {
    const chunk = await store.selectFrom('machines').selectAll().where('id', '>', last).orderBy('id').limit(machinesAtOnce).execute()
    for (const machine of chunk) {
      const isOn = reasonAgainst(machine) === undefined && rulesInForce(judge(machine)).length > 0
      const hasOwn = policies.has(keyOf({ kind: 'machine', id: machine.id }))
      for (const node of along(pathOf(machine.site))) {
        node.machines += 1
        if (isOn) node.configured += 1
        if (hasOwn) node.machinesWithOwn += 1
      }
    }
    if (chunk.length < machinesAtOnce) break
    last = chunk.at(-1)?.id ?? last
    await setImmediate()
  }
  const sorted = [...nodes.values()].sort((one, other) => compare(one.path, other.path))
  return { levels: sorted }
}

/** Parents before their children, sisters by name. */
function compare(one: readonly string[], other: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    const against = other[index]
    if (against === undefined) return 1
    const order = part.localeCompare(against, 'en', { numeric: true, sensitivity: 'base' })
    if (order !== 0) return order
  }
  return one.length - other.length
}
