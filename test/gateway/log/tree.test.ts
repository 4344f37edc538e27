import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { consistencyRanges, inclusionRanges, verifyConsistency, verifyInclusion } from '../../../gateway/log/proofs.ts'
import { rangeRoot } from '../../../gateway/log/tiles.ts'
import type { LeafRange } from '../../../gateway/log/proofs.ts'
import { emptyFrontier, grow, leafHash, rootOf } from '../../../gateway/log/tree.ts'
import { memoryTree } from './memoryTree.ts'

/** MTH of RFC 6962, section 2.1, word for word: what the quick ways are held against. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest()
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(mth(leaves.slice(0, k)))
    .update(mth(leaves.slice(k)))
    .digest()
}

/** A leaf's hash by RFC 6962, without the code that is tested. */
function hashOf(data: string, encoding?: 'hex'): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(Buffer.from(data, encoding)).digest()
}

function leavesOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => hashOf(`event ${index}`))
}

// The reference vectors of Certificate Transparency: eight leaves, and the roots of the trees over the first 0 to 8 of them.
const published = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const publishedRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const leaves = published.map((hex) => hashOf(hex, 'hex'))
const toHex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'))

test.each(publishedRoots.map((root, size) => [size, root] as const))(
  'RFC 6962: the root over %i published leaves is the published one',
  (size, root) => {
    const hashed = published.slice(0, size).map((hex) => leafHash(Buffer.from(hex, 'hex')))
    expect(rootOf(grow(emptyFrontier, hashed)).toString('hex')).toBe(root)
  },
)

test('RFC 6962: the published audit paths and consistency proofs come out as published', async () => {
  const tree = memoryTree(leaves)
  const proof = async (ranges: LeafRange[]) => toHex(await Promise.all(ranges.map((range) => rangeRoot(tree.read, range))))
  expect(await proof(inclusionRanges(0, 1))).toEqual([])
  expect(await proof(inclusionRanges(0, 8))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  expect(await proof(inclusionRanges(5, 8))).toEqual([
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
  expect(await proof(inclusionRanges(2, 3))).toEqual(['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'])
  expect(await proof(inclusionRanges(1, 5))).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
  expect(await proof(consistencyRanges(1, 1))).toEqual([])
  expect(await proof(consistencyRanges(1, 8))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  expect(await proof(consistencyRanges(6, 8))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
  expect(await proof(consistencyRanges(2, 5))).toEqual([
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
})

test('a tree that is grown in any steps has the root that the definition gives', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 90 }), { maxLength: 5 }), (steps) => {
      const all = leavesOf(steps.reduce((sum, step) => sum + step, 0))
      let frontier = emptyFrontier
      for (const step of steps) frontier = grow(frontier, all.slice(frontier.size, frontier.size + step))
      expect(rootOf(frontier)).toEqual(mth(all))
    }),
  )
})

const many = leavesOf(300)
const roots = Array.from({ length: 301 }, (_, size) => mth(many.slice(0, size)))
const rootAt = (size: number): Buffer => roots[size] ?? Buffer.alloc(0)
const leafAt = (index: number): Buffer => many[index] ?? Buffer.alloc(0)

function prover(): (ranges: LeafRange[]) => Promise<Buffer[]> {
  const tree = memoryTree(many)
  return (ranges) => Promise.all(ranges.map((range) => rangeRoot(tree.read, range)))
}

/** One bit of one hash is another; or a hash is missing, doubled, or too many. */
const harm = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constantFrom('drop' as const, 'double' as const, 'add' as const), at: fc.nat() }),
)
type Harm = typeof harm extends fc.Arbitrary<infer Value> ? Value : never

function flip(hash: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(hash)
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

function harmed(proof: readonly Buffer[], change: Harm): Buffer[] {
  const at = proof.length === 0 ? 0 : change.at % proof.length
  const there = proof[at]
  if (change.kind === 'add' || there === undefined) return [...proof, Buffer.alloc(32, change.at)]
  if (change.kind === 'flip') return proof.with(at, flip(there, change.bit))
  return change.kind === 'drop' ? proof.toSpliced(at, 1) : proof.toSpliced(at, 0, there)
}

test('leaves are proven to be in trees of up to 300, by no more hashes than the tree has levels', async () => {
  const proofOf = prover()
  for (let size = 1; size <= 300; size += size < 70 ? 1 : 23) {
    for (let index = size < 20 ? 0 : size % 37; index < size; index += size < 20 ? 1 : 37) {
      const proof = await proofOf(inclusionRanges(index, size))
      expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)))
      if (!verifyInclusion(leafAt(index), index, size, proof, rootAt(size))) throw new Error(`leaf ${index} of ${size}`)
    }
  }
})

