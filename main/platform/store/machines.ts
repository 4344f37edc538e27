/** The inventory as it was last read. */
import { z } from 'zod'
import type { StoredMachines } from '../../localStore.ts'
import type { ProviderMachine } from '../../providers/provider.ts'
import { fold, sortKey } from '../../machines/fold.ts'
import type { SqliteFile } from './file.ts'

export function createMachines(file: SqliteFile): StoredMachines {
  const write = file.prepare<[string, string, string, string]>(
    'insert or replace into machine(provider, id, name, value) values (?, ?, ?, ?)',
  )
  const remove = file.prepare<[string, string]>('delete from machine where provider = ? and id = ?')
  const removeAll = file.prepare<[string]>('delete from machine where provider = ?')
  const writeCursor = file.prepare<[string, string, number]>('insert or replace into cursor(provider, cursor, read_at) values (?, ?, ?)')
  const removeCursor = file.prepare<[string]>('delete from cursor where provider = ?')
  const cursors = file.prepare<[], { providerId: string; cursor: string; readAt: number; count: number }>(
    `select provider as providerId, cursor, read_at as readAt, (select count(*) from machine where machine.provider = cursor.provider) as count from cursor`,
  )
  const read = file.prepare<[string, string, string, number], { id: string; name: string; value: string }>(
    `select id, name, value from machine where provider = ? and (name, id) > (?, ?) order by name, id limit ?`,
  )

  return {
    put: async (providerId, { machines, removed, cursor, startsAnew, readAt }) =>
      file
        .transaction(() => {
          if (startsAnew === true) removeAll.run(providerId)
          for (const machine of machines) write.run(providerId, machine.id, sortKey(fold(machine.name)), JSON.stringify(machine))
          for (const id of removed) remove.run(providerId, id)
          writeCursor.run(providerId, cursor, readAt)
        })
        .immediate(),
    cursors: async () => cursors.all(),
    async read(providerId, after, limit) {
      const [name, id] = after === undefined ? ['', ''] : Place.parse(JSON.parse(after))
      const rows = read.all(providerId, name, id, limit)
      const last = rows.at(-1)
      return {
        machines: rows.map(({ value }) => toMachine(value)),
        ...(last && rows.length === limit && { next: JSON.stringify([last.name, last.id]) }),
      }
    },
    forget: async (providerId) =>
      file
        .transaction(() => {
          removeAll.run(providerId)
          removeCursor.run(providerId)
        })
        .immediate(),
  }
}

const Place = z.tuple([z.string(), z.string()])

function toMachine(value: string): ProviderMachine {
  // What this console wrote, in pages that SQLite authenticates: another form of it is another version of the schema.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(value) as ProviderMachine
}
