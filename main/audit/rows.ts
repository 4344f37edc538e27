/** An event of a log as the window and the command line are told of it, with the console's ids. */
import type { AuditFilter, AuditRow } from '../../preload/contract.ts'
import type { EventMark, StoredEvent, StoredEvents } from '../localStore.ts'
import type { Providers } from '../providers/ids.ts'

export interface EventRow {
  row: AuditRow
  event: StoredEvent
}

/** What goes into a file is read this many at a time: a log of millions is never in memory. */
const pageSize = 500

/** Without objects that are thrown away: an export comes by here a million times. */
export function toRow(providers: Providers, providerId: string, event: StoredEvent, mark: EventMark): AuditRow {
  const { seq, actor, action, outcome, machineId, machineName, site, grantId, port } = event
  const row: AuditRow = {
    id: `${providerId}:${seq}`,
    seq,
    at: new Date(event.at).toISOString(),
    actor,
    action,
    outcome,
    detail: toDetail(event.detail),
    gateway: { id: providerId, name: providers.all.find(({ id }) => id === providerId)?.name ?? providerId },
    mark,
  }
  // A log may have an id that is none of ours: the event is shown, and leads nowhere.
  if (machineId !== undefined && isOurs(machineId)) row.machineId = `${providerId}:${machineId}`
  if (machineName !== undefined) row.machineName = machineName
  if (site !== undefined) row.site = site
  if (grantId !== undefined) row.grantId = `${providerId}:${grantId}`
  if (port !== undefined) row.port = port
  return row
}

const isOurs = (machineId: string) => /^[A-Za-z0-9_.-]{1,128}$/.test(machineId)

function toDetail(text: string): AuditRow['detail'] {
  const parsed: unknown = JSON.parse(text)
  return isDetail(parsed) ? parsed : {}
}

function isDetail(value: unknown): value is AuditRow['detail'] {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((part) => /^(?:string|number|boolean)$/.test(typeof part))
  )
}

/** All that fits, newest first, a page when the one before is written. */
export async function* pagesOf(providers: Providers, events: StoredEvents, filter: AuditFilter): AsyncGenerator<EventRow[]> {
  for (let before: string | undefined, more = true; more;) {
    const page = await events.page(filter, { limit: pageSize, ...(before !== undefined && { before }) })
    yield page.events.map(({ providerId, event, mark }) => ({ row: toRow(providers, providerId, event, mark), event }))
    before = page.next
    more = before !== undefined
  }
}
