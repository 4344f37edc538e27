/** The audit calls: what is kept of each log on this computer, asked in one way whether there is a network or not. */
import type { AuditFilter } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { LocalStore } from '../localStore.ts'
import { leafOf } from '../logLeaf.ts'
import type { Providers } from '../providers/ids.ts'
import { toRow } from './rows.ts'
import type { AuditSync } from './sync.ts'

type Calls = `audit.${'list' | 'overview' | 'facets' | 'get' | 'cache' | 'verify' | 'unlock'}`

export function createAuditCalls(deps: { providers: Providers; store: LocalStore; sync: AuditSync }): Pick<HandlersOf<'audit'>, Calls> {
  const { providers, store, sync } = deps
  const { events } = store

  /** Throws CallError notFound: what the filter is about belongs to no gateway that is here. */
  function checked(filter: AuditFilter): AuditFilter {
    if (filter.machineId !== undefined) providers.of(filter.machineId, 'machine')
    if (filter.grantId !== undefined) providers.of(filter.grantId, 'grant')
    return filter
  }

  return {
    async 'audit.list'({ filter, before, limit, sort, descending }) {
      const page = await events.page(checked(filter), {
        limit,
        ...(before !== undefined && { before }),
        ...(sort && { sort }),
        ...(descending !== undefined && { descending }),
      })
      const rows = page.events.map(({ providerId, event, mark }) => toRow(providers, providerId, event, mark))
      return { rows, ...(page.next !== undefined && { next: page.next }) }
    },
    'audit.overview': ({ filter, bins }) => events.overview(checked(filter), bins),
    'audit.facets': ({ filter }) => events.facets(checked(filter)),
    async 'audit.get'({ id }) {
      const colon = id.indexOf(':')
      const [providerId, seq] = [id.slice(0, Math.max(colon, 0)), Number(id.slice(colon + 1))]
      const found = Number.isSafeInteger(seq) && seq > 0 ? await events.one(providerId, seq) : undefined
      if (!found) throw new CallError({ tag: 'notFound', what: 'event' })
      return { row: toRow(providers, providerId, found.event, found.mark), json: leafOf(found.event) }
    },
    async 'audit.cache'() {
      return { copy: store.state(), logs: await sync.cache() }
    },
    async 'audit.verify'() {
      await sync.verify()
      return {}
    },
    async 'audit.unlock'() {
      await store.reopen()
      return { copy: store.state() }
    },
  }
}
