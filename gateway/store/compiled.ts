/**
 * Queries that every request needs, as texts that are built once for each store: building one costs more than SQLite needs to run it. They come
 * from Kysely's builder as all others do, so each database gets them in its own words.
 */
import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Stands for the value of a parameter while a text is built. */
class Slot {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- it takes the place of a value of that type in a text that is never run with it
const slotAt = <Value>(index: number): Value => new Slot(index) as Value

/** `build` gets what stands for the values, by their place; all else that it puts into the query is part of its text for good. */
export function compiled<Row>(
  build: (db: Db, at: typeof slotAt) => Compilable<Row>,
): (db: Db, values: readonly unknown[]) => Promise<Row[]> {
  const texts = new WeakMap<object, CompiledQuery<Row>>()
  return async (db, values) => {
    // The same one for a store and its transactions.
    const { adapter } = db.getExecutor()
    const known = texts.get(adapter)
    const text = known ?? build(db, slotAt).compile()
    if (known === undefined) texts.set(adapter, text)
    const parameters = text.parameters.map((parameter) => (parameter instanceof Slot ? values[parameter.index] : parameter))
    return (await db.executeQuery<Row>({ ...text, parameters })).rows
  }
}

/** A request writes a few rows. More come seldom, and each number of rows is another text, but for this one. */
const mostRows = 8
/** So many are written at a time by who writes thousands: below SQLite's limit of 32,766 parameters, and soon over. */
export const manyRows = 200

/** Inserts rows by one statement; all of `columns` must be there in each. */
export function compiledInsert<Row extends object>(
  columns: readonly (keyof Row & string)[],
  insert: (db: Db, rows: readonly Row[]) => Compilable,
): (db: Db, rows: readonly Row[]) => Promise<void> {
  const byCount = new Map<number, ReturnType<typeof compiled>>()

  function make(count: number): ReturnType<typeof compiled> {
    const rows = Array.from({ length: count }, (_, row) => {
      const slots = columns.map((column, index) => [column, slotAt(row * columns.length + index)])
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row's columns, each with what stands for its value
      return Object.fromEntries(slots) as Row
    })
    return compiled((db) => insert(db, rows))
  }

  return async (db, rows) => {
    if (rows.length === 0) return
    if (rows.length > mostRows && rows.length !== manyRows) {
      await db.executeQuery(insert(db, rows).compile())
      return
    }
    const query = byCount.get(rows.length) ?? make(rows.length)
    byCount.set(rows.length, query)
    await query(
      db,
      rows.flatMap((row) => columns.map((column) => row[column])),
    )
  }
}
