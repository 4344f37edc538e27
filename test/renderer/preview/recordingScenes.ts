/** The preview's answers for recordings: a session that looks for a full disk, with a gap, a program that fills the screen, and hostile output. */
import type { CastEvent, MachineRow, Recording, SearchHit, SessionRecording } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'

const minuteMs = 60_000
const now = Date.now()
const at = (ms: number) => new Date(now + ms).toISOString()
const uuid = (index: number) => `0b5f7c1e-8f6e-4e0a-9d6b-${String(index).padStart(12, '0')}`

const prompt = '\u001b[1;32manna@files-ber-002\u001b[0m:\u001b[1;34m~\u001b[0m$ '

function castEvents(): CastEvent[] {
  const events: CastEvent[] = []
  let atMs = 0
  const say = (data: string, afterMs: number) => {
    atMs += afterMs
    events.push({ atMs, kind: 'o', data })
  }
  const type = (text: string) => {
    for (const letter of text) say(letter, 70 + ((letter.codePointAt(0) ?? 0) % 5) * 20)
    say('\r\n', 200)
  }
  say(`Linux files-ber-002 6.1.0 x86_64\r\nLast login: Sat Nov 22 08:12:55 2026 from 127.0.0.1\r\n${prompt}`, 0)
  type('df -h /srv')
  say(`Filesystem      Size  Used Avail Use% Mounted on\r\n/dev/sdb1       1.8T  1.8T   12M \u001b[31m100%\u001b[0m /srv\r\n${prompt}`, 300)
  type('sudo journalctl -u backup | tail -40')
  for (let line = 0; line < 40; line += 1) {
    const said = line % 7 === 3 ? '\u001b[31merror\u001b[0m: no space left on device' : `copied chunk ${line * 31} of 4000`
    say(`Nov 22 02:${String(10 + line).padStart(2, '0')}:04 files-ber-002 backup[${2200 + line}]: ${said}\r\n`, 60)
  }
  say(prompt, 40)
  events.push({ atMs: (atMs += 20_000), kind: 'm', data: 'paused' })
  events.push({ atMs: (atMs += 95_000), kind: 'm', data: 'resumed' })
  say(`\u001b]0;owned\u0007\u001b]52;c;cm0gLXJmIC8=\u0007\r\u001b[K${prompt}`, 50)
  type('rm /srv/backups/2019-*.tar')
  for (let line = 0; line < 12; line += 1) say(`removed '/srv/backups/2019-${String(line + 1).padStart(2, '0')}.tar'\r\n`, 420)
  say(prompt, 200)
  type('df -h /srv')
  say(`Filesystem      Size  Used Avail Use% Mounted on\r\n/dev/sdb1       1.8T  1.1T  700G  \u001b[32m62%\u001b[0m /srv\r\n${prompt}`, 300)
  say('exit\r\n', 9000)
  return events
}

const events = castEvents()
const durationMs = events.at(-1)?.atMs ?? 0

function recordingsOf(rows: readonly MachineRow[]): Recording[] {
  return rows.slice(0, 9).map((row, index) => ({
    recordingId: uuid(index),
    machineId: row.id,
    machineName: row.name,
    user: index % 3 === 2 ? 'root' : 'anna',
    grantId: 'g1',
    sessionId: `s${index}`,
    startedAt: at(-index * index * 190 * minuteMs - 22 * minuteMs),
    bytes: 8_000 + index * index * 91_000,
    ...(index === 0
      ? { state: 'recording' }
      : index === 4
        ? { state: 'cut' }
        : { state: 'whole', durationMs: durationMs * (1 + index * 3) }),
  }))
}

