/** The list's columns: what each is ordered by, and how wide it is. Name and deeds are always there. */
import type { MachineColumn, MachineState } from '../../preload/contract.ts'
import type { MachineQuery } from './query.ts'

interface Column {
  /** Absent: it says the state of the moment, which has no order. */
  sort?: MachineQuery['sort']
  /** Pixels at the least, and its part of what is left. */
  least: number
  part: number
}

export const columns: Record<MachineColumn, Column> = {
  address: { sort: 'address', least: 116, part: 1.2 },
  site: { sort: 'site', least: 120, part: 1.2 },
  os: { sort: 'os', least: 88, part: 0.5 },
  tags: { sort: 'tags', least: 110, part: 1 },
  user: { sort: 'user', least: 100, part: 0.9 },
  gateway: { sort: 'gateway', least: 100, part: 0.9 },
  agent: { sort: 'agent', least: 76, part: 0.4 },
  lastSeen: { sort: 'lastSeen', least: 110, part: 0.8 },
  lastAccess: { sort: 'lastAccess', least: 108, part: 1 },
  lastUser: { sort: 'lastUser', least: 100, part: 0.9 },
  approvals: { sort: 'approvals', least: 72, part: 0 },
  state: { sort: 'ports', least: 188, part: 1.1 },
}

export const allColumns: readonly MachineColumn[] = [
  'address',
  'site',
  'os',
  'tags',
  'user',
  'gateway',
  'agent',
  'lastSeen',
  'lastAccess',
  'lastUser',
  'approvals',
  'state',
]

/** What is shown unless somebody chose: the more the wider, and nothing that says the same in every row of a tab. */
export function usualColumns(tab: MachineState, wide: boolean): MachineColumn[] {
  const access: MachineColumn[] = tab === 'configured' ? ['lastAccess', 'approvals'] : []
  return ['address', ...(wide ? (['tags'] as const) : []), ...access, 'state']
}

const lead = 78
const name = { least: 200, part: 2.2 }
const gap = 12
/** The row's own edges, and the scroll bar. */
const around = 36
const deeds: Record<MachineState, number> = { configured: 140, notConfigured: 190, unsupported: 148 }
/** Sentences need more room than states. */
const saying: Record<MachineState, Column> = {
  configured: columns.state,
  notConfigured: { least: 180, part: 2 },
  unsupported: { least: 240, part: 3 },
}

/** CSS: the grid's columns, and how narrow the list may become before it scrolls sideways. */
export function widthsOf(shown: readonly MachineColumn[], tab: MachineState): { template: string; least: number } {
  const sized = shown.map((column) => (column === 'state' ? saying[tab] : columns[column]))
  const template = [
    `${lead}px`,
    `minmax(${name.least}px, ${name.part}fr)`,
    ...sized.map(({ least, part }) => (part === 0 ? `${least}px` : `minmax(${least}px, ${part}fr)`)),
    `${deeds[tab]}px`,
  ].join(' ')
  const least = lead + name.least + sized.reduce((sum, column) => sum + column.least, 0) + deeds[tab]
  return { template, least: least + (sized.length + 2) * gap + around }
}
