/**
 * Proofs over the tree: which ranges of leaves a proof consists of (RFC 6962, 2.1.1 and 2.1.2), and whether one holds (RFC 9162, 2.1.3.2 and
 * 2.1.4.2). Pure.
 */
import { hashBytes, nodeHash, rootOf, emptyFrontier } from './tree.ts'

/** The leaves from `start` to before `end`; their root is one hash of a proof. */
export interface LeafRange {
  start: number
  end: number
}

/** PATH(index, D[size]), nearest the leaf first. Throws RangeError when the leaf is not in the tree. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError('the leaf is not in the tree')
  const path: LeafRange[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      path.push({ start: middle, end })
      end = middle
    } else {
      path.push({ start, end: middle })
      start = middle
    }
  }
  return path.toReversed()
}

/** PROOF(from, D[to]); nothing for equal sizes and for the empty tree, which every tree extends. Throws RangeError when `to` is before `from`. */
export function consistencyRanges(from: number, to: number): LeafRange[] {
  if (!isCount(from) || !isCount(to) || from > to) throw new RangeError('a tree does not extend a larger one')
  if (from === 0) return []
  const path: LeafRange[] = []
  let start = 0
  let end = to
  while (from !== end) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      path.push({ start: middle, end })
      end = middle
    } else {
      path.push({ start, end: middle })
      start = middle
    }
  }
  // The verifier knows the root of the whole old tree; that of a part of it has to be told.
  if (start !== 0) path.push({ start, end })
  return path.toReversed()
}

/** Whether the leaf with this hash is the one at `index` in the tree of `size` leaves with this root. */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, root, ...proof])) return false
  let here = index
  let last = size - 1
  let hash: Buffer = Buffer.from(leaf)
  for (const next of proof) {
    if (last === 0) return false
    if (isOdd(here) || here === last) {
      hash = nodeHash(next, hash)
      ;[here, last] = skipEven(here, last)
    } else {
      hash = nodeHash(hash, next)
    }
    here = half(here)
    last = half(last)
  }
  return last === 0 && hash.equals(root)
}

/** Whether the tree of `to` leaves begins with all leaves of the tree of `from`, in their order. */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(from) || !isCount(to) || from > to || !areHashes([fromRoot, toRoot, ...proof])) return false
  if (from === to) return proof.length === 0 && Buffer.from(fromRoot).equals(toRoot)
  if (from === 0) return proof.length === 0 && rootOf(emptyFrontier).equals(fromRoot)
  const [first, ...others] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof
  if (first === undefined || proof.length === 0) return false
  let here = from - 1
  let last = to - 1
  while (isOdd(here)) {
    here = half(here)
    last = half(last)
  }
  let old: Buffer = Buffer.from(first)
  let now = old
  for (const next of others) {
    if (last === 0) return false
    if (isOdd(here) || here === last) {
      old = nodeHash(next, old)
      now = nodeHash(next, now)
      ;[here, last] = skipEven(here, last)
    } else {
      now = nodeHash(now, next)
    }
    here = half(here)
    last = half(last)
  }
  return last === 0 && old.equals(fromRoot) && now.equals(toRoot)
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** Levels at which the node has no sibling are not in the proof. */
function skipEven(here: number, last: number): [number, number] {
  let [left, right] = [here, last]
  while (left !== 0 && !isOdd(left)) {
    left = half(left)
    right = half(right)
  }
  return [left, right]
}

// Sizes go beyond 32 bits, where shifts and masks end.
const half = (count: number): number => Math.floor(count / 2)
const isOdd = (count: number): boolean => count % 2 === 1
const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0

function isPowerOfTwo(count: number): boolean {
  let rest = count
  while (rest > 1 && !isOdd(rest)) rest = half(rest)
  return rest === 1
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === hashBytes)
}
