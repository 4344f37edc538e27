/** A tree in memory, kept as the store keeps it: the hashes of every eighth level. */
import { growth } from '../../../gateway/log/treeStore.ts'
import { emptyFrontier } from '../../../gateway/log/tree.ts'
import type { Frontier } from '../../../gateway/log/tree.ts'
import type { ReadHashes } from '../../../gateway/log/tiles.ts'

export interface MemoryTree {
  leaves: readonly Buffer[]
  frontier: Frontier
  read: ReadHashes
}

export function memoryTree(leaves: readonly Buffer[]): MemoryTree {
  const { hashes, next } = growth(emptyFrontier, leaves)
  const levels: Buffer[][] = []
  for (const { level, hash } of hashes) (levels[level] ??= []).push(hash)
  return {
    leaves,
    frontier: next,
    read: (level, position, count) => Promise.resolve(levels[level]?.slice(position, position + count) ?? []),
  }
}
