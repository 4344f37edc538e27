/** What of the inventory is this person's own: favourites, what they connected to last, saved filters, columns. In the data folder, not in the cache. */
import { join } from 'node:path'
import { z } from 'zod'
import type { MachineScope, OwnMachines } from '../../preload/contract.ts'
import { MachineId, OwnMachines as Own } from '../../preload/contract/machines.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import { openJsonStore } from '../jsonStore.ts'

const Kept = Own.extend({ recent: z.array(MachineId).max(50) })
type Kept = z.infer<typeof Kept>

const mostRecent = 50
const mostFavourites = 5000
const mostFilters = 50

type OwnCalls = 'machines.own' | 'machines.favour' | 'machines.saveFilter' | 'machines.removeFilter' | 'machines.chooseColumns'

export interface OwnMachinesStore {
  /** The machines of a scope; undefined: all. */
  only(scope: MachineScope | undefined): readonly string[] | undefined
  isFavourite(machineId: string): boolean
  /** It was connected to. */
  used(machineId: string): Promise<void>
  /** Machines that were removed. */
  forget(machineIds: readonly string[]): Promise<void>
  readonly limit: string | undefined
  settled(): Promise<void>
  readonly handlers: Pick<HandlersOf<'machines'>, OwnCalls>
}

/** Kept in `folder`/machines.json. An unreadable file is set aside and told. */
export function openOwnMachines(folder: string, changed: () => void): OwnMachinesStore {
  const store = openJsonStore<Kept>(join(folder, 'machines.json'), Kept, { favourites: [], filters: [], recent: [] }, { synced: false })
  let favourites = new Set(store.get().favourites)

  async function update(next: (own: Kept) => Kept): Promise<OwnMachines> {
    await store.update(next)
    favourites = new Set(store.get().favourites)
    changed()
    return view()
  }

  function view(): OwnMachines {
    const { favourites: ids, filters, columns } = store.get()
    return { favourites: ids, filters, ...(columns && { columns }) }
  }

  return {
    limit: store.limit,
    settled: () => store.settled(),
    only(scope) {
      if (scope === 'favourites') return store.get().favourites
      return scope === 'recent' ? store.get().recent : undefined
    },
    isFavourite: (machineId) => favourites.has(machineId),
    async used(machineId) {
      if (store.get().recent[0] === machineId) return
      await update((own) => ({ ...own, recent: [machineId, ...own.recent.filter((id) => id !== machineId)].slice(0, mostRecent) }))
    },
    async forget(machineIds) {
      const gone = new Set(machineIds)
      const { favourites: ids, recent } = store.get()
      if (![...ids, ...recent].some((id) => gone.has(id))) return
      await update((own) => ({
        ...own,
        favourites: own.favourites.filter((id) => !gone.has(id)),
        recent: own.recent.filter((id) => !gone.has(id)),
      }))
    },
    handlers: {
      'machines.own': view,
      'machines.favour': ({ machineIds, favourite }) =>
        update((own) => {
          const next = own.favourites.filter((id) => !machineIds.includes(id))
          if (favourite) next.push(...new Set(machineIds))
          if (next.length > mostFavourites) throw tooMany('machineIds')
          return { ...own, favourites: next }
        }),
      'machines.saveFilter': ({ filter }) =>
        update((own) => {
          const at = own.filters.findIndex(({ id }) => id === filter.id)
          const next = at < 0 ? [...own.filters, filter] : own.filters.with(at, filter)
          if (next.length > mostFilters) throw tooMany('filter')
          return { ...own, filters: next }
        }),
      'machines.removeFilter': ({ id }) => update((own) => ({ ...own, filters: own.filters.filter((filter) => filter.id !== id) })),
      'machines.chooseColumns': ({ columns }) =>
        update(({ columns: _before, ...own }) => ({ ...own, ...(columns && { columns: [...new Set(columns)] }) })),
    },
  }
}

const tooMany = (field: string) => new CallError({ tag: 'invalidInput', field, problem: 'tooLarge' })
