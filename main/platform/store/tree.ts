/** A log's tree as it is kept here: rows of 256 hashes, in which those that are not known are zero. The same cut as gateway/log/tiles.ts. */
import { tileWidth, completeRoot, rangeRoot } from '../../../gateway/log/tiles.ts'
import { emptyFrontier, hashBytes, rootOf } from '../../../gateway/log/tree.ts'
import type { SqliteFile } from './file.ts'

/** Rows of a level are one behind the other; no log has as many events as this allows. */
const rowsPerLevel = 2 ** 40
const unknown = Buffer.alloc(hashBytes)

export interface Tree {
  /** The event with `seq` n is leaf n - 1. In the caller's transaction. */
  set(leaf: number, hash: Uint8Array): void
  /** Writes what was set. */
  flush(): void
  /** `count` hashes of level 8 × `level`; undefined in the place of those that are not known. */
  read(level: number, position: number, count: number): (Buffer | undefined)[]
  /** undefined when a hash is not known. */
  root(size: number): Promise<Buffer | undefined>
}

export function createTree(file: SqliteFile, n: number): Tree {
  const select = file.prepare<[number], Buffer>(`select hashes from hash_${n} where id = ?`).pluck()
  const write = file.prepare<[number, Buffer]>(`insert or replace into hash_${n}(id, hashes) values (?, ?)`)
  /** Rows that were changed and are not written, by level and row. */
  const changed = new Map<number, Buffer>()

  const rowOf = (id: number): Buffer | undefined => changed.get(id) ?? select.get(id)

  function set(level: number, position: number, hash: Uint8Array): void {
    const id = idOf(level, Math.floor(position / tileWidth))
    const row = changed.get(id) ?? select.get(id) ?? Buffer.alloc(hashBytes * tileWidth)
    row.set(hash, (position % tileWidth) * hashBytes)
    changed.set(id, row)
  }

  function read(level: number, position: number, count: number): (Buffer | undefined)[] {
    const hashes: (Buffer | undefined)[] = []
    for (let at = position; at < position + count;) {
      const row = rowOf(idOf(level, Math.floor(at / tileWidth)))
      const end = Math.min(position + count, (Math.floor(at / tileWidth) + 1) * tileWidth)
      for (; at < end; at += 1) {
        const hash = row?.subarray((at % tileWidth) * hashBytes, ((at % tileWidth) + 1) * hashBytes)
        hashes.push(hash === undefined || hash.equals(unknown) ? undefined : hash)
      }
    }
    return hashes
  }

  return {
    read,
    set: (leaf, hash) => set(0, leaf, hash),
    flush() {
      // Above a row that is complete is its root.
      for (let level = 0; [...changed.keys()].some((id) => Math.floor(id / rowsPerLevel) === level); level += 1) {
        for (const [id, row] of changed) {
          if (Math.floor(id / rowsPerLevel) !== level) continue
          const hashes = Array.from({ length: tileWidth }, (_, at) => row.subarray(at * hashBytes, (at + 1) * hashBytes))
          if (!hashes.some((hash) => hash.equals(unknown))) set(level + 1, id % rowsPerLevel, completeRoot(hashes))
        }
      }
      for (const [id, row] of changed) write.run(id, row)
      changed.clear()
    },
    async root(size) {
      if (size === 0) return rootOf(emptyFrontier)
      try {
        return await rangeRoot((level, position, count) => Promise.resolve(read(level, position, count).map(known)), {
          start: 0,
          end: size,
        })
      } catch (error) {
        if (error instanceof UnknownHash) return undefined
        throw error
      }
    },
  }
}

const idOf = (level: number, row: number): number => level * rowsPerLevel + row

class UnknownHash extends Error {}

function known(hash: Buffer | undefined): Buffer {
  if (hash === undefined) throw new UnknownHash('a hash of the tree is not known')
  return hash
}
