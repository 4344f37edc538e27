/**
 * Keeps the copy of each provider's log up to date: when the console starts, when the provider rings, and when it can be reached again; and has it
 * proved when it is at the last point that was found right.
 */
import type { AuditCache } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { LocalStore, LogExtent } from '../localStore.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider, ProviderEvents } from '../providers/provider.ts'
import { createLogCopy, type LogCopy } from './logCopy.ts'
import { createProofs } from './proofs.ts'
import type { LogWitness } from './witness.ts'

export interface AuditSync {
  /** Asks this provider's log for what is new; resolves when it is here or cannot be had. Never rejects. */
  ask(providerId: string): Promise<void>
  /** What is kept of each log. */
  cache(): Promise<AuditCache[]>
  /** Compares all that is kept with what the logs prove, and mends it. Throws CallError keychain. */
  verify(): Promise<void>
  close(): void
}

/** So the age of a copy that nothing new comes to is right too, and a ring that was lost does no harm. */
const askEveryMs = 60_000
/** While older events come in, the window need not ask for each page. */
const olderEveryMs = 1000

export function createAuditSync(deps: {
  providers: Providers
  store: LocalStore
  witness: LogWitness
  clock: Clock
  log: Pick<Log, 'warn' | 'error'>
  isKept: (at: number) => boolean
  /** `rows`: what is in the copy. `progress`: how far it is. */
  changed: (what: 'rows' | 'progress') => void
}): AuditSync {
  const { providers, store, witness, clock, log, isKept, changed } = deps
  const copies = new Map<string, { provider: Provider; copy: LogCopy; stop: () => void }>()
  let timer: NodeJS.Timeout | undefined
  let kind = store.state().kind

  function tell(what: 'news' | 'older' | 'progress'): void {
    if (what === 'news') changed('rows')
    else if (what === 'progress') changed('progress')
    else
      timer ??= setTimeout(() => {
        timer = undefined
        changed('rows')
        changed('progress')
      }, olderEveryMs).unref()
  }

  const proofs = createProofs({ events: store.events, witness, copyOf: (id) => copies.get(id), clock, log, changed: tell })

  function start(provider: Provider, source: ProviderEvents): void {
    const { id } = provider
    const copy = createLogCopy({
      id,
      source,
      events: store.events,
      clock,
      log,
      isKept,
      isChanged: () => witness.isChanged(id),
      doubt: (how, isProved) => witness.doubt(id, how, isProved),
      changed: tell,
      caughtUp: () => void proofs.prove(id),
    })
    const stop = provider.onChange((topic) => {
      if (topic === 'audit') void copy.ask()
    })
    copies.set(id, { provider, copy, stop })
    void copy.ask()
  }

  function leave({ id }: Provider): void {
    const left = copies.get(id)
    if (!left) return
    left.stop()
    left.copy.stop()
    copies.delete(id)
    store.events.forget(id).catch((error: unknown) => log.warn({ provider: id, err: error }, "a log's copy stays"))
    changed('rows')
  }

  const askAll = () => {
    for (const { copy } of copies.values()) void copy.ask()
  }
  const asking = setInterval(askAll, askEveryMs).unref()
  for (const provider of providers.all) if (provider.events) start(provider, provider.events)
  const stops = [
    providers.onChanged((change) => {
      if ('removed' in change) leave(change.removed)
      else if (change.added.events) start(change.added, change.added.events)
    }),
    store.onChange(() => {
      changed('progress')
      const before = kind
      ;({ kind } = store.state())
      // What could not be written can be now, and what was there can be read.
      if (kind === before || (kind !== 'ready' && kind !== 'memory')) return
      changed('rows')
      askAll()
    }),
    witness.onFound((id) => void proofs.prove(id)),
    witness.onAccepted((id) => void copies.get(id)?.copy.startAnew()),
  ]

  async function cacheOf({ provider, copy }: { provider: Provider; copy: LogCopy }): Promise<AuditCache> {
    const { id, name } = provider
    const { count, verified, changed: wrong, heard } = await store.events.extent(id).catch(whileLocked)
    const state = copy.state()
    const checking = proofs.checking(id)
    const why = provider.log ? witness.why(id) : 'noProofs'
    return {
      gatewayId: id,
      gatewayName: name,
      have: count,
      verified,
      changed: wrong.length,
      ...state,
      isOffline: state.isOffline || provider.isOffline?.() === true,
      ...(heard && { of: heard.of, asOf: new Date(heard.at).toISOString() }),
      ...(checking !== undefined && { checking }),
      ...(why !== undefined && { why }),
    }
  }

  return {
    async ask(id) {
      await copies.get(id)?.copy.ask()
    },
    cache: () => Promise.all([...copies.values()].map(cacheOf)),
    async verify() {
      await witness.look()
      for (const id of copies.keys()) {
        await copies.get(id)?.copy.ask()
        await proofs.verify(id)
      }
    },
    close() {
      clearTimeout(timer)
      clearInterval(asking)
      for (const stop of stops) stop()
      for (const { copy, stop } of copies.values()) {
        stop()
        copy.stop()
      }
    },
  }
}

/** What cannot be read cannot be counted either. */
function whileLocked(error: unknown): Pick<LogExtent, 'count' | 'verified' | 'changed' | 'heard'> {
  if (error instanceof CallError && error.failure.tag === 'keychain') return { count: 0, verified: 0, changed: [] }
  throw error
}
