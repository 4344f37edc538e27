/** Compares what is kept of a log with its leaf hashes: what was changed or taken out behind our back shows (F-81, F-82). */
import { setImmediate as turn } from 'node:timers/promises'
import type { TreeCheck } from '../../localStore.ts'
import { emptyFrontier, grow, leafHash, rootOf, type Frontier } from '../../../gateway/log/tree.ts'
import { leafOf } from '../../logLeaf.ts'
import type { Log, Stretch } from './log.ts'
import { toEvent } from './rows.ts'

/** A step takes a few milliseconds; between two of them others are answered. */
const atOnce = 512
const fewChanged = 1000

/**
 * The root is made of the leaves anew: one that was changed together with its hash shows in it. `logOf` answers the log as it is now, which may be gone
 * by the next step.
 */
export async function checkTree(logOf: () => Log | undefined, size: number, onProgress?: (done: number) => void): Promise<TreeCheck> {
  const changed: number[] = []
  let frontier: Frontier | undefined = emptyFrontier
  for (let first = 1; first <= size; first += atOnce) {
    const log = logOf()
    if (!log) return { root: undefined, changed }
    const last = Math.min(first + atOnce - 1, size)
    const hashes = log.tree.read(0, first - 1, last - first + 1)
    if (changed.length < fewChanged && last >= log.first) compare(log, { first, last }, hashes, changed)
    const known = hashes.filter((hash) => hash !== undefined)
    frontier = frontier && known.length === hashes.length ? grow(frontier, known) : undefined
    onProgress?.(last / size)
    await turn()
  }
  return { root: frontier && rootOf(frontier).toString('base64'), changed: changed.slice(0, fewChanged) }
}

function compare(log: Log, { first, last }: Stretch, hashes: readonly (Buffer | undefined)[], changed: number[]): void {
  const rows = log.rows({ first, last })
  let next = rows.next()
  for (let seq = Math.max(first, log.first); seq <= last; seq += 1) {
    const row = next.done !== true && next.value.seq === seq ? next.value : undefined
    if (row) next = rows.next()
    const hash = hashes[seq - first]
    // Of a gap neither is there.
    if (row === undefined && hash === undefined) continue
    if (hash === undefined || row === undefined || !isLeaf(log, row, hash)) changed.push(seq)
  }
  rows.return?.()
}

function isLeaf(log: Log, row: Parameters<typeof toEvent>[0], hash: Buffer): boolean {
  try {
    return leafHash(leafOf(toEvent(row, log.names))).equals(hash)
  } catch {
    // A row that was made to be no event has no hash.
    return false
  }
}
