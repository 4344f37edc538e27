/** The preview's answers for sessions and grants. */
import type { Grant, MachineRow, PipeFrame, Session } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'
import { attemptIn } from './attemptScenes.ts'
import type { Look } from './scenes.ts'
import { requestsOf } from './teamScenes.ts'

const minuteMs = 60_000
const now = Date.now()
const at = (ms: number) => new Date(now + ms).toISOString()

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
    grant(five, 'g7', { ...lasting(42 * minuteMs, 60 * minuteMs), connections: 0, releaseWaits: true }),
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
  }
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
