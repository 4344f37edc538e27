/** Ids of the console ("desk:m1") and of a provider ("m1"). */
import { CallError } from '../callError.ts'
import type { Provider } from './provider.ts'

export interface Providers {
  readonly all: readonly Provider[]
  /** Who a console id belongs to, and the id there. Throws CallError notFound. */
  of(id: string, what: 'machine' | 'grant'): { provider: Provider; id: string }
}

export function createProviders(all: readonly Provider[]): Providers {
  const byId = new Map(all.map((provider) => [provider.id, provider]))
  return {
    all,
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
