/** The log's tree in the store: one hash per event and one in 256 above them, never changed, and the frontier, from which appending goes on. */
import type { Transaction } from 'kysely'
import { compiled, compiledInsert } from '../store/compiled.ts'
import type { Store } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'
import { tileHeight } from './tiles.ts'
import type { ReadHashes } from './tiles.ts'
import { grow, hashBytes } from './tree.ts'
import type { Frontier } from './tree.ts'

type Reader = Store | Transaction<Tables>
export type StoredHash = Tables['logHashes']

// Three parameters a row; SQLite takes 32,766.
const rowsAtOnce = 200

/** The log's state as of the last committed event. */
export async function readFrontier(store: Reader): Promise<Frontier> {
  const [row] = await treeRow(store, [])
  if (row === undefined) throw new Error('the log has no tree')
  return toFrontier(row)
}

/** Appends leaves to the tree that has `frontier`, in the transaction that writes their events. */
export async function writeLeaves(tx: Transaction<Tables>, frontier: Frontier, leaves: readonly Buffer[]): Promise<void> {
  const { hashes, next } = growth(frontier, leaves)
  for (let start = 0; start < hashes.length; start += rowsAtOnce) await insertHashes(tx, hashes.slice(start, start + rowsAtOnce))
  await updateTree(tx, [next.size, Buffer.concat(next.hashes)])
}

// Every change of the gateway comes by here.
const treeRow = compiled((db) => db.selectFrom('logTree').select(['size', 'frontier']))
const updateTree = compiled((db, at) => db.updateTable('logTree').set({ size: at<number>(0), frontier: at<Buffer>(1) }))
const insertHashes = compiledInsert<StoredHash>(['level', 'position', 'hash'], (db, rows) => db.insertInto('logHashes').values(rows))

/** What appending these leaves adds to the store. */
export function growth(frontier: Frontier, leaves: readonly Buffer[]): { hashes: StoredHash[]; next: Frontier } {
  const hashes: StoredHash[] = []
  const next = grow(frontier, leaves, (level, position, hash) => {
    if (level % tileHeight === 0) hashes.push({ level: level / tileHeight, position, hash })
  })
  return { hashes, next }
}

/** Throws when the store lacks a hash that it must have. */
export function hashReader(store: Reader): ReadHashes {
  return async (level, position, count) => {
    const hashes = await readHashes(store, position, count, level)
    if (hashes.length !== count) throw new Error(`the log's tree lacks hashes at level ${level}, from ${position}`)
    return hashes
  }
}

/** The hashes that are there, from `position` on, `count` at most. */
export async function readHashes(store: Reader, position: number, count: number, level = 0): Promise<Buffer[]> {
  const rows = await store
    .selectFrom('logHashes')
    .select('hash')
    .where('level', '=', level)
    .where('position', '>=', position)
    .where('position', '<', position + count)
    .orderBy('position')
    .execute()
  return rows.map((row) => row.hash)
}

function toFrontier({ size, frontier }: Tables['logTree']): Frontier {
  const hashes: Buffer[] = []
  for (let at = 0; at < frontier.length; at += hashBytes) hashes.push(frontier.subarray(at, at + hashBytes))
  return { size, hashes }
}
