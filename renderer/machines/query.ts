/** How the list is looked at, and what a click makes of that. */
import type { Input, MachineFilter, MachineScope, SavedFilter } from '../../preload/contract.ts'

export type MachineQuery = Pick<Input<'machines.list'>, 'tab' | 'search' | 'sort' | 'descending' | 'filter' | 'scope'>
export type FacetName = keyof MachineFilter

export const firstQuery: MachineQuery = { tab: 'configured', search: '', sort: 'name', descending: false }

/** Clicking a column: another column sorts upwards, the same one turns round. Times and counts begin with the largest. */
export function nextSort(query: MachineQuery, sort: MachineQuery['sort']): Pick<MachineQuery, 'sort' | 'descending'> {
  if (query.sort === sort) return { sort, descending: !query.descending }
  return { sort, descending: sort === 'lastAccess' || sort === 'lastSeen' || sort === 'approvals' }
}

/** What was used last is shown in that order, until a column is clicked. */
export function withScope(query: MachineQuery, scope: MachineScope): MachineQuery {
  const { sort, descending } = query
  return {
    ...query,
    scope,
    ...(scope === 'recent' ? { sort: 'recent', descending: false } : { sort: sort === 'recent' ? 'name' : sort, descending }),
  }
}

export function withFacet(query: MachineQuery, facet: FacetName, values: readonly string[]): MachineQuery {
  return { ...query, filter: { ...query.filter, [facet]: [...values] } }
}

export const chosenOf = (query: MachineQuery, facet: FacetName): readonly string[] => query.filter?.[facet] ?? []

const facetNames: readonly FacetName[] = ['gateways', 'sites', 'os', 'tags', 'users']

/** Whether anything but tab, search and order narrows the list. */
export function isNarrowed(query: MachineQuery): boolean {
  return (query.scope ?? 'all') !== 'all' || facetNames.some((facet) => chosenOf(query, facet).length > 0)
}

export const withoutFilter = ({ filter: _filter, scope: _scope, ...query }: MachineQuery): MachineQuery => ({
  ...query,
  sort: query.sort === 'recent' ? 'name' : query.sort,
})

export function toSaved(query: MachineQuery, id: string, name: string): SavedFilter {
  const { tab, search, sort, descending, filter, scope } = query
  return { id, name, tab, search, sort, descending, ...(filter ? { filter } : {}), ...(scope ? { scope } : {}) }
}

export function fromSaved({ id: _id, name: _name, ...query }: SavedFilter): MachineQuery {
  return query
}

/** Whether the list is looked at as it was saved. */
export function isSavedAs(query: MachineQuery, saved: SavedFilter): boolean {
  return keyOf(query) === keyOf(fromSaved(saved))
}

function keyOf(query: MachineQuery): string {
  const facets = facetNames.map((facet) => [...chosenOf(query, facet)].sort())
  return JSON.stringify([query.tab, query.search.trim(), query.sort, query.descending, query.scope ?? 'all', facets])
}
