/** The preview's answers for sessions, grants and audit. */
import type { AuditRow, Grant, MachineRow, PipeFrame, Session, WatchedLog } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { attemptIn } from './attemptScenes.ts'
import type { Look } from './scenes.ts'
import { requestsOf } from './teamScenes.ts'

const minuteMs = 60_000
const now = Date.now()
const at = (ms: number) => new Date(now + ms).toISOString()

const events: [string, AuditRow['outcome'], AuditRow['detail']][] = [
  ['session.started', 'ok', { session: 's1', way: 'ssh', where: 'tab', user: 'anna' }],
  ['hostKey.pinned', 'ok', { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg' }],
  ['grant.opened', 'ok', { endsAt: at(3 * 60 * minuteMs) }],
  ['gate.opened', 'ok', { address: '127.0.0.1', connectPort: 45123 }],
  ['grant.approved', 'ok', { rule: 'automatic' }],
  ['grant.requested', 'ok', { ports: '22', duration: 'PT3H', source: '127.0.0.1', reason: 'Ticket 4711: full disk' }],
  ['connect.failed', 'failed', { way: 'ssh', where: 'tab', failure: 'unreachable' }],
  ['hostKey.changed', 'refused', { expected: 'SHA256:abc', fingerprint: 'SHA256:0vQvT6m5mZy2o8cM2tWq3m0xGZ8Zl9oWkq3kN5bYx1E' }],
  ['session.ended', 'ok', { end: 'grantEnded', durationMs: 5_400_000, fromMachine: 120_391 }],
  ['gate.closed', 'ok', {}],
  ['grant.expired', 'ok', { reason: 'expired' }],
  ['grant.refused', 'refused', { code: 'durationNotAllowed', reason: 'APPROVED ✔ <b>now</b>' }],
  ['policy.changed', 'ok', { rules: '[{"port":22,"maxDuration":"PT1H"}]' }],
  ['machine.added', 'ok', {}],
  ['audit.exported', 'ok', { rows: 2311 }],
  ['gateway.started', 'ok', { clean: true }],
  ['moon.landed', 'ok', { craft: 'unknown to this window' }],
]

function auditRow(machine: MachineRow, index: number): AuditRow {
  const [action, outcome, detail] = events[index % events.length] ?? ['grant.opened', 'ok', {}]
  const own = /^(?:gateway|audit)/.test(action)
  return {
    seq: 5000 - index,
    at: at(-index * 17 * minuteMs),
    actor: own || action.startsWith('gate.') ? 'gateway' : 'anna',
    action,
    outcome,
    detail,
    ...(own ? {} : { machineId: machine.id, machineName: machine.name, site: machine.site, grantId: 'g1' }),
    ...(/^(?:gate|session)\./.test(action) ? { port: machine.ports[0] ?? 22 } : {}),
  }
}

function grant(machine: MachineRow, id: string, more: Partial<Grant>): Grant {
  return {
    grantId: id,
    machineId: machine.id,
    machineName: machine.name,
    requestedBy: 'anna',
    state: 'open',
    ports: [22],
    source: '127.0.0.1',
    reason: '',
    requestedAt: at(-30 * minuteMs),
    openedAt: at(-30 * minuteMs),
    endpoints: [],
    ...more,
  }
}

function grantsOf(rows: readonly MachineRow[]): Grant[] {
  const [one, two, three, four, five] = rows
  if (!one || !two || !three || !four || !five) return []
  const lasting = (ms: number, roomMs: number) => ({ endsAt: at(ms), remainingMs: ms, extendableUntil: at(ms + roomMs) })
  return [
    grant(one, 'g1', {
      ...lasting(161 * minuteMs, 19 * minuteMs),
      reason: 'Ticket 4711: the disk of the file server is full',
      connections: 2,
      bytes: { up: 48_211, down: 3_120_391 },
    }),
    grant(two, 'g2', { ...lasting(4.2 * minuteMs, 120 * minuteMs), ports: [3389, 5986], connections: 0 }),
    grant(three, 'g3', { state: 'opening', openedAt: at(0) }),
    grant(four, 'g4', { state: 'closed', closeReason: 'expired', closedAt: at(-4 * minuteMs) }),
    grant(five, 'g5', { state: 'closed', closeReason: 'lastSessionEnded', closedAt: at(-9 * minuteMs) }),
    grant(one, 'g6', { state: 'closed', closeReason: 'released', closedAt: at(-11 * minuteMs), ports: [22, 8443] }),
  ]
}

function sessionsOf(rows: readonly MachineRow[]): Session[] {
  const [one, two, three] = rows
  if (!one || !two || !three) return []
  const session = (machine: MachineRow, id: string, more: Partial<Session>): Session => ({
    sessionId: id,
    machineId: machine.id,
    machineName: machine.name,
    grantId: 'g1',
    way: 'ssh',
    where: 'tab',
    user: 'anna',
    startedAt: at(-22 * minuteMs),
    ...more,
  })
  return [
    session(one, 's1', {}),
    session(two, 's2', { way: 'rdp', where: 'system', client: 'FreeRDP 2.11.7', grantId: 'g2' }),
    session(one, 's3', { way: 'forward', where: 'system', localEndpoint: '127.0.0.1:45123', grantId: 'g2', port: 5986 }),
    session(three, 's4', { endedAt: at(-2 * minuteMs), end: 'grantEnded', grantId: 'g4' }),
  ]
}

/** `name` is the scene, `rows` are its machines. */
export function sessionHandlers(name: string, rows: readonly MachineRow[], look: Look): Handlers {
  const isQuiet = name === 'empty' || name === 'first'
  const asked = new Map<string, MachineRow>()
  const [anyMachine] = rows
  const never = new Promise<never>(() => {})
  const failed = { failure: { tag: 'offline', provider: 'desk' } } as const
  return {
    'sessions.list': () => ({ sessions: isQuiet || name.startsWith('attempt') ? [] : sessionsOf(rows), attempts: [] }),
    'sessions.connect': ({ attemptId, machineId }) => {
      const machine = rows.find((row) => row.id === machineId)
      if (!machine) return { failure: { tag: 'notFound', what: 'machine' } }
      asked.set(attemptId, machine)
      look.ring('sessions')
      return {}
    },
    'sessions.attempt': ({ attemptId }) => {
      const machine = asked.get(attemptId)
      return machine ? attemptIn(name.split(':')[1] ?? '', attemptId, machine) : { failure: { tag: 'notFound', what: 'attempt' } }
    },
    'sessions.cancel': () => ({}),
    'sessions.answer': () => ({}),
    'sessions.resize': () => ({}),
    'sessions.close': () => ({}),
    'sessions.clients': () => ({
      clients: [
        { id: 'freerdp2', name: 'FreeRDP', way: 'rdp', version: '2.11.7' },
        { id: 'remmina', name: 'Remmina', way: 'rdp', version: '1.4.39' },
        { id: 'xterm', name: 'xterm', way: 'ssh' },
      ],
    }),
    'grants.list': () =>
      name === 'loading'
        ? never
        : name === 'failed'
          ? failed
          : { grants: isQuiet ? [] : [...(name === 'team' ? requestsOf(rows) : []), ...grantsOf(rows)] },
    'grants.release': ({ grantId }) => grantsOf(rows).find((one) => one.grantId === grantId) ?? failed,
    'grants.extend': ({ grantId }) => grantsOf(rows).find((one) => one.grantId === grantId) ?? failed,
    'grants.options': ({ machineIds }) => ({
      machines: [...machineIds, 'desk:m3', 'desk:m4'].slice(0, 4).map((machineId, index) => ({
        machineId,
        name: rows.find((row) => row.id === machineId)?.name ?? machineId,
        ports:
          index > 1
            ? []
            : [
                { port: 22, maxDurationMs: 180 * minuteMs, sources: [], protocol: 'tcp' },
                { port: 5986, maxDurationMs: 90 * minuteMs, sources: ['10.0.0.0/8'], protocol: 'tcp' },
              ],
        ...(index > 1 ? { unavailable: index === 2 ? ('jitOff' as const) : ('unsupported' as const) } : {}),
      })),
      myAddress: '127.0.0.1',
      servesOtherSources: name === 'team',
    }),
    'grants.request': ({ machines }) => ({
      results: machines.map(({ machineId }, index) => ({
        machineId,
        result:
          index === 1 || !anyMachine
            ? { ok: false, failure: { tag: 'gateFailed', detail: '' } }
            : { ok: true, grant: grant(anyMachine, 'g9', { endsAt: at(60 * minuteMs), remainingMs: 60 * minuteMs }) },
      })),
    }),
    'audit.list': ({ filter, limit, before }) => {
      if (name === 'loading') return never
      if (name === 'failed') return failed
      const all =
        isQuiet || !anyMachine ? [] : Array.from({ length: 230 }, (_, index) => auditRow(rows[index % rows.length] ?? anyMachine, index))
      const fits = all.filter(
        (row) =>
          (before === undefined || row.seq < before) &&
          (!filter.machineId || row.machineId === filter.machineId) &&
          (!filter.text || JSON.stringify(row).includes(filter.text)) &&
          (!filter.outcomes || filter.outcomes.includes(row.outcome)) &&
          (!filter.topics || filter.topics.includes(row.action.split('.')[0] ?? '')),
      )
      const page = fits.slice(0, limit)
      const last = page.at(-1)
      return { rows: page, ...(fits.length > limit && last ? { next: last.seq } : {}) }
    },
    'audit.logs': () => ({ logs: logsOf(name) }),
    'audit.checkLogs': () => ({ logs: logsOf(name) }),
    'audit.acceptLog': () => ({}),
    'audit.exportCsv': () => ({ path: '/home/anna/Downloads/gatehouse-activity-2026-11-22.csv', rows: 230 }),
  }
}

const root = 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg='

/** A team's console has an alarm; where nothing can be asked, nothing is verified. */
function logsOf(name: string): WatchedLog[] {
  const desk = { gatewayId: 'desk', gatewayName: 'This desk' }
  if (name !== 'team') {
    return name === 'full'
      ? [{ ...desk, state: 'verified', size: 2311, root, at: at(-minuteMs) }]
      : [{ ...desk, state: 'unverified', why: 'unsigned' }]
  }
  return [
    { ...desk, state: 'verified', size: 2311, root, at: at(-minuteMs) },
    {
      gatewayId: 'contoso',
      gatewayName: 'Contoso',
      state: 'changed',
      how: 'shorter',
      at: at(-12 * minuteMs),
      kept: { size: 48_112, root, at: at(-14 * minuteMs) },
      shown: { size: 47_390, root: 'Yk5oF0hJr2m8vQxv1dPZ0a3mX5m4nJq7t2yWcQe9R1U=' },
    },
    {
      gatewayId: 'fabrikam',
      gatewayName: 'Fabrikam',
      state: 'unverified',
      why: 'unreachable',
      last: { size: 912, root, at: at(-90 * minuteMs) },
    },
  ]
}

const screenText = [
  '\u001b]0;title that must not be seen\u0007\u001b]52;c;c3RvbGVu\u0007',
  'Linux files-ber-002 6.12.0 #1 SMP x86_64\r\n\r\n',
  'Last login: Sun Nov 22 08:12:55 2026 from 127.0.0.1\r\n',
  '\u001b[1;32manna@files-ber-002\u001b[0m:\u001b[1;34m~\u001b[0m$ df -h /srv\r\n',
  'Filesystem      Size  Used Avail Use% Mounted on\r\n/dev/sdb1       1.8T  1.8T   12M \u001b[31m100%\u001b[0m /srv\r\n',
  '\u001b[1;32manna@files-ber-002\u001b[0m:\u001b[1;34m~\u001b[0m$ ls --color\r\n',
  '\u001b[1;34mbackups\u001b[0m  \u001b[1;36mcurrent\u001b[0m  \u001b[32mcheck.sh\u001b[0m  report.csv  https://intranet.example/wiki\r\n',
  '\u001b]8;;https://evil.example/\u001b\\https://intranet.example/safe\u001b]8;;\u001b\\\r\n',
  '\u001b[1;32manna@files-ber-002\u001b[0m:\u001b[1;34m~\u001b[0m$ ',
].join('')

/** Main's end of a pipe: greets once, and echoes what is typed. */
export function playTerminal(frame: PipeFrame, deliver: (frame: PipeFrame) => void): void {
  if (frame.kind === 'taken' && frame.count === 0) {
    deliver({ kind: 'data', pipe: frame.pipe, bytes: new TextEncoder().encode(screenText) })
  }
  if (frame.kind === 'data') {
    deliver({ kind: 'taken', pipe: frame.pipe, count: frame.bytes.byteLength })
    deliver({ kind: 'data', pipe: frame.pipe, bytes: frame.bytes })
  }
}
