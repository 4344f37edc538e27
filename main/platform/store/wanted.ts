/** What a filter asks of one log, in ids and numbers; and whether an event of a part fits. */
import type { AuditFilter } from '../../../preload/contract.ts'
import type { EventMark } from '../../localStore.ts'
import { firstOf, partSize, portNumber, type ColumnName, type Part } from './columns.ts'
import type { Log } from './log.ts'
import type { Sort } from './names.ts'
import { machinePrefix, readKind } from './rows.ts'
import { grantToken, type IdToken } from './wordIndex.ts'
import { wordsToFind } from './words.ts'

export interface Wanted {
  /** Which ids of a column fit. */
  columns: { name: ColumnName; ids: Uint8Array }[]
  /** Milliseconds since the epoch. */
  at?: { from: number; to: number }
  /** Few, ascending. */
  seqs?: readonly number[]
  marks?: ReadonlySet<EventMark>
  words: readonly string[]
  /** The same as `columns` in the words' index. */
  tokens: IdToken[][]
}

/** More alternatives than this are cheaper to look at than to look up. */
const mostTokens = 200
const highestPort = 65_535

/** undefined: no event of this log can fit. An empty list asks for nothing. */
export function wantedOf(log: Log, filter: AuditFilter): Wanted | undefined {
  const { names } = log
  if (isLimited(filter.gatewayIds) && !filter.gatewayIds.includes(log.providerId)) return undefined
  const machineId = ownId(log, filter.machineId)
  const grantId = ownId(log, filter.grantId)
  if (machineId === null || grantId === null) return undefined

  const wanted: Wanted = { columns: [], tokens: [], words: wordsToFind(filter.text ?? '') }
  const choices: [ColumnName, number[] | undefined][] = [
    ['kind', kindsOf(log, filter)],
    ['actor', idsOf(log, 'actor', filter.actors)],
    ['site', idsOf(log, 'site', filter.sites)],
    ['machine', machineId === undefined ? undefined : names.startingWith('machine', machinePrefix(machineId))],
    ['port', isLimited(filter.ports) ? filter.ports.map(portNumber) : undefined],
  ]
  for (const [name, ids] of choices) {
    if (ids === undefined) continue
    if (ids.length === 0) return undefined
    const table = new Uint8Array(name === 'port' ? highestPort + 2 : names.end())
    for (const id of ids) table[id] = 1
    wanted.columns.push({ name, ids: table })
    const letter = letters[name]
    if (ids.length <= mostTokens && letter) wanted.tokens.push(ids.map((id): IdToken => `${letter}${id}`))
  }
  if (filter.from !== undefined || filter.to !== undefined) {
    wanted.at = {
      from: filter.from === undefined ? -Infinity : Date.parse(filter.from),
      to: filter.to === undefined ? Infinity : Date.parse(filter.to),
    }
  }
  if (isLimited(filter.marks)) wanted.marks = new Set(filter.marks)
  if (grantId !== undefined) wanted.seqs = eventsOfGrant(log, grantId)
  // They are few, wherever they are.
  else if (wanted.marks?.size === 1 && wanted.marks.has('changed')) wanted.seqs = [...log.changed].toSorted((one, other) => one - other)
  return wanted
}

export function wantsEverything({ columns, at, seqs, marks, words }: Wanted): boolean {
  return columns.length === 0 && at === undefined && seqs === undefined && marks === undefined && words.length === 0
}

export function markOf(log: Log, seq: number): EventMark {
  if (log.changed.has(seq)) return 'changed'
  return seq <= log.verified ? 'verified' : 'unverified'
}

/**
 * Writes into `places` (as long as a part) which events of the part fit, but for their words and for lists of `seq`s. Answers how many do. Each test
 * goes through what the ones before have left, without a branch: five million events take some milliseconds.
 */
export function placesIn(log: Log, part: Part, wanted: Wanted, places: Uint16Array): number {
  let count = present(part, places)
  if (wanted.at) count = inTime(part, wanted.at, places, count)
  for (const { name, ids } of wanted.columns) {
    if (count === 0) return 0
    count = among(part.column(name), ids, places, count)
  }
  return wanted.marks ? marked(log, part, wanted.marks, places, count) : count
}

const everyPlace = Uint16Array.from({ length: partSize }, (_, place) => place)

function present(part: Part, places: Uint16Array): number {
  places.set(everyPlace)
  if (part.isWhole) return partSize
  const kinds = part.column('kind')
  let kept = 0
  for (let place = 0; place < partSize; place += 1) {
    places[kept] = place
    kept += kinds[place] === 0 ? 0 : 1
  }
  return kept
}

