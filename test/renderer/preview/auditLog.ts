/** A log for the preview: stories of accesses over a month, with what goes wrong now and then. Always the same one but for its end, which is now. */
import type { AuditFilter, AuditRow, MachineRow } from '../../../preload/contract.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const people = ['anna.schmidt', 'b.larsen', 'j.okafor', 'm.rossi', 'svc-deploy']
const reasons = [
  'Ticket 4711: the disk of the file server is full',
  'Ticket 4802: printer queue',
  'Monthly updates',
  'Änderung 88 für Müller',
]

/** The same numbers each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Told = [atMs: number, action: string, outcome: AuditRow['outcome'], detail: AuditRow['detail'], actor?: string]

/** What happens in one access, from its request to its end. */
function storyOf(at: number, approver: string | undefined, random: () => number): Told[] {
  const reason = reasons[Math.floor(random() * reasons.length)] ?? ''
  const asked: Told = [at, 'grant.requested', 'ok', { ports: '22', duration: 'PT3H', source: '10.4.0.17', reason }]
  const chance = random()
  if (chance < 0.05) return [asked, [at + 40, 'grant.refused', 'refused', { code: 'durationNotAllowed' }]]
  const decided = at + (approver ? 90_000 + random() * 300_000 : 60)
  if (approver && chance < 0.1) return [asked, [decided, 'grant.denied', 'refused', { reason: 'Not during the audit' }, approver]]
  const told: Told[] = [asked, [decided, 'grant.approved', 'ok', { rule: approver ? 'oneApprover' : 'automatic' }, approver ?? 'gateway']]
  if (chance < 0.12) return [...told, [decided + 900, 'gate.failed', 'failed', { cause: 'timeout' }, 'gateway']]
  const open = decided + 800
  const end = open + 20 * minuteMs + random() * 150 * minuteMs
  told.push(
    [open, 'gate.opened', 'ok', { address: '127.0.0.1', connectPort: 45_123 }, 'gateway'],
    [open + 20, 'grant.opened', 'ok', { endsAt: new Date(open + 3 * hourMs).toISOString() }, 'gateway'],
  )
  if (random() < 0.3)
    told.push([
      open + 4000,
      'hostKey.pinned',
      'ok',
      { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg' },
    ])
  if (random() < 0.15) told.push([open + 5000, 'connect.failed', 'failed', { way: 'ssh', where: 'tab', failure: 'unreachable' }])
  told.push([open + 9000, 'session.started', 'ok', { session: 's1', way: 'ssh', where: 'tab', user: 'anna' }])
  if (random() < 0.25) told.push([open + 15 * minuteMs, 'grant.extended', 'ok', { endsAt: new Date(open + 4 * hourMs).toISOString() }])
  told.push(
    [
      end - 30_000,
      'session.ended',
      'ok',
      { end: random() < 0.5 ? 'closed' : 'grantEnded', durationMs: Math.round(end - open), fromMachine: 120_391 },
    ],
    random() < 0.6 ? [end, 'grant.expired', 'ok', { reason: 'expired' }, 'gateway'] : [end, 'grant.released', 'ok', {}],
    [end + 60, 'gate.closed', 'ok', {}, 'gateway'],
  )
  return told
}

export interface PreviewLog {
  /** Newest first. */
  rows: AuditRow[]
  fits(filter: AuditFilter): AuditRow[]
}

/** `gateways`: whose log it is, one after the other. */
export function previewLog(
  machines: readonly MachineRow[],
  gateways: readonly { id: string; name: string }[],
  accesses: number,
): PreviewLog {
  const random = randomFrom(7)
  const now = Date.now()
  const told: { at: number; row: Omit<AuditRow, 'seq' | 'id' | 'mark'> }[] = []
  for (let index = 0; index < accesses && machines.length > 0; index++) {
    const day = Math.floor(random() ** 1.3 * 30)
    const midnight = new Date(now - day * dayMs).setHours(0, 0, 0, 0)
    // Technicians work by day, and little on Sundays.
    const hour = 8 + random() * 5 + random() * 5
    const at = midnight + hour * hourMs
    if ((new Date(at).getDay() === 0 && random() < 0.8) || at > now - 4 * hourMs) continue
    const machine = machines[Math.floor(random() ** 2 * machines.length)]
    const person = people[Math.floor(random() ** 1.6 * people.length)] ?? 'anna.schmidt'
    const gateway = gateways[index % gateways.length] ?? { id: 'desk', name: 'This desk' }
    const approver = index % 3 === 0 ? people[(people.indexOf(person) + 1) % people.length] : undefined
    for (const [eventAt, action, outcome, detail, actor] of storyOf(at, approver, random))
      told.push({
        at: eventAt,
        row: {
          at: new Date(eventAt).toISOString(),
          actor: actor ?? person,
          action,
          outcome,
          detail,
          gateway,
          ...(machine ? { machineId: machine.id, machineName: machine.name, site: machine.site, port: machine.ports[0] ?? 22 } : {}),
          grantId: `${gateway.id}:g${index}`,
        },
      })
  }
  told.sort((one, other) => one.at - other.at)
  const rows = told
    .map(({ row }, index): AuditRow => ({ ...row, seq: index + 1, id: `${row.gateway.id}:${index + 1}`, mark: 'verified' }))
    .toReversed()
  return { rows, fits: (filter) => rows.filter((row) => fits(row, filter)) }
}

const among = <Value>(values: readonly Value[] | undefined, value: Value | undefined) =>
  values === undefined || (value !== undefined && values.includes(value))

function fits(row: AuditRow, filter: AuditFilter): boolean {
  const words = (filter.text ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const texts = [row.action, row.actor, row.machineName, row.site, row.port, ...Object.values(row.detail)]
  const own: string[] =
    words.length > 0
      ? (texts
          .join(' ')
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu) ?? [])
      : []
  return (
    among(filter.gatewayIds, row.gateway.id) &&
    among(filter.topics, row.action.split('.')[0]) &&
    among(filter.actions, row.action) &&
    among(filter.actors, row.actor) &&
    among(filter.sites, row.site) &&
    among(filter.ports, row.port) &&
    among(filter.outcomes, row.outcome) &&
    among(filter.marks, row.mark) &&
    (filter.machineId === undefined || filter.machineId === row.machineId) &&
    (filter.grantId === undefined || filter.grantId === row.grantId) &&
    (filter.from === undefined || row.at >= filter.from) &&
    (filter.to === undefined || row.at <= filter.to) &&
    words.every((word) => own.some((one) => one.startsWith(word)))
  )
}
