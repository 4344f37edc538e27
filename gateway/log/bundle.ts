/**
 * A whole log as one file that proves itself (AUD-5, docs/log-format.md): JSON Lines, each in canonical form. The signed checkpoint comes first, then
 * the tree from its root down, each event behind the hashes that vouch for it: so who reads it knows of each line, as it comes, whether it is true.
 */
import { canonicalJson } from '../canonicalJson.ts'
import { countAt, tileWidth } from './tiles.ts'
import type { ReadHashes } from './tiles.ts'

export const bundleFormat = 'gatehouse-log'
export const bundleVersion = 1

export interface BundleSource {
  origin: string
  size: number
  /** Absent when the gateway has no key; such a bundle is complete, and proves nothing. */
  signed?: { publicKey: string; checkpoint: string }
  read: ReadHashes
  /** The events' leaves from `from` to before `to`, in order. */
  leaves: (from: number, to: number) => Promise<string[]>
}

/** The lines, without their ends, some at a time. */
export async function* bundleLines({ origin, size, signed, read, leaves }: BundleSource): AsyncGenerator<string[]> {
  yield [canonicalJson({ format: bundleFormat, version: bundleVersion, origin, ...signed })]
  const edges: { level: number; position: number; hashes: readonly Buffer[] }[] = []
  for (let level = topLevel(size); level >= 0; level -= 1) {
    const count = edgeCount(size, level)
    const position = countAt(size, level) - count
    edges.push({ level, position, hashes: count === 0 ? [] : await read(level, position, count) })
  }
  yield [canonicalJson({ edges: edges.map(({ hashes }) => hashes.map(toBase64)) })]
  for (const { level, position, hashes } of edges) yield* expand(level, position, hashes.length)

  async function* expand(level: number, position: number, count: number): AsyncGenerator<string[]> {
    if (level === 0) {
      if (count > 0) yield await leaves(position, position + count)
      return
    }
    for (let at = position; at < position + count; at += 1) {
      const below = await read(level - 1, at * tileWidth, tileWidth)
      yield [canonicalJson({ hashes: below.map(toBase64) })]
      yield* expand(level - 1, at * tileWidth, tileWidth)
    }
  }
}

/** The highest level of tiles at which a tree of this size has a hash. */
export function topLevel(size: number): number {
  let level = 0
  while (countAt(size, level + 1) > 0) level += 1
  return level
}

/** How many hashes of a level have no complete tile above them: they are what the root is made of. */
export function edgeCount(size: number, level: number): number {
  return countAt(size, level) % tileWidth
}

function toBase64(hash: Buffer): string {
  return hash.toString('base64')
}
