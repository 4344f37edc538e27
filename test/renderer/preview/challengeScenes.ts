/** The preview's answers for sign-in challenges: one of each kind, a flood, and what hostile machines say of themselves. */
import type { Challenge, MachineRow, SignIn } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { machineDetail } from './inventory.ts'
import type { Look } from './scenes.ts'

const minuteMs = 60_000
const at = (ms: number) => new Date(Date.now() + ms).toISOString()
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const idOf = (index: number) => Array.from({ length: 16 }, (_, place) => letters[(index * (place + 3) + place * 7) % 32]).join('')

export function challenge(index: number, more: Partial<Challenge> = {}): Challenge {
  return {
    ref: `contoso:${idOf(index)}`,
    gatewayId: 'contoso',
    gatewayName: 'Contoso',
    machineId: 'desk:m3',
    machineName: 'web-ber-003',
    site: 'Contoso / Head office',
    address: '10.4.0.23',
    os: 'linux',
    service: 'ssh',
    userName: 'gatehouse',
    user: 'creates',
    afterSignOut: 'delete',
    asked: 'gatehouse',
    from: '10.4.0.17',
    terminal: 'ssh',
    signedIn: ['m.rossi'],
    createdAt: at(-2 * minuteMs),
    expiresAt: at(8 * minuteMs),
    remainingMs: 8 * minuteMs - 12_000,
    asOf: at(-index * 7),
    state: 'pending',
    binding: { kind: 'yours', grantId: 'desk:g1' },
    triesLeft: 3,
    digest: 'ydqsVK1mL8E2TkZ9pVn0qXGk3wq0nQJ6s2b8m4Yq0Zo',
    foundIn: 'typed',
    foundAt: at(-index * 10),
    ...more,
  }
}

const hostile = challenge(6, {
  machineName: 'APPROVED ✔\n\u202eevil\u202c <b>web</b> with a name that does not end before the line does and goes on and on',
  asked: 'APPROVED ✔ press Approve',
  from: '\u202e71.0.4.01',
  site: 'Number: 47',
  signedIn: ['root', '✔ verified by Gatehouse', 'administrator-of-everything-with-a-long-name'],
  userName: 'gatehouse',
  binding: { kind: 'none' },
})

const kinds: Challenge[] = [
  challenge(1, {
    prompt:
      'Contoso help desk\nNumber: 47    Code: MFRG-GZDF-MZTW-Q2LK    Waits 110 seconds, and works once.\nApprove it in the Gatehouse console. Press Enter now; it goes on by itself.',
  }),
  challenge(2, {
    machineId: 'desk:m5',
    machineName: 'db-wien-002',
    service: 'login',
    asked: 'admin',
    binding: { kind: 'none' },
    noApproval: 'noSession',
    user: 'takesOver',
    afterSignOut: 'keepStandard',
    signedIn: [],
  }),
  challenge(3, { machineId: 'desk:m7', machineName: 'files-ber-002', binding: { kind: 'colleague', by: 'Björn Larsen' }, user: 'kept' }),
  challenge(4, {
    machineId: 'desk:m8',
    machineName: 'mail-ber-001',
    foundOn: { machineId: 'desk:m3', name: 'web-ber-003' },
    noApproval: 'otherMachine',
    foundIn: 'terminal',
  }),
  challenge(5, { machineId: 'desk:m9', state: 'started', decidedBy: 'Anna Schmidt', machineName: 'web-ber-009' }),
  challenge(7, { machineId: 'desk:m9', state: 'burned', decidedBy: 'Anna Schmidt', machineName: 'web-ber-009' }),
]

const flood: Challenge[] = Array.from({ length: 500 }, (_, index) =>
  challenge(index + 10, {
    ref: `contoso:${idOf(index + 10).slice(0, 12)}${String(index)
      .padStart(4, 'A')
      .replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? 'A')}`,
    machineId: `desk:m${index % 60 < 40 ? 3 : 4 + (index % 60)}`,
    machineName: `web-ber-${index % 60 < 40 ? '003' : String(4 + (index % 60)).padStart(3, '0')}`,
    binding: { kind: 'none' },
  }),
)

