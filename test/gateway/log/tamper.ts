/**
 * Tampers with exported logs at random, in the ways that somebody with the file could, or with the gateway's key too, and knows of each what the
 * first event is that is no longer proven. It knows it from the files alone: the first line that differs, and how many events stand before it.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { canonicalJson } from '../../../gateway/canonicalJson.ts'
import { bundleLines } from '../../../gateway/log/bundle.ts'
import { signCheckpoint } from '../../../gateway/log/checkpoint.ts'
import { formatKey, rawPublicKey } from '../../../gateway/log/note.ts'
import { emptyFrontier, grow, leafHash, rootOf } from '../../../gateway/log/tree.ts'
import { verifyBundle } from '../../../gateway/verify.ts'
import type { Trust, Verdict } from '../../../gateway/verify.ts'
import { memoryTree } from './memoryTree.ts'

/** The same seed gives the same tamperings. */
export type Random = (below: number) => number

export interface Exported {
  leaves: readonly string[]
  /** Each with its end. */
  lines: readonly string[]
  text: Buffer
  origin: string
  key: KeyObject
  trustedKey: string
}

export const ways = ['flip', 'delete', 'insert', 'swap', 'truncate', 'replace', 'fork', 'forkBySigner', 'rollbackBySigner'] as const
export type Way = (typeof ways)[number]

export interface Tampered {
  file: Buffer
  trust: Trust
  firstBadIndex: number
}

const origin = 'gatehouse/0123456789abcdef'

export function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: small, and the same everywhere.
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export function eventsOf(count: number, seed = 1): string[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, index) =>
    canonicalJson({
      seq: index + 1,
      at: new Date(1_750_000_000_000 + index * 1000).toISOString(),
      actor: ['alice', 'bob', 'gateway', 'Zoë'][random(4)],
      action: ['grant.opened', 'grant.requested', 'session.started', 'gate.closed'][random(4)],
      outcome: random(9) === 0 ? 'refused' : 'ok',
      machineId: `m${random(50)}`,
      detail: { reason: `ticket ${random(10_000)}` },
    }),
  )
}

export async function exportLog(leaves: readonly string[], key: KeyObject): Promise<Exported> {
  const tree = memoryTree(leaves.map((leaf) => leafHash(Buffer.from(leaf))))
  const checkpoint = signCheckpoint({ origin, size: leaves.length, root: rootOf(tree.frontier) }, key)
  const publicKey = formatKey({ name: origin, publicKey: rawPublicKey(key) })
  const lines: string[] = []
  const source = {
    origin,
    size: leaves.length,
    signed: { publicKey, checkpoint },
    read: tree.read,
    leaves: (from: number, to: number) => Promise.resolve(leaves.slice(from, to)),
  }
  for await (const some of bundleLines(source)) lines.push(...some.map((line) => `${line}\n`))
  return { leaves, lines, text: Buffer.from(lines.join('')), origin, key, trustedKey: publicKey }
}

export function checkpointAt({ leaves, key }: Exported, size: number): string {
  const root = rootOf(
    grow(
      emptyFrontier,
      leaves.slice(0, size).map((leaf) => leafHash(Buffer.from(leaf))),
    ),
  )
  return signCheckpoint({ origin, size, root }, key)
}

