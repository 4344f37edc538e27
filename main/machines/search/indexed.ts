/** What the list, a search and a facet need of one machine, worked out once when it comes in. */
import type { MachineState } from '../../../preload/contract.ts'
import type { ProviderMachine } from '../../providers/provider.ts'
import { fold, nameKey, sortKey } from '../fold.ts'
import { stateOf } from '../machine.ts'

export const tabs = ['configured', 'notConfigured', 'unsupported'] as const satisfies MachineState[]

/** Columns whose values are words that many machines share. */
export const wordColumns = ['os', 'gateway', 'site', 'user', 'lastUser', 'agent'] as const
export type WordColumn = (typeof wordColumns)[number]
/** Columns whose values are numbers; 0 is none. Instants are milliseconds since the epoch. */
export const figureColumns = ['approvals', 'port', 'accessAt', 'seenAt'] as const
export type FigureColumn = (typeof figureColumns)[number]

export type Indexed = Record<WordColumn, string> &
  Record<FigureColumn, number> & {
    /** The machine's number in the store; never another machine's. */
    n: number
    /** Name and address, folded, one a line: what a search looks through for each machine. */
    text: string
    /** A place in `tabs`. */
    state: number
    tags: readonly string[]
  }

/** More of a text than this is neither shown nor looked through (F-31). */
const longestField = 1000
/** What is beyond makes no difference to the order: longer keys would only make the index large. */
const longestOrder = 120

export function toIndexed(providerId: string, machine: ProviderMachine): Omit<Indexed, 'n'> {
  const { name, address, site, user = '' } = machine
  const tags = machine.tags.filter((tag) => tag !== '').map((tag) => tag.replaceAll('\n', ' '))
  return {
    text: `${toLine(name)}\n${toLine(address)}`,
    state: tabs.indexOf(stateOf(machine)),
    os: machine.os,
    gateway: providerId,
    site,
    user,
    lastUser: machine.lastUser ?? '',
    agent: machine.agentVersion ?? '',
    tags,
    approvals: machine.approvalsIn7Days,
    port: machine.rules[0]?.port ?? 0,
    accessAt: toMs(machine.lastAccessAt),
    seenAt: toMs(machine.lastSeenAt),
  }
}

/** What machines are ordered by, from the first line of `text`. Those that are equal are in the order of their numbers. */
export function orderOf(foldedName: string): string {
  return sortKey(foldedName.length > longestOrder ? foldedName.slice(0, longestOrder) : foldedName)
}

export function nameOf(text: string): string {
  return text.slice(0, text.indexOf('\n'))
}

/** The key by which F-30 finds equal names. */
export const sameName = (name: string): string => nameKey(name.slice(0, longestField))

/** Folded. A text with a line break in it must not look like two fields. */
export function toLine(text: string): string {
  const line = fold(text.length > longestField ? text.slice(0, longestField) : text)
  return line.includes('\n') ? line.replaceAll('\n', ' ') : line
}

function toMs(at: string | undefined): number {
  const ms = at === undefined ? 0 : Date.parse(at)
  return Number.isFinite(ms) ? ms : 0
}
