/**
 * Checks an exported log by itself: no gateway, no store, no network. It reads the bundle as it comes, with little memory, and says of the first
 * event that the bundle does not prove which one it is: all events before it are proven to be what the gateway signed.
 */
import { gatewayFingerprint } from './identity.ts'
import { z } from 'zod'
import { canonicalJson } from './canonicalJson.ts'
import { bundleFormat, bundleVersion, edgeCount, topLevel } from './log/bundle.ts'
import { openCheckpoint } from './log/checkpoint.ts'
import type { Checkpoint } from './log/checkpoint.ts'
import { createLineReader } from './log/lines.ts'
import { formatKey, fromBase64, parseKey } from './log/note.ts'
import type { NoteKey } from './log/note.ts'
import { completeRoot, tileWidth } from './log/tiles.ts'
import { emptyFrontier, foldRight, grow, hashBytes, leafHash, rootOf } from './log/tree.ts'

/**
 * `noBundle`: the first line is not a bundle's. `newer`: of a later format. `unsigned`: the gateway had no key. `otherKey`: not the key that is
 * trusted. `signature`: the checkpoint is not signed by the bundle's key. `hashes`: a line of hashes is not what the checkpoint covers. `event`: the
 * event is not the one that was signed. `missing`: the file ends before the log does. `surplus`: it goes on after it. `rollback`: the log is shorter
 * than an earlier checkpoint says. `fork`: it is not the log of an earlier checkpoint. `otherLog`: an earlier checkpoint is of another log or key.
 */
export type Fault =
  | 'noBundle'
  | 'newer'
  | 'unsigned'
  | 'otherKey'
  | 'signature'
  | 'hashes'
  | 'event'
  | 'missing'
  | 'surplus'
  | 'rollback'
  | 'fork'
  | 'otherLog'

export type Verdict =
  | { verified: true; origin: string; size: number; root: string; fingerprint: string }
  | { verified: false; firstBadIndex: number; why: Fault }

export interface Trust {
  /** The gateway's fingerprint as people compare it, or its key as a note's (`name+id+key`). Without it the bundle's own key is believed. */
  trustedKey?: string
  /** Signed checkpoints of this log from earlier times: the log must extend each of them. */
  previousCheckpoints?: readonly string[]
}

const Header = z.strictObject({
  format: z.literal(bundleFormat),
  version: z.literal(bundleVersion),
  origin: z.string(),
  publicKey: z.string().optional(),
  checkpoint: z.string().optional(),
})
const LaterHeader = z.looseObject({ format: z.literal(bundleFormat), version: z.int().min(bundleVersion + 1) })
const Hash = z.string().transform((text, context) => {
  const bytes = fromBase64(text)
  if (bytes?.length === hashBytes) return bytes
  context.addIssue('not a hash')
  return z.NEVER
})
const Hashes = z.strictObject({ hashes: z.array(Hash).length(tileWidth) })
const Edges = z.strictObject({ edges: z.array(z.array(Hash)) })

