/** Ids of the console ("desk:m1") and of a provider ("m1"). */
import { CallError } from '../callError.ts'
import { createListeners } from '../listeners.ts'
import type { Provider } from './provider.ts'

export interface Providers {
  /** Those that there are now. */
  readonly all: readonly Provider[]
  add(provider: Provider): void
  /** Takes it away, and closes it. */
  remove(id: string): Promise<void>
  /** Told of each that comes, and of each that goes after it is gone. */
  onChanged(listener: (change: { added: Provider } | { removed: Provider }) => void): () => void
  /** Who a console id belongs to, and the id there. Throws CallError notFound. */
  of(id: string, what: 'machine' | 'grant'): { provider: Provider; id: string }
}

export function createProviders(first: readonly Provider[]): Providers {
  const byId = new Map(first.map((provider) => [provider.id, provider]))
  const changes = createListeners<{ added: Provider } | { removed: Provider }>()
  return {
    get all() {
      return [...byId.values()]
    },
    add(provider) {
      byId.set(provider.id, provider)
      changes.tell({ added: provider })
    },
    async remove(id) {
      const provider = byId.get(id)
      if (!provider) return
      byId.delete(id)
      changes.tell({ removed: provider })
      await provider.close()
    },
    onChanged: (listener) => changes.listen(listener),
    of(id, what) {
      const colon = id.indexOf(':')
      const provider = byId.get(id.slice(0, Math.max(colon, 0)))
      if (!provider) throw new CallError({ tag: 'notFound', what })
      return { provider, id: id.slice(colon + 1) }
    },
  }
}

export function qualify(provider: Pick<Provider, 'id'>, id: string): string {
  return `${provider.id}:${id}`
}

/** Machines by the provider that they belong to, with their ids there; each once. Throws CallError notFound. */
export function byProvider(providers: Providers, machineIds: readonly string[]): Map<Provider, string[]> {
  const groups = new Map<Provider, string[]>()
  for (const machineId of new Set(machineIds)) {
    const { provider, id } = providers.of(machineId, 'machine')
    groups.set(provider, [...(groups.get(provider) ?? []), id])
  }
  return groups
}