function sessionRecordings(name: string): SessionRecording[] {
  const recording = { sessionId: 's1', recordingId: uuid(0), startedAt: at(-4 * minuteMs) }
  switch (name.split(':')[1] ?? '') {
    case 'asked':
      return [{ state: 'asked', sessionId: 's1' }]
    case 'paused':
      return [{ state: 'paused', ...recording }]
    case 'off':
      return [{ state: 'off', sessionId: 's1' }]
    case 'full':
      return [{ state: 'ended', sessionId: 's1', recordingId: uuid(0), end: 'full' }]
    case 'keychain':
      return [{ state: 'ended', sessionId: 's1', end: 'keychain' }]
    default:
      return [
        { state: 'recording', ...recording },
        { state: 'ended', sessionId: 's4', recordingId: uuid(1), end: 'sessionEnded' },
      ]
  }
}

function activity(): number[] {
  const parts = Array.from({ length: 200 }, () => 0)
  for (const { atMs, kind, data } of events) {
    const part = Math.min(199, Math.floor((200 * atMs) / durationMs))
    if (kind === 'o') parts[part] = (parts[part] ?? 0) + data.length
  }
  return parts
}

function hits(text: string): SearchHit[] {
  return events.flatMap(({ atMs, kind, data }) => {
    // oxlint-disable-next-line no-control-regex -- a preview's own text
    const line = data.replaceAll(/\u001b\[[\d;]*[A-Za-z]|[\r\n]/g, '')
    const from = kind === 'o' ? line.toLowerCase().indexOf(text.toLowerCase()) : -1
    return from < 0 ? [] : [{ atMs, line, from, to: from + text.length }]
  })
}

/** `name` is the scene: "recordings", "recordings:asked", "recordings:damaged" and so on; others have none. */
export function recordingHandlers(name: string, rows: readonly MachineRow[]): Handlers {
  const [scene, part] = name.split(':')
  const isFull = scene === 'recordings' && part !== 'empty'
  const all = isFull ? recordingsOf(rows) : []
  const locked = { failure: { tag: 'keychain', state: 'locked' } } as const
  return {
    'recordings.usage': () => ({ count: all.length, bytes: 412_000_000 }),
    'recordings.list': ({ machineId, search = '', limit }) => {
      if (part === 'locked') return locked
      // Every machine has some.
      const own = machineId === undefined ? all : all.slice(1, 8)
      const found = own.filter(({ machineName }) => machineName.includes(search))
      return {
        recordings: found.slice(0, limit),
        total: found.length,
        unreadable:
          isFull && machineId === undefined
            ? [
                { recordingId: uuid(90), at: at(-9e9), bytes: 80_000, why: 'otherKey' },
                { recordingId: uuid(91), at: at(-9e8), bytes: 1200, why: 'damaged' },
              ]
            : [],
      }
    },
    'recordings.sessions': () => ({ sessions: scene === 'recordings' ? sessionRecordings(name) : [] }),
    'recordings.start': () => ({}),
    'recordings.decline': () => ({}),
    'recordings.pause': () => ({}),
    'recordings.resume': () => ({}),
    'recordings.stop': () => ({}),
    'recordings.open': ({ recordingId }) => {
      const recording = all.find((one) => one.recordingId === recordingId)
      if (!recording || part === 'gone') return { failure: { tag: 'notFound', what: 'recording' } }
      return {
        recording,
        cols: 100,
        rows: 30,
        durationMs,
        activity: activity(),
        markers: events.filter(({ kind }) => kind === 'm').map(({ atMs, data }) => ({ atMs, label: data })),
        ...(part === 'damaged' ? { fault: 'damaged' } : recording.state === 'cut' ? { fault: 'cut' } : {}),
      }
    },
    'recordings.read': ({ from }) => {
      const start = Number(from ?? 0)
      return { events: events.slice(start, start + 60), ...(start + 60 < events.length ? { next: String(start + 60) } : {}) }
    },
    'recordings.search': ({ text }) => ({ hits: hits(text), isAtLeast: false }),
    'recordings.delete': () => ({}),
    'recordings.export': () => ({ path: '/home/anna/Downloads/gatehouse-20261128-1536.cast' }),
  }
}
