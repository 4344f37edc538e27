/** Recordings at their ports: a folder, a keychain in memory, a clock. Files and encryption are real. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Clock, Secrets } from '../../../main/ports.ts'
import type { ConsoleEvent } from '../../../main/providers/provider.ts'
import { openCastFile } from '../../../main/recordings/castFile.ts'
import type { OpenRecordingFile } from '../../../main/recordings/recordingFile.ts'
import { createRecordings } from '../../../main/recordings/recordings.ts'
import type { WatchedTerminal } from '../../../main/recordings/sessionRecordings.ts'
import type { Replay, SessionRecording, Settings } from '../../../preload/contract.ts'
import { fakeDesktop } from '../../fakes/fakeDesktop.ts'
import { fakeSecrets, type FakeSecrets } from '../../fakes/fakeSecrets.ts'

export interface WorldOptions<Keychain extends Pick<Secrets, 'read' | 'write'> = FakeSecrets> {
  folder?: string
  secrets?: Keychain
  clock?: Clock
  settings?: Partial<Settings['recordings']>
  /** In this thread unless given. */
  openFile?: OpenRecordingFile
}

export const realClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() }

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-recordings-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function recordingWorld(options: WorldOptions<Pick<Secrets, 'read' | 'write'>> = {}) {
  const folder = options.folder ?? newFolder()
  const secrets = options.secrets ?? fakeSecrets()
  const desktop = fakeDesktop()
  const events: ConsoleEvent[] = []
  const warnings: unknown[] = []
  const settings: Settings['recordings'] = { when: 'always', keepDays: 90, keepBytes: 2_000_000_000, ...options.settings }
  let rings = 0
  const recordings = createRecordings({
    folder,
    openFile: options.openFile ?? openCastFile,
    secrets,
    clock: options.clock ?? realClock,
    desktop,
    log: { warn: (...what) => warnings.push(what) },
    settings: () => settings,
    record: (event) => events.push(event),
    changed: () => (rings += 1),
  })
  const { handlers } = recordings
  const redrawn: string[] = []

  function open(terminal: Partial<WatchedTerminal> = {}) {
    const sessionId = terminal.sessionId ?? randomUUID()
    const watch = recordings.watch({
      machineId: 'desk:m1',
      machineName: 'web-1',
      user: 'alice',
      grantId: 'desk:g1',
      port: 22,
      cols: 80,
      rows: 24,
      redraw: () => redrawn.push(sessionId),
      ...terminal,
      sessionId,
    })
    return { sessionId, say: (text: string) => watch.output(Buffer.from(text)), ...watch }
  }

  async function view(sessionId: string): Promise<SessionRecording | undefined> {
    const { sessions } = await handlers['recordings.sessions']({})
    return sessions.find((one) => one.sessionId === sessionId)
  }

  async function list() {
    return handlers['recordings.list']({ offset: 0, limit: 200 })
  }

  return {
    folder: join(folder, 'recordings'),
    dataFolder: folder,
    secrets,
    desktop,
    events,
    warnings,
    settings,
    redrawn,
    recordings,
    handlers,
    open,
    view,
    list,
    rings: () => rings,
    files: () => readdirSync(join(folder, 'recordings')).map((name) => join(folder, 'recordings', name)),
    /** A recording that is over, of a terminal that said this. */
    async recorded(said: readonly string[], terminal: Partial<WatchedTerminal> = {}): Promise<string> {
      const before = events.length
      const session = open(terminal)
      for (const text of said) session.say(text)
      session.ended()
      await until(() =>
        events.slice(before).some(({ action, detail }) => action === 'recording.ended' && detail['session'] === session.sessionId),
      )
      return String(events.findLast(({ action }) => action === 'recording.ended')?.detail['recording'])
    },
    /** Everything that it shows. */
    async played(recordingId: string) {
      const shown: { atMs: number; kind: string; data: string }[] = []
      let from: string | undefined
      do {
        const slice = await handlers['recordings.read']({ recordingId, ...(from !== undefined && { from }) })
        shown.push(...slice.events)
        from = slice.next
      } while (from !== undefined)
      return shown
    },
    replay: async (recordingId: string): Promise<Replay> => handlers['recordings.open']({ recordingId }),
  }
}

export const outputOf = (events: readonly { kind: string; data: string }[]) =>
  events
    .filter(({ kind }) => kind === 'o')
    .map(({ data }) => data)
    .join('')

export async function until(look: () => boolean | Promise<boolean>, withinMs = 8000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
