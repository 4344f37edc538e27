/** What is known of each provider's reading, and what becomes of machines that it does not name any more (F-46). */
import type { MachinePage, StoredSource } from '../../localStore.ts'
import type { SqliteFile } from './file.ts'
import type { MachineRows } from './machineRows.ts'

/** An inventory of fewer may vanish without a question. */
const fewest = 20
/** So large a part gone in one reading is rather an outage than the truth. */
const suspicious = 0.9

interface Source {
  provider: string
  cursor: string | null
  read_at: number | null
  size: number
  reading: number
  run: number
  anew: number
  before: number
  done: number
  /** 0: no; 1: asked about; 2: kept. */
  held: number
  lost: number
}

export function createMachineSources(file: SqliteFile, rows: MachineRows) {
  const sql = {
    all: file.prepare<[], Source>('select * from machine_source order by provider'),
    one: file.prepare<[string], Source>('select * from machine_source where provider = ?'),
    put: file.prepare<Source>(
      `insert or replace into machine_source(provider, cursor, read_at, size, reading, run, anew, before, done, held, lost)
       values (@provider, @cursor, @read_at, @size, @reading, @run, @anew, @before, @done, @held, @lost)`,
    ),
    remove: file.prepare('delete from machine_source where provider = ?'),
    markGone: file.prepare('update machine set gone = 1 where n = ?'),
    markUnseen: file.prepare('update machine set gone = 1 where provider = ? and run <> ?'),
    gone: file.prepare<[string], { n: number; id: string }>('select n, id from machine where provider = ? and gone = 1'),
    some: file.prepare<[string, number], { n: number }>('select n from machine where provider = ? limit ?'),
  }

  const read = (providerId: string): Source => sql.one.get(providerId) ?? { ...unread, provider: providerId }

  function removeGone(source: Source, changed: Set<number>): Source {
    const gone = sql.gone.all(source.provider)
    for (const { n } of gone) {
      rows.remove(n)
      changed.add(n)
    }
    return { ...source, size: source.size - gone.length, held: 0, lost: 0 }
  }

  /** The last page is here: what was not named is gone, unless that is nearly all. */
  function finish(source: Source, page: MachinePage, changed: Set<number>): Source {
    if (source.anew === 1) sql.markUnseen.run(source.provider, source.run)
    const expected = new Set(page.expected)
    const lost = sql.gone.all(source.provider).filter(({ id }) => !expected.has(id)).length
    const ended = { ...source, reading: 0, anew: 0, done: 0 }
    if (source.before >= fewest && lost > source.before * suspicious) {
      // Asked about again only if more has gone than was kept.
      const isKept = source.held === 2 && lost <= source.lost
      return { ...ended, held: isKept ? 2 : 1, lost, before: source.before }
    }
    return { ...removeGone(ended, changed), read_at: page.at }
  }

  return {
    all: (): StoredSource[] => sql.all.all().map(toStored),
    /** Inside a transaction. Answers the numbers of machines that are other than before. */
    take(providerId: string, page: MachinePage): { source: StoredSource; changed: Set<number> } {
      let source = read(providerId)
      if (source.reading === 0)
        source = { ...source, reading: 1, run: source.run + 1, before: source.size, done: 0, anew: source.cursor === null ? 1 : 0 }
      if (page.startsAnew === true) source = { ...source, run: source.run + 1, anew: 1, done: 0 }
      const changed = new Set<number>()
      for (const machine of page.machines) {
        const put = rows.put(providerId, machine, source.run)
        if (put.isNew) source.size++
        if (put.changed) changed.add(put.n)
      }
      for (const id of page.removed) {
        const n = rows.numberOf(providerId, id)
        if (n !== undefined) sql.markGone.run(n)
      }
      source = { ...source, cursor: page.cursor, done: source.done + page.machines.length }
      if (!page.more) source = finish(source, page, changed)
      sql.put.run(source)
      return { source: toStored(source), changed }
    },
    /** Inside a transaction. */
    decide(providerId: string, decision: 'accept' | 'keep'): Set<number> {
      const changed = new Set<number>()
      const source = read(providerId)
      if (source.held > 0) sql.put.run(decision === 'accept' ? removeGone(source, changed) : { ...source, held: 2 })
      return changed
    },
    /** At most `limit` of its machines a time; true when all are gone. Inside a transaction. */
    forget(providerId: string, limit: number): { changed: Set<number>; done: boolean } {
      sql.remove.run(providerId)
      const some = sql.some.all(providerId, limit)
      for (const { n } of some) rows.remove(n)
      return { changed: new Set(some.map(({ n }) => n)), done: some.length < limit }
    },
  }
}

const unread: Omit<Source, 'provider'> = {
  cursor: null,
  read_at: null,
  size: 0,
  reading: 0,
  run: 0,
  anew: 0,
  before: 0,
  done: 0,
  held: 0,
  lost: 0,
}

function toStored(source: Source): StoredSource {
  return {
    providerId: source.provider,
    count: source.size,
    ...(source.cursor !== null && { cursor: source.cursor }),
    ...(source.read_at !== null && { readAt: source.read_at }),
    ...(source.reading === 1 && { done: source.done }),
    ...(source.held > 0 && { held: { before: source.before, lost: source.lost, kept: source.held === 2 } }),
  }
}
