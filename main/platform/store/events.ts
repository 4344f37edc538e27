/** The events of all logs as the port has them. */
import type { StoredEvents } from '../../localStore.ts'
import { checkTree } from './check.ts'
import { readFacets } from './facets.ts'
import type { SqliteFile } from './file.ts'
import type { Log } from './log.ts'
import { createLogs } from './logs.ts'
import { readOverview } from './overview.ts'
import { readPage } from './pages.ts'
import { putEvents, putHashes } from './put.ts'
import { retain } from './retention.ts'
import { toEvent } from './rows.ts'
import { markOf } from './wanted.ts'

const nothing = { have: 0, from: 0, count: 0, hashesFrom: 0, verified: 0, changed: [] }

export function createEvents(file: SqliteFile): StoredEvents {
  const logs = createLogs(file)
  const known = (providerId: string): Log => {
    const log = logs.find(providerId)
    if (!log) throw new RangeError('nothing is kept of this log')
    return log
  }
  return {
    extent: async (providerId) => logs.find(providerId)?.extent() ?? nothing,
    put: async (providerId, events) =>
      logs.change(providerId, (log) => {
        putEvents(file, log, events)
        return log.extent()
      }),
    putHashes: async (providerId, events) =>
      logs.change(providerId, (log) => {
        putHashes(log, events)
        return log.extent()
      }),
    page: async (filter, options) => readPage(logs, filter, options),
    async one(providerId, seq) {
      const log = logs.find(providerId)
      const row = log?.row(seq)
      return log && row && { event: toEvent(row, log.names), mark: markOf(log, seq) }
    },
    async read(providerId, from, to) {
      const log = logs.find(providerId)
      return log ? [...log.rows({ first: from, last: to - 1 })].map((row) => toEvent(row, log.names)) : []
    },
    heard: async (providerId, { of, at }) => logs.change(providerId, (log) => log.update({ heard_of: of, heard_at: at })),
    overview: (filter, bins) => readOverview(logs, filter, bins),
    facets: (filter) => readFacets(logs, filter),
    root: async (providerId, size) => (await known(providerId).tree.root(size))?.toString('base64'),
    async hashes(providerId, level, position, count) {
      return known(providerId)
        .tree.read(level, position, count)
        .map((hash) => {
          if (hash === undefined) throw new RangeError('a hash of this log is not known')
          return hash
        })
    },
    check: async (providerId, size, onProgress) => await checkTree(() => logs.find(providerId), size, onProgress),
    markVerified: async (providerId, size) => logs.change(providerId, (log) => log.update({ verified: size })),
    markChanged: async (providerId, seqs) =>
      logs.change(providerId, (log) => {
        for (const seq of seqs) log.setChanged(seq, true)
      }),
    retain: async (limits) => await retain(file, logs, limits),
    forget: async (providerId) => logs.forget(providerId),
  }
}
