/** The preview's answers about the list: slices with marks, facets, what is the person's own, and where machines come from. */
import type { Input, MachineFacets, MachineRow, MachineSlice, MachineState, OwnMachines } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import type { Look } from './scenes.ts'

type Selection = Input<'machines.facets'>

const wordsOf = (search: string) => search.toLowerCase().split(/\s+/).filter(Boolean)

const isOneOf = (values: readonly string[] | undefined, ...own: string[]): boolean =>
  !values || values.length === 0 || own.some((value) => values.includes(value))

function fits(row: MachineRow, { search, filter = {} }: Selection): boolean {
  const text = `${row.name} ${row.address} ${row.site} ${row.tags.join(' ')} ${row.user ?? ''}`.toLowerCase()
  return (
    wordsOf(search).every((word) => text.includes(word)) &&
    isOneOf(filter.sites, row.site) &&
    isOneOf(filter.os, row.os) &&
    isOneOf(filter.gateways, row.provider.id) &&
    isOneOf(filter.tags, ...(row.tags.length > 0 ? row.tags : [''])) &&
    isOneOf(filter.users, row.user ?? '')
  )
}

function marksIn(text: string, words: readonly string[]): [number, number][] {
  const found = words.map((word) => [text.toLowerCase().indexOf(word), word.length] as const).filter(([at]) => at >= 0)
  return found.map(([at, length]) => [at, at + length])
}

function withHits(row: MachineRow, words: readonly string[]): MachineRow {
  if (words.length === 0) return row
  const texts = { name: row.name, address: row.address, site: row.site, tags: row.tags.join(', ') }
  return { ...row, hits: Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, marksIn(text, words)])) }
}

function slice(rows: readonly MachineRow[], own: OwnMachines, input: Input<'machines.list'>): MachineSlice {
  const found = rows.filter((row) => fits(row, input) && (input.scope !== 'favourites' || own.favourites.includes(row.id)))
  const count = (state: MachineState) => found.filter((row) => row.state === state).length
  const value = (row: MachineRow): string | number => {
    const by = { lastAccess: row.lastAccessAt ?? '', lastSeen: row.lastSeenAt ?? '', approvals: row.approvalsIn7Days, site: row.site }
    const { sort } = input
    return sort === 'lastAccess' || sort === 'lastSeen' || sort === 'approvals' || sort === 'site' ? by[sort] : row.name
  }
  const inTab = found
    .filter((row) => row.state === input.tab)
    .sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (input.descending ? -1 : 1))
  return {
    total: inTab.length,
    counts: { configured: count('configured'), notConfigured: count('notConfigured'), unsupported: count('unsupported') },
    rows: inTab.slice(input.offset, input.offset + input.limit).map((row) => ({
      ...withHits(row, wordsOf(input.search)),
      ...(own.favourites.includes(row.id) ? { favourite: true as const } : {}),
    })),
    asOf: new Date(Date.now() - 120_000).toISOString(),
  }
}

function facets(rows: readonly MachineRow[], input: Selection): MachineFacets {
  const facet = (valuesOf: (row: MachineRow) => readonly string[]) => {
    const counts = new Map<string, number>()
    for (const row of rows.filter((one) => one.state === input.tab && fits(one, { ...input, filter: {} })))
      for (const value of valuesOf(row)) counts.set(value, (counts.get(value) ?? 0) + 1)
    return { values: [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count), more: 0 }
  }
  return {
    gateways: facet((row) => [row.provider.id]),
    sites: facet((row) => [row.site]),
    os: facet((row) => [row.os]),
    tags: facet((row) => (row.tags.length > 0 ? row.tags : [''])),
    users: facet((row) => [row.user ?? '']),
  }
}

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

export function inventoryHandlers(scene: string, rows: readonly MachineRow[], look: Look): Handlers {
  let own: OwnMachines = {
    favourites: ['desk:m1', 'desk:m5', 'desk:m6'],
    filters: [
      {
        id: 'f1',
        name: 'Windows in Berlin',
        tab: 'configured',
        search: '',
        sort: 'name',
        descending: false,
        filter: { sites: ['Berlin'], os: ['windows'] },
      },
      {
        id: 'f2',
        name: 'Everything that nobody has looked at for a long time',
        tab: 'configured',
        search: '',
        sort: 'lastAccess',
        descending: false,
      },
    ],
  }
  const change = (next: Partial<OwnMachines>): OwnMachines => {
    own = { ...own, ...next }
    look.ring('machines')
    return own
  }
  return {
    'machines.list'(input) {
      const { asOf, ...found } = slice(rows, own, input)
      return scene === 'unread' ? found : { ...found, ...(asOf !== undefined && { asOf }) }
    },
    'machines.facets': (input) => facets(rows, input),
    'machines.own': () => own,
    'machines.favour': ({ machineIds, favourite }) =>
      change({ favourites: [...own.favourites.filter((id) => !machineIds.includes(id)), ...(favourite ? machineIds : [])] }),
    'machines.saveFilter': ({ filter }) => change({ filters: [...own.filters, { ...filter }] }),
    'machines.removeFilter': ({ id }) => change({ filters: own.filters.filter((one) => one.id !== id) }),
    'machines.chooseColumns': ({ columns }) => {
      const { columns: _before, ...rest } = own
      own = rest
      return change(columns ? { columns } : {})
    },
    'machines.refresh': () => ({}),
    'machines.decideHeld': () => ({}),
    'machines.sources': () => ({
      sources:
        scene === 'held'
          ? [
              { gatewayId: 'desk', name: 'This desk', state: 'ready', count: 64, asOf: minutesAgo(1) },
              {
                gatewayId: 'contoso',
                name: 'Contoso',
                state: 'ready',
                count: 12_400,
                asOf: minutesAgo(190),
                held: { before: 12_400, lost: 12_389, kept: false },
              },
              { gatewayId: 'fabrikam', name: 'Fabrikam', state: 'offline', count: 300, asOf: minutesAgo(2000) },
              { gatewayId: 'tailspin', name: 'Tailspin', state: 'reading', count: 42_000, done: 42_000 },
            ]
          : scene === 'unread'
            ? [{ gatewayId: 'desk', name: 'This desk', state: 'waiting', count: 0 }]
            : [{ gatewayId: 'desk', name: 'This desk', state: 'ready', count: rows.length, asOf: minutesAgo(2) }],
    }),
  }
}
