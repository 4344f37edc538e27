/** A log as a help desk's could be, of any length, the same at each run: for tests and benches of the local store. */
import type { StoredEvent } from '../../../../main/localStore.ts'

const actions = [
  ['grant.requested', 18],
  ['grant.opened', 18],
  ['gate.opened', 14],
  ['session.started', 14],
  ['session.ended', 14],
  ['grant.closed', 12],
  ['gate.failed', 2],
  ['hostKey.pinned', 2],
  ['policy.changed', 2],
  ['machine.changed', 3],
  ['grant.refused', 1],
] as const
const reasons = [
  'The printer on the second floor does not answer any more, see ticket',
  'Update of the accounting software agreed with the customer',
  'Outlook asks for the password again and again',
  'Quarterly maintenance of the domain controllers',
  'Disk is nearly full, logs have to be moved',
  'VPN drops after ten minutes, certificate renewal',
  'Neue Version der Warenwirtschaft, Rückruf um 14 Uhr',
  '東京支店のプリンタが応答しない',
]
const cities = ['Bern', 'Zürich', 'Basel', 'Genève', 'Lugano', 'Chur', '東京', 'Osaka', 'München', 'Wien']
const ports = [22, 3389, 22, 3389, 22, 443, 5985, 5900]

/** Uniform in 0 ≤ x < 1, from two numbers (splitmix-like): an event does not depend on those before it. */
function chance(seq: number, salt: number): number {
  let x = Math.imul(seq ^ Math.imul(salt, 0x9e_37_79_b1), 0x85_eb_ca_6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2_b2_ae_35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

const totalWeight = actions.reduce((sum, [, weight]) => sum + weight, 0)

function actionOf(part: number): string {
  let left = part * totalWeight
  for (const [action, weight] of actions) {
    if (left < weight) return action
    left -= weight
  }
  return 'grant.requested'
}

export interface Shape {
  machines: number
  technicians: number
  /** Milliseconds since the epoch of the first event, and between two. */
  from: number
  everyMs: number
}

export const helpDesk: Shape = { machines: 20_000, technicians: 2000, from: Date.UTC(2024, 0, 1), everyMs: 18_000 }

export function eventOf(seq: number, { machines, technicians, from, everyMs }: Shape = helpDesk): StoredEvent {
  // Few do most: the square makes low numbers frequent.
  const technician = Math.floor(chance(seq, 1) ** 2 * technicians)
  const machine = Math.floor(chance(seq, 2) ** 2 * machines)
  const action = actionOf(chance(seq, 3))
  const part = chance(seq, 4)
  const outcome = action.endsWith('failed') || part > 0.97 ? 'failed' : action.endsWith('refused') || part > 0.94 ? 'refused' : 'ok'
  const hasMachine = action !== 'policy.changed'
  const reason = reasons[Math.floor(chance(seq, 5) * reasons.length)] ?? ''
  const ticket = `INC${String(Math.floor(chance(seq >> 2, 6) * 3_000_000)).padStart(7, '0')}`
  return {
    seq,
    at: from + seq * everyMs + Math.floor(chance(seq, 7) * 9000),
    actor: technician === 0 ? 'gateway' : `person${technician}@contoso.example`,
    action,
    outcome,
    ...(hasMachine && {
      machineId: `m${machine}`,
      machineName: `${machine % 3 === 0 ? 'srv' : 'pc'}-${cityOf(machine).toLowerCase()}-${machine}`,
      site: `Contoso / ${cityOf(machine)}`,
      grantId: `01J${(seq >> 2).toString(36).padStart(10, '0')}`,
      port: ports[machine % ports.length] ?? 22,
    }),
    detail: JSON.stringify({
      duration: 'PT1H',
      reason: `${reason} ${ticket}`,
      source: `10.${machine % 16}.${Math.floor(chance(seq, 8) * 256)}.${Math.floor(chance(seq, 9) * 256)}`,
    }),
  }
}

const cityOf = (machine: number): string => cities[machine % cities.length] ?? ''

export function eventsOf(first: number, last: number, shape: Shape = helpDesk): StoredEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => eventOf(first + index, shape))
}
