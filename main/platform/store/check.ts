/** Compares what is kept of a log with its leaf hashes: what was changed or taken out behind our back shows (F-81, F-82). */
import { setImmediate as turn } from 'node:timers/promises'
import type { TreeCheck } from '../../localStore.ts'
import { leafHash } from '../../../gateway/log/tree.ts'
import { leafOf } from '../../logLeaf.ts'
import type { Log } from './log.ts'
import { toEvent } from './rows.ts'

/** A step takes a few milliseconds; between two of them others are answered. */
const atOnce = 500
const fewChanged = 1000

/** `logOf` answers the log as it is now, which may be gone by the next step. */
export async function checkTree(logOf: () => Log | undefined, size: number, onProgress?: (done: number) => void): Promise<TreeCheck> {
  const changed: number[] = []
  const begun = logOf()
  if (!begun) return { root: undefined, changed }
  for (let first = begun.first; first <= size; first += atOnce) {
    const log = logOf()
    if (!log) return { root: undefined, changed }
    if (changed.length < fewChanged) compare(log, Math.max(first, log.first), Math.min(first + atOnce - 1, size), changed)
    onProgress?.(Math.min(1, (first + atOnce - begun.first) / Math.max(1, size - begun.first + 1)))
    await turn()
  }
  return { root: (await logOf()?.tree.root(size))?.toString('base64'), changed: changed.slice(0, fewChanged) }
}

function compare(log: Log, first: number, last: number, changed: number[]): void {
  const hashes = log.tree.read(0, first - 1, last - first + 1)
  const rows = log.rows({ first, last })
  let next = rows.next()
  for (let seq = first; seq <= last; seq += 1) {
    const row = next.done !== true && next.value.seq === seq ? next.value : undefined
    if (row) next = rows.next()
    const hash = hashes[seq - first]
    // Of a gap neither is there.
    if (row === undefined && hash === undefined) continue
    if (hash === undefined || row === undefined || !isLeaf(log, row, hash)) changed.push(seq)
  }
}

function isLeaf(log: Log, row: Parameters<typeof toEvent>[0], hash: Buffer): boolean {
  try {
    return leafHash(leafOf(toEvent(row, log.names))).equals(hash)
  } catch {
    // A row that was made to be no event has no hash.
    return false
  }
}
