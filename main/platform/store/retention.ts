/** Takes the oldest events away. Their hashes stay, so that the rest still proves itself. */
import { setImmediate as turn } from 'node:timers/promises'
import type { SqliteFile } from './file.ts'
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { partsOf } from './wanted.ts'

/** Events a transaction, and pages of the file given back at once: a few milliseconds each. */
const atOnce = 500
const pagesAtOnce = 500

export async function retain(
  file: SqliteFile,
  logs: Logs,
  { olderThan, mostBytes }: { olderThan?: number; mostBytes?: number },
): Promise<{ removed: number }> {
  let removed = 0
  if (olderThan !== undefined) {
    for (const { providerId } of logs.all()) removed += await cut(logs, providerId, (log) => endOfOld(log, olderThan))
  }
  const bytes = usedBytes(file)
  if (mostBytes !== undefined && bytes > mostBytes) {
    const part = 1 - mostBytes / bytes
    // Every log gives the same part of itself.
    for (const { providerId } of logs.all()) removed += await cut(logs, providerId, (log) => log.first + Math.ceil(log.count * part))
  }
  for (let free = Infinity; freePages(file) > 0 && freePages(file) < free;) {
    free = freePages(file)
    file.pragma(`incremental_vacuum(${pagesAtOnce})`)
    await turn()
  }
  return { removed }
}

const freePages = (file: SqliteFile): number => Number(file.pragma('freelist_count', { simple: true }))

/** Bytes of the file that hold something. */
export function usedBytes(file: SqliteFile): number {
  const [pages = 0, pageBytes = 0] = ['page_count', 'page_size'].map((name) => Number(file.pragma(name, { simple: true })))
  return (pages - freePages(file)) * pageBytes
}

/** Removes the events below what `endOf` answers, in steps that each leave the log whole. */
async function cut(logs: Logs, providerId: string, endOf: (log: Log) => number): Promise<number> {
  const log = logs.find(providerId)
  if (!log || log.count === 0) return 0
  const end = Math.min(endOf(log), log.last + 1)
  let removed = 0
  for (let done = false; !done;) {
    // It may have been forgotten since the last step.
    if (!logs.find(providerId)) return removed
    done = logs.change(providerId, (now) => {
      const from = now.first
      const to = Math.min(end, from + atOnce)
      if (to <= from) return true
      removed += now.removeBefore(to)
      return to === end
    })
    await turn()
  }
  return removed
}

/**
 * Where the old events end. Order is by `seq` and clocks are wrong at times (F-92), so it is the cut that is wrong about the fewest events: neither one
 * from 1970 among the new ones nor one from 2106 among the old ones moves it.
 */
function endOfOld(log: Log, olderThan: number): number {
  let [balance, best, end] = [0, 0, log.first]
  for (const start of partsOf(log)) {
    const part = log.columns.partOf(start)
    const [kinds, times] = [part.column('kind'), part.at()]
    for (let at = 0; at < partSize; at += 1) {
      if (kinds[at] === 0) continue
      balance += (times[at] ?? 0) < olderThan ? 1 : -1
      if (balance <= best) continue
      best = balance
      end = start + at + 1
    }
  }
  return end
}
