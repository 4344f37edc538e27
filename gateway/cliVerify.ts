/** `gatehouse verify FILE`: whether an exported log is what its gateway signed. Needs nothing but the file. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { verifyBundle } from './verify.ts'
import type { Fault, Verdict } from './verify.ts'

export interface VerifyOrder {
  file: string
  /** The fingerprint that the gateway shows, or its key. */
  key?: string
  /** Files with earlier checkpoints of the same log. */
  previous?: readonly string[]
  json?: boolean
}

/** Says what was found. 0: verified; 1: not what was signed; 2: a file could not be read. */
export async function verifyFile(order: VerifyOrder, say: (line: string) => void): Promise<0 | 1 | 2> {
  let verdict: Verdict
  try {
    const previousCheckpoints = await Promise.all((order.previous ?? []).map((path) => readFile(path, 'utf8')))
    const trust = order.key === undefined ? { previousCheckpoints } : { previousCheckpoints, trustedKey: order.key }
    verdict = await verifyBundle(createReadStream(order.file), trust)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    say(order.json ? JSON.stringify({ error: error.code }) : `cannot be read: ${error.message}`)
    return 2
  }
  for (const line of order.json ? [JSON.stringify(verdict)] : toWords(verdict, order)) say(line)
  return verdict.verified ? 0 : 1
}

const wordsOf: Record<Fault, string> = {
  noBundle: 'this is not an exported log',
  newer: 'this log is of a later format; verify it with a newer version',
  unsigned: 'the gateway that exported this log had no key, so nothing proves it',
  otherKey: 'this log is signed by another key than the one that you trust',
  signature: 'the checkpoint is not signed by the key that the log names',
  hashes: 'the hashes before this event are not those that were signed',
  event: 'this event is not the one that was signed',
  missing: 'the file ends before the log does',
  surplus: 'the file goes on after the end of the log',
  rollback: 'the log is shorter than it was at an earlier checkpoint',
  fork: 'after this event the log is not the one of an earlier checkpoint',
  otherLog: 'an earlier checkpoint is not of this log, or not signed by its key',
}

const events = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`

function toWords(verdict: Verdict, order: VerifyOrder): string[] {
  if (!verdict.verified) {
    const { firstBadIndex, why } = verdict
    return [
      `NOT VERIFIED: ${wordsOf[why]}.`,
      `Proven: ${events(firstBadIndex)}. The first that is not proven is number ${firstBadIndex + 1}.`,
    ]
  }
  const lines = [
    `Verified: ${events(verdict.size)} of ${verdict.origin}.`,
    `Root: ${verdict.root}`,
    `Gateway's key: ${verdict.fingerprint}`,
  ]
  return order.key === undefined ? [...lines, 'Compare this key with the one that the gateway shows, or give it with --key.'] : lines
}
