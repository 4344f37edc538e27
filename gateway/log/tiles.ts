/**
 * The tree read by tiles, as C2SP tlog-tiles cuts it: only the hashes of every eighth level are kept, and the levels between are computed from
 * up to 256 of them. That is one hash per event and one in 256 above, and a proof over 5 million events reads at most three tiles a side.
 */
import { foldRight, nodeHash, subtreesOf } from './tree.ts'
import type { LeafRange } from './proofs.ts'

export const tileHeight = 8
export const tileWidth = 2 ** tileHeight

/** Hashes of the tree's level 8 × `level`, from `position` on, `count` of them. All of them are there. */
export type ReadHashes = (level: number, position: number, count: number) => Promise<readonly Buffer[]>

/** How many hashes a tree of `size` leaves has at the tree's level 8 × `level`. */
export function countAt(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level)
}

/** Root of the leaves of a range that is part of a proof, or the whole tree's: `{ start: 0, end: size }`. */
export async function rangeRoot(read: ReadHashes, { start, end }: LeafRange): Promise<Buffer> {
  const hashes: Buffer[] = []
  for (const { level, position } of subtreesOf(start, end)) {
    const tileLevel = Math.floor(level / tileHeight)
    const count = 2 ** (level % tileHeight)
    hashes.push(completeRoot(await read(tileLevel, position * count, count)))
  }
  const root = foldRight(hashes)
  if (root === undefined) throw new RangeError('a range without leaves has no root')
  return root
}

/** The root over 2^n hashes. Throws RangeError for any other number. */
export function completeRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes
  while (row.length > 1) {
    const above: Buffer[] = []
    for (let at = 0; at < row.length; at += 2) {
      const [left, right] = [row[at], row[at + 1]]
      if (left === undefined || right === undefined) throw new RangeError('not a complete subtree')
      above.push(nodeHash(left, right))
    }
    row = above
  }
  const [root] = row
  if (root === undefined) throw new RangeError('not a complete subtree')
  return root
}
