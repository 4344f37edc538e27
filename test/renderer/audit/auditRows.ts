/** Events for the tests of the activity. */
import type { AuditRow } from '../../../preload/contract.ts'

const newestMs = Date.parse('2026-11-22T12:00:00')

/** Event number `seq` of a log; each is an hour older than the one after it, unless told. */
export function eventRow(seq: number, more: Partial<AuditRow> = {}): AuditRow {
  return {
    id: `desk:${seq}`,
    seq,
    at: new Date(newestMs - (1000 - seq) * 3_600_000).toISOString(),
    actor: 'anna',
    action: 'grant.opened',
    outcome: 'ok',
    detail: {},
    gateway: { id: 'desk', name: 'This desk' },
    mark: 'verified',
    ...more,
  }
}
