/**
 * A log's events as columns of numbers, 4,096 events a part: a filter goes through five million of them in some milliseconds, whatever it asks for,
 * where an index answers only what it was made for. A part that is whole is kept in the `part` table; others are put together from rows.
 */
import type { SqliteFile } from './file.ts'
import type { EventRow } from './rows.ts'

export const partSize = 4096
/** In the order of their places in the table; never changed. */
const kept = ['kind', 'actor', 'machine', 'site', 'port', 'at', 'times'] as const
type Kept = (typeof kept)[number]
export type ColumnName = Exclude<Kept, 'at' | 'times'>
const keptInTable = 8
/** What of all parts may be in memory at once; five million events are about 140 MB. */
const mostBytes = 400 * 1024 * 1024

/** Of the events from `first` on. Where `kind` is 0 there is no event. A column is read when it is asked for. */
export interface Part {
  readonly first: number
  /** Whether all of its events are there. */
  readonly isWhole: boolean
  column(name: ColumnName): Uint32Array
  at(): Float64Array
  /** Of all that are there. */
  times(): { least: number; most: number }
}

export interface Columns {
  partOf(seq: number): Part
  /** Adds an event that was not there. In the caller's transaction. */
  add(row: EventRow): void
  /** Makes the part of this event anew from its rows. */
  renew(seq: number): void
  /** Events below are gone. */
  cutBefore(seq: number): void
}

export const firstOf = (seq: number): number => seq - ((seq - 1) % partSize)

/** 0 stands for no port. */
export const portNumber = (port: number | null): number => (port === null ? 0 : port + 1)

interface HeldPart extends Part {
  set(row: EventRow): void
  /** As it is kept. */
  bytes(): [number, Buffer][]
  heldBytes(): number
}

export function createColumns(file: SqliteFile, n: number): Columns {
  const parts = new Map<number, HeldPart>()
  let held = 0
  const select = file.prepare<[number], Buffer>(`select data from part_${n} where id = ?`).pluck()
  const selectRows = file.prepare<[number, number], EventRow>(
    `select seq, at, kind, actor, machine, site, port, null as grant_id, '' as detail, null as more from event_${n} where seq >= ? and seq < ?`,
  )
  const write = file.prepare<[number, Buffer]>(`insert or replace into part_${n}(id, data) values (?, ?)`)
  const remove = file.prepare<[number, number]>(`delete from part_${n} where id >= ? and id < ?`)

  /** False when the part is not kept as columns. */
  function readBytes(first: number, name: Kept, into: ArrayBuffer): boolean {
    const data = select.get(idOf(first, name))
    if (data?.byteLength !== into.byteLength) return false
    new Uint8Array(into).set(data)
    held += into.byteLength
    return true
  }

  function fromRows(first: number): HeldPart {
    const part = emptyPart(first)
    for (const row of selectRows.iterate(first, first + partSize)) part.set(row)
    held += part.heldBytes()
    return part
  }

  function partOf(seq: number): HeldPart {
    const first = firstOf(seq)
    const known = parts.get(first)
    if (known) return known
    if (held > mostBytes) {
      parts.clear()
      held = 0
    }
    const times = new Float64Array(2)
    const part = readBytes(first, 'times', times.buffer)
      ? keptPart(first, times, (name, into) => readBytes(first, name, into))
      : fromRows(first)
    parts.set(first, part)
    return part
  }

  function writePart(part: HeldPart): void {
    for (const [place, data] of part.bytes()) write.run(((part.first - 1) / partSize) * keptInTable + place, data)
  }

  return {
    partOf,
    add(row) {
      const part = partOf(row.seq)
      part.set(row)
      if (part.isWhole) writePart(part)
    },
    renew(seq) {
      const first = firstOf(seq)
      const part = fromRows(first)
      parts.set(first, part)
      if (part.isWhole) writePart(part)
      else remove.run(idOf(first, 'kind'), idOf(first, 'kind') + keptInTable)
    },
    cutBefore(seq) {
      const first = firstOf(seq)
      // The part that is cut through is no whole one any more.
      const end = idOf(first, 'kind') + (seq === first ? 0 : keptInTable)
      remove.run(0, end)
      for (const key of parts.keys()) if (key < seq) parts.delete(key)
    },
  }
}

const idOf = (first: number, name: Kept): number => ((first - 1) / partSize) * keptInTable + kept.indexOf(name)

/** Columns that are not read yet are read by `read`. */
function keptPart(first: number, times: Float64Array, read: (name: Kept, into: ArrayBuffer) => boolean): HeldPart {
  const columns = new Map<ColumnName, Uint32Array>()
  const [least = 0, most = 0] = times
  let at: Float64Array<ArrayBuffer> | undefined
  return {
    first,
    isWhole: true,
    column(name) {
      const known = columns.get(name)
      if (known) return known
      const column = new Uint32Array(partSize)
      read(name, column.buffer)
      columns.set(name, column)
      return column
    },
    at() {
      if (at) return at
      at = new Float64Array(partSize)
      read('at', at.buffer)
      return at
    },
    times: () => ({ least, most }),
    set: () => undefined,
    bytes: () => [],
    heldBytes: () => 0,
  }
}

function emptyPart(first: number): HeldPart {
  const at = new Float64Array(partSize)
  const columns: Record<ColumnName, Uint32Array> = {
    kind: new Uint32Array(partSize),
    actor: new Uint32Array(partSize),
    machine: new Uint32Array(partSize),
    site: new Uint32Array(partSize),
    port: new Uint32Array(partSize),
  }
  let count = 0
  let times: ReturnType<Part['times']> | undefined
  const part: HeldPart = {
    first,
    get isWhole() {
      return count === partSize
    },
    column: (name) => columns[name],
    at: () => at,
    times() {
      times ??= timesOf(part)
      return times
    },
    set(row) {
      const place = row.seq - first
      if (columns.kind[place] === 0) count += 1
      columns.kind[place] = row.kind
      columns.actor[place] = row.actor
      columns.machine[place] = row.machine
      columns.site[place] = row.site
      columns.port[place] = portNumber(row.port)
      at[place] = row.at
      times = undefined
    },
    bytes: () =>
      kept.map((name, place) => {
        const { least, most } = part.times()
        const column = name === 'times' ? Float64Array.of(least, most) : name === 'at' ? at : columns[name]
        return [place, Buffer.from(column.buffer, column.byteOffset, column.byteLength)]
      }),
    heldBytes: () => at.byteLength * 4,
  }
  return part
}

function timesOf(part: Part): { least: number; most: number } {
  const [at, kinds] = [part.at(), part.column('kind')]
  let [least, most] = [Infinity, -Infinity]
  for (let place = 0; place < partSize; place += 1) {
    if (kinds[place] === 0) continue
    least = Math.min(least, at[place] ?? 0)
    most = Math.max(most, at[place] ?? 0)
  }
  return { least, most }
}