test('trees of up to 300 are proven to extend smaller ones', async () => {
  const proofOf = prover()
  for (let to = 0; to <= 300; to += to < 70 ? 1 : 23) {
    for (let from = to < 20 ? 0 : to % 37; from <= to; from += to < 20 ? 1 : 37) {
      const proof = await proofOf(consistencyRanges(from, to))
      if (!verifyConsistency(from, to, rootAt(from), rootAt(to), proof)) throw new Error(`${from} to ${to}`)
    }
  }
})

const pair = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat()).map(([size, some]) => ({ size, index: some % size }))

test('no other leaf, place, size, root or proof passes for a leaf', async () => {
  const proofOf = prover()
  await fc.assert(
    fc.asyncProperty(pair, harm, fc.nat({ max: 255 }), async ({ size, index }, change, bit) => {
      const proof = await proofOf(inclusionRanges(index, size))
      const holds = verifyInclusion(leafAt(index), index, size, proof, rootAt(size))
      expect(holds).toBe(true)
      expect(verifyInclusion(flip(leafAt(index), bit), index, size, proof, rootAt(size))).toBe(false)
      expect(verifyInclusion(leafAt(index), index, size, proof, flip(rootAt(size), bit))).toBe(false)
      expect(verifyInclusion(leafAt(index), index, size, harmed(proof, change), rootAt(size))).toBe(false)
      if (size > 1) expect(verifyInclusion(leafAt(index), (index + 1) % size, size, proof, rootAt(size))).toBe(false)
      expect(verifyInclusion(leafAt(index), size, size, proof, rootAt(size))).toBe(false)
      expect(
        verifyInclusion(
          leafAt(index),
          index,
          size,
          proof.map((hash) => hash.subarray(1)),
          rootAt(size),
        ),
      ).toBe(size === 1)
    }),
    { numRuns: 250 },
  )
})

test('no other root, size or proof passes for an older tree', async () => {
  const proofOf = prover()
  await fc.assert(
    fc.asyncProperty(pair, harm, fc.nat({ max: 255 }), async ({ size: to, index: from }, change, bit) => {
      const proof = await proofOf(consistencyRanges(from, to))
      expect(verifyConsistency(from, to, rootAt(from), rootAt(to), proof)).toBe(true)
      expect(verifyConsistency(from, to, flip(rootAt(from), bit), rootAt(to), proof)).toBe(false)
      // Anything extends the empty tree.
      expect(verifyConsistency(from, to, rootAt(from), flip(rootAt(to), bit), proof)).toBe(from === 0)
      expect(verifyConsistency(from, to, rootAt(from), rootAt(to), harmed(proof, change))).toBe(false)
      expect(verifyConsistency(to, from, rootAt(to), rootAt(from), proof)).toBe(false)
      expect(verifyConsistency(to, to, rootAt(to), rootAt(from), [])).toBe(false)
    }),
    { numRuns: 250 },
  )
})

test('a leaf that is not in the tree, and a tree that is smaller than the older one, have no proof', () => {
  expect(() => inclusionRanges(3, 3)).toThrow(RangeError)
  expect(() => inclusionRanges(-1, 3)).toThrow(RangeError)
  expect(() => inclusionRanges(0.5, 3)).toThrow(RangeError)
  expect(() => consistencyRanges(4, 3)).toThrow(RangeError)
  expect(consistencyRanges(0, 3)).toEqual([])
})

test('a proof over more leaves than fit 32 bits has no more hashes than the tree has levels', () => {
  const size = 2 ** 40 + 12345
  expect(inclusionRanges(2 ** 39 + 1, size)).toHaveLength(41)
  expect(consistencyRanges(2 ** 33 + 1, size).every(({ start, end }) => start >= 0 && end > start && end <= size)).toBe(true)
})
