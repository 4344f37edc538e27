/** What repeats from event to event (actions, actors, sites, machines) is kept once in a log's `name` table, and its id in each event. */
import type { SqliteFile } from './file.ts'

/** `kind` is an outcome and an action; `machine` an id and a name, which may change. */
export const sorts = { kind: 1, actor: 2, site: 3, machine: 4 } as const
export type Sort = keyof typeof sorts

/** What stands for "none": a site or machine that an event does not have. */
export const noName = 0

export interface Names {
  /** Of a value that is new a new one. */
  idOf(sort: Sort, value: string): number
  find(sort: Sort, value: string): number | undefined
  /** Those that begin with `prefix`. */
  startingWith(sort: Sort, prefix: string): number[]
  valueOf(id: number): string
  all(sort: Sort): ReadonlyMap<number, string>
  /** All ids are below. */
  end(): number
}

interface NameRow {
  id: number
  value: string
}

export function createNames(file: SqliteFile, n: number): Names {
  const ids: Record<Sort, Map<string, number>> = { kind: new Map(), actor: new Map(), site: new Map(), machine: new Map() }
  const values = new Map<number, string>()
  const complete = new Map<Sort, Map<number, string>>()
  const select = file.prepare<[number, string], number>(`select id from name_${n} where sort = ? and value = ?`).pluck()
  const selectValue = file.prepare<[number], string>(`select value from name_${n} where id = ?`).pluck()
  const selectAll = file.prepare<[number], NameRow>(`select id, value from name_${n} where sort = ?`)
  const selectFrom = file
    .prepare<[number, string, string], number>(`select id from name_${n} where sort = ? and value >= ? and value < ?`)
    .pluck()
  const insert = file.prepare<[number, string]>(`insert into name_${n}(sort, value) values (?, ?)`)
  let end = (file.prepare<[], number | null>(`select max(id) from name_${n}`).pluck().get() ?? 0) + 1

  function remember(sort: Sort, value: string, id: number): number {
    ids[sort].set(value, id)
    values.set(id, value)
    return id
  }

  function find(sort: Sort, value: string): number | undefined {
    const known = ids[sort].get(value)
    if (known !== undefined) return known
    const id = select.get(sorts[sort], value)
    return id === undefined ? undefined : remember(sort, value, id)
  }

  return {
    find,
    idOf(sort, value) {
      const known = find(sort, value)
      if (known !== undefined) return known
      const id = Number(insert.run(sorts[sort], value).lastInsertRowid)
      end = Math.max(end, id + 1)
      complete.get(sort)?.set(id, value)
      return remember(sort, value, id)
    },
    startingWith: (sort, prefix) => selectFrom.all(sorts[sort], prefix, `${prefix}\u{10ffff}`),
    valueOf(id) {
      const known = values.get(id)
      if (known !== undefined) return known
      const value = selectValue.get(id) ?? ''
      values.set(id, value)
      return value
    },
    all(sort) {
      const known = complete.get(sort)
      if (known) return known
      const found = new Map(selectAll.all(sorts[sort]).map(({ id, value }) => [id, value]))
      complete.set(sort, found)
      return found
    },
    end: () => end,
  }
}
