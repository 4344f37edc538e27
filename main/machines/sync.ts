/** Brings the inventory up to date from every provider, page after page from a cursor, and again whenever a provider rings. */
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Provider } from '../providers/provider.ts'
import { qualify, type Providers } from '../providers/ids.ts'
import type { Inventory } from './inventory.ts'
import { toEntry } from './machine.ts'

export interface Sync {
  /** Reads what is new from this provider; resolves when it is in the inventory. Throws CallError offline, badAnswer. */
  now(providerId: string): Promise<void>
  /** When the list was last right: the oldest of the providers' last times. undefined: one was never read. */
  asOf(): string | undefined
  close(): void
}

/** Starts reading at once. An unreachable provider leaves what is known in the list, with its age. */
export function createSync(providers: Providers, inventory: Inventory, clock: Clock, log: Log, changed: () => void): Sync {
  const states = new Map<string, ReturnType<typeof createProviderSync> & { stop: () => void }>()

  function start(provider: Provider): void {
    const state = createProviderSync(provider, inventory, clock, changed)
    const read = () => {
      state.now().catch((error: unknown) => log.warn({ provider: provider.id, err: error }, 'inventory could not be read'))
    }
    const stop = provider.onChange((topic) => {
      if (topic === 'machines') read()
    })
    states.set(provider.id, { ...state, stop })
    read()
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) {
      start(change.added)
      return
    }
    const state = states.get(change.removed.id)
    state?.stop()
    state?.end()
    states.delete(change.removed.id)
    inventory.apply([], idsOf(inventory, change.removed))
    changed()
  })
  return {
    async now(providerId) {
      await states.get(providerId)?.now()
    },
    asOf() {
      const times = [...states.values()].map((state) => state.readAt())
      if (times.length === 0 || times.includes(undefined)) return undefined
      return new Date(Math.min(...times.filter((time) => time !== undefined))).toISOString()
    },
    close() {
      stopChanges()
      for (const { stop } of states.values()) stop()
    },
  }
}

function createProviderSync(provider: Provider, inventory: Inventory, clock: Clock, changed: () => void) {
  let cursor: string | undefined
  let readAt: number | undefined
  let isStopped = false

  async function read(): Promise<void> {
    for (let more = true; more;) {
      const page = await provider.machines(cursor)
      // A provider that answers the same cursor for ever must not keep us here (F-45).
      more = page.more && page.cursor !== cursor
      cursor = page.cursor
      const entries = page.machines.map((machine) => toEntry(provider, machine))
      // It was taken away while it answered.
      if (isStopped) return
      const removed = page.startsAnew ? idsOf(inventory, provider) : page.removed.map((id) => qualify(provider, id))
      inventory.apply(entries, removed)
      if (entries.length > 0 || removed.length > 0) changed()
    }
    const first = readAt === undefined
    readAt = clock.now()
    // An empty list that is known to be empty is news too.
    if (first) changed()
  }

  return { readAt: () => readAt, now: oneAtATime(read), end: () => void (isStopped = true) }
}

function idsOf(inventory: Inventory, { id }: Provider): string[] {
  return [...inventory.all()].filter((entry) => entry.row.provider.id === id).map((entry) => entry.row.id)
}