function among(column: Uint32Array, ids: Uint8Array, places: Uint16Array, count: number): number {
  let kept = 0
  for (let index = 0; index < count; index += 1) {
    const place = places[index] ?? 0
    places[kept] = place
    kept += ids[column[place] ?? 0] ?? 0
  }
  return kept
}

function inTime(part: Part, { from, to }: { from: number; to: number }, places: Uint16Array, count: number): number {
  const { least, most } = part.times()
  if (least >= from && most <= to) return count
  if (least > to || most < from) return 0
  const times = part.at()
  let kept = 0
  for (let index = 0; index < count; index += 1) {
    const place = places[index] ?? 0
    const time = times[place] ?? 0
    places[kept] = place
    kept += time >= from && time <= to ? 1 : 0
  }
  return kept
}

function marked(log: Log, { first }: Part, marks: ReadonlySet<EventMark>, places: Uint16Array, count: number): number {
  if (log.changed.size > 0) return keep(places, count, (place) => marks.has(markOf(log, first + place)))
  const [below, above] = [marks.has('verified'), marks.has('unverified')]
  const end = log.verified - first
  if (below === above || end < 0 || end >= partSize - 1) return (end < 0 ? above : below) ? count : 0
  return keep(places, count, (place) => (place <= end ? below : above))
}

function keep(places: Uint16Array, count: number, isWanted: (place: number) => boolean): number {
  let kept = 0
  for (let index = 0; index < count; index += 1) {
    const place = places[index] ?? 0
    places[kept] = place
    if (isWanted(place)) kept += 1
  }
  return kept
}

/** The same for one event. */
export function fitsColumns(log: Log, seq: number, wanted: Wanted): boolean {
  const part = log.columns.partOf(seq)
  const place = seq - part.first
  if (part.column('kind')[place] === 0) return false
  for (const { name, ids } of wanted.columns) if (ids[part.column(name)[place] ?? 0] !== 1) return false
  return fitsRest(log, seq, wanted)
}

/** Of an event that was found by the tokens of `wanted`: whether all else fits too. */
export function fitsBesides(log: Log, seq: number, wanted: Wanted): boolean {
  // Without need, no column is read.
  return wanted.tokens.length === wanted.columns.length ? fitsRest(log, seq, wanted) : fitsColumns(log, seq, wanted)
}

function fitsRest(log: Log, seq: number, { at, marks }: Wanted): boolean {
  if (at) {
    const part = log.columns.partOf(seq)
    const time = part.at()[seq - part.first] ?? 0
    if (time < at.from || time > at.to) return false
  }
  return marks === undefined || marks.has(markOf(log, seq))
}

/** The first events of the parts that have any, ascending. */
export function partsOf(log: Log): number[] {
  const firsts: number[] = []
  for (const { first, last } of log.stretches) {
    for (let seq = firstOf(Math.max(first, log.keptFrom)); seq <= last; seq += partSize) if (firsts.at(-1) !== seq) firsts.push(seq)
  }
  return firsts
}

const letters: Partial<Record<ColumnName, 'k' | 'a' | 's' | 'm' | 'p'>> = { kind: 'k', actor: 'a', site: 's', machine: 'm', port: 'p' }

/** Ids of the console begin with the provider's: null when it is another provider's. */
function ownId(log: Log, id: string | undefined): string | null | undefined {
  if (id === undefined) return undefined
  return id.startsWith(`${log.providerId}:`) ? id.slice(log.providerId.length + 1) : null
}

function isLimited<Value>(list: readonly Value[] | undefined): list is readonly Value[] {
  return list !== undefined && list.length > 0
}

function idsOf(log: Log, sort: Sort, values: readonly string[] | undefined): number[] | undefined {
  return isLimited(values) ? values.flatMap((value) => log.names.find(sort, value) ?? []) : undefined
}

/** A topic is what stands before an action's dot, or a whole action. */
function kindsOf(log: Log, { topics, actions, outcomes }: AuditFilter): number[] | undefined {
  if (!isLimited(topics) && !isLimited(actions) && !isLimited(outcomes)) return undefined
  const ids: number[] = []
  for (const [id, value] of log.names.all('kind')) {
    const { outcome, action } = readKind(value)
    if (isLimited(outcomes) && !outcomes.includes(outcome)) continue
    if (isLimited(actions) && !actions.includes(action)) continue
    if (isLimited(topics) && !topics.includes(action) && !topics.includes(action.split('.', 1)[0] ?? '')) continue
    ids.push(id)
  }
  return ids
}

function eventsOfGrant(log: Log, grantId: string): number[] {
  const { match } = log.words.query([], [[grantToken(grantId)]])
  const seqs = [...log.words.seqs(match, { first: log.first, last: log.last, descending: false })]
  return seqs.filter((seq) => log.row(seq)?.grant_id === grantId)
}