/** Reads to the first fault, or to the end. Throws only what reading the file throws. */
export async function verifyBundle(file: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, trust: Trust = {}): Promise<Verdict> {
  const lines = createLineReader(file)
  const opened = openHeader(await lines.next(), trust)
  if (typeof opened === 'string') return bad(0, opened)
  const { checkpoint, key } = opened
  const { size, root } = checkpoint
  const earlier = openEarlier(trust.previousCheckpoints ?? [], key)
  if (earlier === undefined) return bad(0, 'otherLog')
  const edges = parseEdges(await lines.next(), size, root)
  if (edges === undefined) return bad(0, 'hashes')
  /** What is read so far, as a tree; and the last earlier checkpoint that it agrees with. */
  let read = emptyFrontier
  let agreed = 0

  const fault = agreesWithEarlier()
  if (fault) return fault
  for (const { level, hashes } of edges) {
    const found = await readBelow(level, hashes)
    if (found) return found
  }
  if (!(await lines.isAtEnd())) return bad(size, 'surplus')
  const [next] = earlier
  if (next !== undefined) return bad(size, 'rollback')
  return { verified: true, origin: checkpoint.origin, size, root: root.toString('base64'), fingerprint: gatewayFingerprint(key.publicKey) }

  /** `hashes` are proven; what stands under them comes now. */
  async function readBelow(level: number, hashes: readonly Buffer[]): Promise<Verdict | undefined> {
    for (const hash of hashes) {
      const line = await lines.next()
      if (line === undefined) return bad(read.size, 'missing')
      if (level === 0) {
        if (!leafHash(line).equals(hash)) return bad(read.size, 'event')
        read = grow(read, [hash])
        const found = agreesWithEarlier()
        if (found) return found
        continue
      }
      const below = parseLine(Hashes, line)?.hashes
      if (below === undefined || !completeRoot(below).equals(hash)) return bad(read.size, 'hashes')
      const found = await readBelow(level - 1, below)
      if (found) return found
    }
    return undefined
  }

  function agreesWithEarlier(): Verdict | undefined {
    for (; earlier?.[0]?.size === read.size; earlier.shift()) {
      if (!rootOf(read).equals(earlier[0].root)) return bad(agreed, 'fork')
      agreed = read.size
    }
    return undefined
  }
}

function openHeader(line: Buffer | undefined, { trustedKey }: Trust): { checkpoint: Checkpoint; key: NoteKey } | Fault {
  const header = parseLine(Header, line)
  if (header === undefined) return parseLine(LaterHeader, line) === undefined ? 'noBundle' : 'newer'
  const { publicKey, checkpoint: note, origin } = header
  if (publicKey === undefined || note === undefined) return 'unsigned'
  const key = parseKey(publicKey)
  if (key === undefined || key.name !== origin) return 'signature'
  if (trustedKey !== undefined && !isSameKey(trustedKey, key)) return 'otherKey'
  const checkpoint = openCheckpoint(note, key)
  // In a bundle there is one signature only: one more would be a line that nobody vouches for.
  return checkpoint === undefined || note.split('\n\u2014 ').length !== 2 ? 'signature' : { checkpoint, key }
}

/** Shortest first; undefined when one is not of this log. */
function openEarlier(notes: readonly string[], key: NoteKey): Checkpoint[] | undefined {
  const opened: Checkpoint[] = []
  for (const note of notes) {
    const checkpoint = openCheckpoint(note, key)
    if (checkpoint === undefined) return undefined
    opened.push(checkpoint)
  }
  return opened.sort((a, b) => a.size - b.size)
}

/** The edges, from the top down, if they are what the root is made of. */
function parseEdges(line: Buffer | undefined, size: number, root: Buffer): { level: number; hashes: Buffer[] }[] | undefined {
  const lists = parseLine(Edges, line)?.edges
  const top = topLevel(size)
  if (lists?.length !== top + 1) return undefined
  const edges = lists.map((hashes, index) => ({ level: top - index, hashes }))
  if (edges.some(({ level, hashes }) => hashes.length !== edgeCount(size, level))) return undefined
  return (foldRight(edges.flatMap(({ hashes }) => complete(hashes))) ?? rootOf(emptyFrontier)).equals(root) ? edges : undefined
}

/** The roots of the complete subtrees over these hashes, largest first. */
function complete(hashes: readonly Buffer[]): readonly Buffer[] {
  return grow(emptyFrontier, hashes).hashes
}

/** A line of this shape, if it is in the one form that its value has: else two readers could take it for different things. */
function parseLine<Schema extends z.ZodType>(schema: Schema, line: Buffer | undefined): z.output<Schema> | undefined {
  try {
    const text = line?.toString() ?? ''
    const value = z.json().parse(JSON.parse(text))
    if (line === undefined || !Buffer.from(canonicalJson(value)).equals(line)) return undefined
    return schema.safeParse(value).data
  } catch {
    return undefined
  }
}

function isSameKey(trusted: string, key: NoteKey): boolean {
  const plain = trusted.trim()
  return plain === formatKey(key) || plain.toUpperCase() === gatewayFingerprint(key.publicKey)
}

function bad(firstBadIndex: number, why: Fault): Verdict {
  return { verified: false, firstBadIndex, why }
}