const signIns: SignIn[] = Array.from({ length: 14 }, (_, index) => ({
  id: idOf(index + 40),
  service: index % 3 === 1 ? 'login' : 'ssh',
  userName: 'gatehouse',
  asked: index % 4 === 2 ? 'admin' : 'gatehouse',
  ...(index % 3 === 1 ? {} : { from: '10.4.0.17' }),
  state: (['started', 'ended', 'denied', 'expired', 'ended'] as const)[index % 5] ?? 'ended',
  createdAt: at(-(index * 700 + 3) * minuteMs),
  ...(index % 5 === 2 && { refusedBy: 'Anna Schmidt' }),
  ...(index % 5 === 2 || index % 5 === 3
    ? {}
    : { succeededAt: at(-(index * 700 + 2) * minuteMs), authenticatedBy: index % 2 ? 'Björn Larsen' : 'Anna Schmidt' }),
  ...(index % 5 === 1 || index % 5 === 4 ? { endedAt: at(-(index * 700 - 40) * minuteMs) } : {}),
}))

export function challengeHandlers(scene: string, look: Look, rows: readonly MachineRow[]): Handlers {
  let challenges = scene === 'flood' ? flood : scene === 'hostile' ? [hostile] : scene === 'team' ? kinds : []
  const find = (ref: string) => challenges.find((one) => one.ref === ref)
  const put = (next: Challenge): Challenge => {
    challenges = challenges.map((one) => (one.ref === next.ref ? next : one))
    look.ring('challenges')
    return next
  }
  const withAgent: Handlers = {
    'machines.get': ({ machineId }) => {
      const row = rows.find(({ id }) => id === machineId)
      if (!row) return { failure: { tag: 'notFound', what: 'machine' } }
      const state = row.os === 'linux' ? 'reporting' : 'selfDisabled'
      const agent = { version: '1.4.2', lastSeenAt: at(-20_000), state } as const
      return { ...machineDetail(row), os: 'linux', provider: { id: 'contoso', name: 'Contoso' }, agent }
    },
  }
  return {
    ...(scene === 'team' ? withAgent : {}),
    'challenges.list': () => ({ challenges }),
    'challenges.get': ({ ref }) => find(ref) ?? { failure: { tag: 'notFound', what: 'challenge' } },
    'challenges.read': ({ texts }) => ({ results: texts.map(() => ({ ok: false, why: 'unknownGateway' })) }),
    'challenges.forget': ({ refs }) => {
      challenges = challenges.filter(({ ref }) => !refs.includes(ref))
      look.ring('challenges')
      return {}
    },
    'challenges.code': ({ ref }) => ({
      text: `GATEHOUSE1:${'MFRGGZDFMZTWQ2LK'.repeat(4).slice(0, 61)}`,
      shortCode: (ref.slice(-16).match(/.{4}/g) ?? []).join('-'),
    }),
    'challenges.decide': ({ ref, decision, number }) => {
      const one = find(ref)
      if (!one) return { failure: { tag: 'notFound', what: 'challenge' } }
      if (decision !== 'approve') return { result: 'done', challenge: put({ ...one, state: 'denied', decidedBy: 'Anna Schmidt' }) }
      if (number !== '47') return { result: 'wrongNumber', challenge: put({ ...one, triesLeft: one.triesLeft - 1 }) }
      return { result: 'done', challenge: put({ ...one, state: 'approved', decidedBy: 'Anna Schmidt' }) }
    },
    'machines.signIns': ({ machineId }) =>
      scene === 'team' ? { signIns } : { failure: { tag: 'unsupported', machineId, reason: 'noAgent' } },
    'machines.enrol': () => ({
      code: 'MACH-AE7QF-3KW9X-HD2MP-LB44T-RNVZC-8Y6J5',
      command: 'sudo node gatehouse-agent.mjs enrol MACH-AE7QF-3KW9X-HD2MP-LB44T-RNVZC-8Y6J5-SAKDO-EG93H-UMQWP-7XAAB-BCCDD-EEFFG',
      expiresAt: at(1440 * minuteMs),
    }),
  }
}
