/**
 * Grants that were given back while their gateway could not be reached: written down, so that they are given back first thing when it can, whatever
 * became of the console meanwhile. Nothing else waits for a network (F-78): a port that opens, or stays open longer, because of what somebody wanted some
 * time ago would be a surprise, and one that closes is none.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { CallError } from '../callError.ts'
import { openJsonStore } from '../jsonStore.ts'
import { createListeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import { qualify, type Providers } from '../providers/ids.ts'
import type { Provider, ProviderGrant } from '../providers/provider.ts'

const Waiting = z.object({ provider: z.string(), id: z.string(), why: z.enum(['released', 'lastSessionEnded', 'cancelled']) })
type Waiting = z.infer<typeof Waiting>

export interface Releases {
  /** Waits for its gateway. */
  isWaiting: (grantId: string) => boolean
  /** On disk before it resolves. Throws CallError file. */
  add(provider: Provider, id: string, why: Waiting['why']): Promise<void>
  /** Told of a grant that waits now, or does not any more; with what its gateway answered, if it did. */
  onChanged(listener: (change: { provider: Provider; id: string; grant?: ProviderGrant }) => void): () => void
  readonly limit: string | undefined
  settled(): Promise<void>
  close(): void
}

export function createReleases(deps: { providers: Providers; folder: string; log: Pick<Log, 'warn'> }): Releases {
  const { providers, folder, log } = deps
  const store = openJsonStore(join(folder, 'releases.json'), z.array(Waiting), [])
  const changes = createListeners<{ provider: Provider; id: string; grant?: ProviderGrant }>()
  const stops = new Map<string, () => void>()
  const of = (provider: Pick<Provider, 'id'>) => store.get().filter((one) => one.provider === provider.id)

  async function send(provider: Provider): Promise<void> {
    for (const { id, why } of of(provider)) {
      let grant: ProviderGrant | undefined
      try {
        grant = await provider.release?.(id, why)
      } catch (error) {
        if (!isFinal(error)) throw error
        log.warn({ grantId: qualify(provider, id), err: error }, 'a grant that was to be given back could not be')
      }
      await store.update((all) => all.filter((one) => one.provider !== provider.id || one.id !== id))
      changes.tell({ provider, id, ...(grant && { grant }) })
    }
  }

  function start(provider: Provider): void {
    const sendAll = oneAtATime(() => send(provider))
    const trySending = () => {
      if (of(provider).length > 0) sendAll().catch(() => undefined)
    }
    // Whatever it rings, it can be reached.
    stops.set(provider.id, provider.onChange(trySending))
    trySending()
  }

  for (const provider of providers.all) start(provider)
  const stopChanges = providers.onChanged((change) => {
    if ('added' in change) start(change.added)
    else stops.get(change.removed.id)?.()
  })

  return {
    isWaiting: (grantId) => store.get().some((one) => qualify({ id: one.provider }, one.id) === grantId),
    async add(provider, id, why) {
      await store.update((all) => [
        ...all.filter((one) => one.provider !== provider.id || one.id !== id),
        { provider: provider.id, id, why },
      ])
      changes.tell({ provider, id })
    },
    onChanged: (listener) => changes.listen(listener),
    limit: store.limit,
    settled: () => store.settled(),
    close() {
      stopChanges()
      for (const stop of stops.values()) stop()
    },
  }
}

/** The gateway has said something that it would say again. */
function isFinal(error: unknown): boolean {
  return error instanceof CallError && ['notFound', 'grantEnded', 'notAllowed', 'notKnown', 'invalidInput'].includes(error.failure.tag)
}
