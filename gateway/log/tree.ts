/**
 * The Merkle tree of RFC 6962, section 2.1, over SHA-256, grown leaf by leaf. Pure: where the hashes are kept is for others to know.
 */
import { hash } from 'node:crypto'

/** Where a complete subtree stands: it covers the leaves from `position` × 2^`level` on, 2^`level` of them. */
export type OnComplete = (level: number, position: number, hash: Buffer) => void

/** The roots of the complete subtrees that a tree of `size` leaves is made of, largest first. It is all that appending needs to know. */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Buffer[]
}

export const hashBytes = 32
export const emptyFrontier: Frontier = { size: 0, hashes: [] }

const leafPrefix = '\0'
const nodePrefix = Buffer.of(1)

/** Of a text it is the hash of its UTF-8. */
export function leafHash(data: Uint8Array | string): Buffer {
  return hash('sha256', typeof data === 'string' ? leafPrefix + data : Buffer.concat([Buffer.from(leafPrefix), data]), 'buffer')
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer')
}

/** Appends leaves (their hashes), and tells of every subtree that becomes complete by it, the leaves themselves included. */
export function grow(frontier: Frontier, leaves: readonly Buffer[], onComplete?: OnComplete): Frontier {
  const hashes = [...frontier.hashes]
  let size = frontier.size
  for (const leaf of leaves) {
    let node = leaf
    let level = 0
    let position = size
    onComplete?.(level, position, node)
    for (; position % 2 === 1; position = (position - 1) / 2) {
      const left = hashes.pop()
      if (left === undefined) throw new RangeError('the frontier does not fit its size')
      node = nodeHash(left, node)
      level += 1
      onComplete?.(level, (position - 1) / 2, node)
    }
    hashes.push(node)
    size += 1
  }
  return { size, hashes }
}

/** MTH(D[n]): of no leaves it is the hash of nothing. */
export function rootOf({ hashes }: Frontier): Buffer {
  return foldRight(hashes) ?? hash('sha256', '', 'buffer')
}

/** The root over complete subtrees in order, largest first; undefined for none. */
export function foldRight(hashes: readonly Buffer[]): Buffer | undefined {
  let root: Buffer | undefined
  for (const left of hashes.toReversed()) root = root === undefined ? left : nodeHash(left, root)
  return root
}

/** The complete subtrees that the leaves from `start` to before `end` are made of. `start` must be a multiple of a power of two ≥ their number. */
export function subtreesOf(start: number, end: number): { level: number; position: number }[] {
  const subtrees: { level: number; position: number }[] = []
  let at = start
  for (let level = Math.floor(Math.log2(Math.max(1, end - start))) + 1; level >= 0; level -= 1) {
    const leaves = 2 ** level
    if (end - at < leaves) continue
    subtrees.push({ level, position: at / leaves })
    at += leaves
  }
  return subtrees
}