/** undefined when chance changed nothing, such as by swapping a line with itself. */
export async function tamper(log: Exported, way: Way, random: Random): Promise<Tampered | undefined> {
  const { lines, leaves, trustedKey } = log
  const trust: Trust = { trustedKey }
  const at = random(lines.length)
  const line = lines[at] ?? ''
  switch (way) {
    case 'flip': {
      const file = Buffer.from(log.text)
      const place = random(file.length)
      file[place] = (file[place] ?? 0) ^ (1 << random(8))
      return byFile(log, file, trust)
    }
    case 'delete':
      return byFile(log, lines.toSpliced(at, 1 + random(3)), trust)
    case 'insert': {
      const forged = [line, lines[random(lines.length)] ?? '', eventsOf(1, random(1000)).map((leaf) => `${leaf}\n`)[0] ?? '', '\n'][
        random(4)
      ]
      return byFile(log, lines.toSpliced(random(lines.length + 1), 0, forged ?? ''), trust)
    }
    case 'swap': {
      const other = random(lines.length)
      return byFile(log, lines.with(at, lines[other] ?? '').with(other, line), trust)
    }
    case 'truncate':
      return byFile(log, log.text.subarray(0, random(log.text.length)), trust)
    case 'replace':
      // An event told otherwise, in good form.
      return byFile(log, lines.with(at, line.replace(/alice|ticket|ok|hashes|edges/, 'bob')), trust)
    case 'fork':
      // Somebody else's log of the same name, told otherwise from some event on, and signed by their own key: it proves nothing of ours.
      return { file: (await exportLog(forkedAt(leaves, random(leaves.length)), newKey())).text, trust, firstBadIndex: 0 }
    case 'forkBySigner': {
      // The gateway itself tells another story from some event on. What a witness kept says until where the stories are one.
      const from = random(leaves.length)
      const forked = await exportLog(forkedAt(leaves, from), log.key)
      const kept = keptSizes(leaves.length, random)
      const previousCheckpoints = kept.map((size) => checkpointAt(log, size))
      return {
        file: forked.text,
        trust: { trustedKey, previousCheckpoints },
        firstBadIndex: Math.max(0, ...kept.filter((size) => size <= from)),
      }
    }
    case 'rollbackBySigner': {
      // The gateway forgot its last events, and signs what is left.
      const size = random(leaves.length)
      const previousCheckpoints = keptSizes(leaves.length, random).map((kept) => checkpointAt(log, kept))
      return {
        file: (await exportLog(leaves.slice(0, size), log.key)).text,
        trust: { trustedKey, previousCheckpoints },
        firstBadIndex: size,
      }
    }
  }
}

export function isFound(verdict: Verdict, { firstBadIndex }: Tampered): boolean {
  return !verdict.verified && verdict.firstBadIndex === firstBadIndex
}

/** Tampers `trials` times, each way in turn. Answers how many there were, and those that were not found, or not at the right place. */
export async function runTamperings(
  logs: readonly Exported[],
  trials: number,
  seed: number,
): Promise<{ trials: number; missed: string[] }> {
  const random = randomFrom(seed)
  const missed: string[] = []
  for (let trial = 0; trial < trials;) {
    const way = ways[trial % ways.length] ?? 'flip'
    const log = logs[random(logs.length)]
    const tampered = log && (await tamper(log, way, random))
    if (tampered === undefined) continue
    trial += 1
    const verdict = await verifyBundle(chunks(tampered.file, random), tampered.trust)
    if (!isFound(verdict, tampered))
      missed.push(`${way} of ${log?.leaves.length}: ${JSON.stringify(verdict)}, not ${tampered.firstBadIndex}`)
  }
  return { trials, missed }
}

function byFile(log: Exported, changed: Buffer | readonly string[], trust: Trust): Tampered | undefined {
  const file = Buffer.isBuffer(changed) ? changed : Buffer.from(changed.join(''))
  if (file.equals(log.text)) return undefined
  let at = 0
  let firstBadIndex = 0
  for (const line of log.lines) {
    const bytes = Buffer.from(line)
    if (!file.subarray(at, at + bytes.length).equals(bytes)) break
    at += bytes.length
    if (isEvent(line)) firstBadIndex += 1
  }
  return { file, trust, firstBadIndex }
}

function isEvent(line: string): boolean {
  return line.startsWith('{"action":')
}

function forkedAt(leaves: readonly string[], from: number): string[] {
  return leaves.map((leaf, index) => (index < from ? leaf : leaf.replace('"actor":"', '"actor":"not ')))
}

/** Where a witness looked, the whole log among them. */
function keptSizes(size: number, random: Random): number[] {
  return [...new Set([...Array.from({ length: random(5) }, () => random(size)), size])]
}

/** As a file comes: cut anywhere. */
function* chunks(file: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0; at < file.length;) {
    const next = at + 1 + random(70_000)
    yield file.subarray(at, next)
    at = next
  }
}
