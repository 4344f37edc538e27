/** An event between its form in the port and its row, whose ids stand for names. */
import type { StoredEvent } from '../../localStore.ts'
import { noName, type Names } from './names.ts'

export interface EventRow {
  seq: number
  at: number
  kind: number
  actor: number
  machine: number
  site: number
  port: number | null
  grant_id: string | null
  detail: string
  more: string | null
}

type Outcome = StoredEvent['outcome']
const outcomes: readonly Outcome[] = ['ok', 'refused', 'failed']

export function toRow(event: StoredEvent, names: Names): EventRow {
  const hasMachine = event.machineId !== undefined || event.machineName !== undefined
  return {
    seq: event.seq,
    at: event.at,
    kind: names.idOf('kind', kindValue(event.outcome, event.action)),
    actor: names.idOf('actor', event.actor),
    machine: hasMachine ? names.idOf('machine', machineValue(event.machineId, event.machineName)) : noName,
    site: event.site === undefined ? noName : names.idOf('site', event.site),
    port: event.port ?? null,
    grant_id: event.grantId ?? null,
    detail: event.detail,
    more: event.more ?? null,
  }
}

export function toEvent(row: EventRow, names: Names): StoredEvent {
  const { outcome, action } = known(kinds, names, row.kind, readKind)
  const { id, name } = machineOf(names, row.machine)
  return {
    seq: row.seq,
    at: row.at,
    actor: names.valueOf(row.actor),
    action,
    outcome,
    ...(id !== undefined && { machineId: id }),
    ...(name !== undefined && { machineName: name }),
    ...(row.site !== noName && { site: names.valueOf(row.site) }),
    ...(row.grant_id !== null && { grantId: row.grant_id }),
    ...(row.port !== null && { port: row.port }),
    detail: row.detail,
    ...(row.more !== null && { more: row.more }),
  }
}

type Decoded<Value> = WeakMap<Names, Map<number, Value>>
const kinds: Decoded<ReturnType<typeof readKind>> = new WeakMap()
const machines: Decoded<ReturnType<typeof readMachine>> = new WeakMap()
const noMachine: ReturnType<typeof readMachine> = {}

/** Names are taken apart once: a page has the same ones many times. */
function known<Value>(decoded: Decoded<Value>, names: Names, id: number, read: (value: string) => Value): Value {
  const byId = decoded.get(names) ?? new Map<number, Value>()
  decoded.set(names, byId)
  const value = byId.get(id) ?? read(names.valueOf(id))
  byId.set(id, value)
  return value
}

function kindValue(outcome: Outcome, action: string): string {
  return `${outcome}.${action}`
}

export function readKind(value: string): { outcome: Outcome; action: string } {
  const outcome = outcomes.find((one) => value.startsWith(`${one}.`)) ?? 'failed'
  return { outcome, action: value.slice(outcome.length + 1) }
}

function machineValue(id: string | undefined, name: string | undefined): string {
  return JSON.stringify([id ?? null, name ?? null])
}

function readMachine(value: string): { id?: string; name?: string } {
  const both: unknown = JSON.parse(value)
  const list: readonly unknown[] = Array.isArray(both) ? both : []
  const [id, name] = list
  return { ...(typeof id === 'string' && { id }), ...(typeof name === 'string' && { name }) }
}

export function machineOf(names: Names, id: number): { id?: string; name?: string } {
  return id === noName ? noMachine : known(machines, names, id, readMachine)
}

/** What all values of a machine with this id begin with. */
export function machinePrefix(id: string): string {
  return `[${JSON.stringify(id)},`
}
