/** One provider's log in the store: its tables, and what is known of it as a whole. */
import type { LogExtent } from '../../localStore.ts'
import { createColumns, type Columns } from './columns.ts'
import type { SqliteFile } from './file.ts'
import { createNames, type Names } from './names.ts'
import type { EventRow } from './rows.ts'
import { createTree, type Tree } from './tree.ts'
import { createWordIndex, type WordIndex } from './wordIndex.ts'

/** `seq`s whose hashes are known without a gap. */
export interface Stretch {
  first: number
  last: number
}

export interface LogRow {
  n: number
  provider: string
  count: number
  kept_from: number
  verified: number
  heard_of: number | null
  heard_at: number | null
}

export interface Log {
  readonly n: number
  readonly providerId: string
  readonly names: Names
  readonly columns: Columns
  readonly tree: Tree
  readonly words: WordIndex
  /** Ascending. */
  readonly stretches: readonly Stretch[]
  readonly changed: ReadonlySet<number>
  /** What is below was taken away by retention. */
  readonly keptFrom: number
  readonly count: number
  readonly verified: number
  /** The lowest and highest `seq` of events that are here; `first` above `last` when there are none. */
  readonly first: number
  readonly last: number
  row(seq: number): EventRow | undefined
  /** From `first` on, in order, as they are asked for. */
  rows(range: { first: number; last: number; descending?: boolean }): IterableIterator<EventRow>
  extent(): LogExtent
  // These are for transactions.
  addStretch(stretch: Stretch): void
  setChanged(seq: number, isChanged: boolean): void
  /** Takes events away for good, but for their hashes; answers how many there were. */
  removeBefore(seq: number): number
  update(values: Partial<Pick<LogRow, 'count' | 'kept_from' | 'verified' | 'heard_of' | 'heard_at'>>): void
}

const fewChanged = 100

export function openLog(file: SqliteFile, start: LogRow): Log {
  const { n, provider } = start
  const state = { ...start }
  const selectRow = file.prepare<[number], EventRow>(`select * from event_${n} where seq = ?`)
  const between = `select * from event_${n} where seq >= ? and seq <= ? order by seq`
  const stretches = file.prepare<[number], Stretch>('select first, last from stretch where log = ? order by first').all(n)
  const changed = new Set(file.prepare<[], number>(`select seq from changed_${n}`).pluck().all())
  const save = file.prepare<[LogRow]>(
    `update log set count = @count, kept_from = @kept_from, verified = @verified, heard_of = @heard_of, heard_at = @heard_at where n = @n`,
  )

  const first = (): number => Math.max(state.kept_from, stretches[0]?.first ?? 1)
  const last = (): number => (state.count === 0 ? 0 : (stretches.at(-1)?.last ?? 0))

  const columns = createColumns(file, n)
  const words = createWordIndex(file, n)

  function setChanged(seq: number, isChanged: boolean): void {
    if (changed.has(seq) === isChanged) return
    if (isChanged) changed.add(seq)
    else changed.delete(seq)
    file.prepare<[number]>(isChanged ? `insert into changed_${n} values (?)` : `delete from changed_${n} where seq = ?`).run(seq)
  }

  function update(values: Parameters<Log['update']>[0]): void {
    Object.assign(state, values)
    save.run(state)
  }

  return {
    n,
    providerId: provider,
    names: createNames(file, n),
    columns,
    tree: createTree(file, n),
    words,
    stretches,
    changed,
    get keptFrom() {
      return state.kept_from
    },
    get count() {
      return state.count
    },
    get verified() {
      return state.verified
    },
    get first() {
      return first()
    },
    get last() {
      return last()
    },
    row: (seq) => selectRow.get(seq),
    // A statement of its own, since several may be read side by side.
    rows: (range) =>
      file.prepare<[number, number], EventRow>(between + (range.descending === true ? ' desc' : '')).iterate(range.first, range.last),
    extent() {
      const kept = first()
      return {
        have: stretches.find((one) => one.last >= kept - 1)?.last ?? 0,
        from: state.count === 0 ? 0 : kept,
        count: state.count,
        hashesFrom: stretches[0]?.first ?? 0,
        verified: state.verified,
        changed: [...changed].toSorted((one, other) => one - other).slice(0, fewChanged),
        ...(state.heard_of !== null && state.heard_at !== null && { heard: { of: state.heard_of, at: state.heard_at } }),
      }
    },
    addStretch(added) {
      const next = mergeStretches([...stretches, added])
      file.prepare<[number]>('delete from stretch where log = ?').run(n)
      for (const one of next) file.prepare<[number, number, number]>('insert into stretch values (?, ?, ?)').run(n, one.first, one.last)
      stretches.splice(0, stretches.length, ...next)
    },
    setChanged,
    update,
    removeBefore(seq) {
      words.removeAll(first(), seq - 1)
      const { changes } = file.prepare<[number]>(`delete from event_${n} where seq < ?`).run(seq)
      for (const one of changed) if (one < seq) setChanged(one, false)
      columns.cutBefore(seq)
      update({ count: Math.max(0, state.count - changes), kept_from: seq })
      return changes
    },
  }
}

/** Those that touch become one. */
function mergeStretches(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = []
  for (const one of stretches.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1)
    if (before && one.first <= before.last + 1) before.last = Math.max(before.last, one.last)
    else merged.push({ ...one })
  }
  return merged
}
