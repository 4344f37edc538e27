/** Which of the open terminals are recorded, as the technician decides. Whatever goes wrong with a recording, the terminal does not notice. */
import { randomUUID } from 'node:crypto'
import type { SessionRecording, Settings } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import type { About } from './layout.ts'
import type { MasterKey } from './masterKey.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import type { OpenRecordingFile, Written } from './recordingFile.ts'

/** A terminal that is about to open. `redraw` has its programs draw themselves again, where it is recorded from its middle on. */
export interface WatchedTerminal extends Omit<About, 'startedAt'> {
  port: number
  redraw(): void
}

/** What the terminal tells. No member throws or takes time. */
export interface TerminalWatch {
  output(bytes: Buffer): void
  resized(cols: number, rows: number): void
  ended(): void
}

export interface SessionRecordings {
  watch(terminal: WatchedTerminal): TerminalWatch
  views(): SessionRecording[]
  /** All throw CallError notFound (session). */
  start(sessionId: string): void
  decline(sessionId: string): void
  pause(sessionId: string): void
  resume(sessionId: string): void
  stop(sessionId: string): void
  isLive(recordingId: string): boolean
  live(): ReadonlySet<string>
  /** Ends them all; resolves when they are written. */
  close(): Promise<void>
}

export interface SessionRecordingsDeps {
  folder: string
  openFile: OpenRecordingFile
  masterKey: MasterKey
  clock: Clock
  log: Pick<Log, 'warn'>
  settings(): Settings['recordings']
  record(event: ConsoleEvent): void
  changed(): void
  /** One is written to its end. */
  written(): void
}

/** One recording is never most of what may be kept, and never so long that nobody could look through it. */
const mostBytes = 256_000_000
const endedKept = 50

interface Entry {
  terminal: WatchedTerminal
  view: SessionRecording | undefined
  size: { cols: number; rows: number }
  recorder?: Recorder
  isOver: boolean
}

export function createSessionRecordings(deps: SessionRecordingsDeps): SessionRecordings {
  const { folder, masterKey, clock, log } = deps
  const entries = new Map<string, Entry>()
  const writing = new Map<string, Promise<Written>>()
  let isClosed = false

  function get(sessionId: string): Entry {
    const entry = entries.get(sessionId)
    if (!entry || entry.isOver) throw new CallError({ tag: 'notFound', what: 'session' })
    return entry
  }

  function show(entry: Entry, view: SessionRecording): void {
    entry.view = view
    deps.changed()
  }

  function begin(entry: Entry): void {
    const { sessionId, machineId, machineName, user, grantId, port } = entry.terminal
    const recordingId = randomUUID()
    const startedAt = new Date(clock.now()).toISOString()
    const tell = (action: string, outcome: ConsoleEvent['outcome'], more: ConsoleEvent['detail']) =>
      deps.record({ action, outcome, machineId, grantId, port, detail: { recording: recordingId, session: sessionId, user, ...more } })
    const about = { machineId, machineName, user, grantId, sessionId, startedAt, ...entry.size }
    const file = deps.openFile(
      { folder, recordingId, about, mostBytes: Math.min(mostBytes, deps.settings().keepBytes / 2) },
      masterKey('make'),
      () => tell('recording.started', 'ok', {}),
    )
    const recorder = createRecorder(clock, entry.size, file)
    entry.recorder = recorder
    writing.set(recordingId, recorder.written)
    show(entry, { state: 'recording', sessionId, recordingId, startedAt })
    void follow()

    async function follow(): Promise<void> {
      const { end, hasBegun, cause, ...facts } = await recorder.written
      if (cause !== undefined) log.warn({ recordingId, cause }, 'a recording could not be written')
      writing.delete(recordingId)
      const isFine = end === 'sessionEnded' || end === 'stopped' || end === 'tooLarge'
      if (hasBegun) tell('recording.ended', isFine ? 'ok' : 'failed', { end, ...facts })
      else tell('recording.started', 'failed', { end })
      if (entry.recorder === recorder) {
        delete entry.recorder
        const last = hasBegun ? { recordingId } : {}
        show(entry, end === 'stopped' ? { state: 'off', sessionId, ...last } : { state: 'ended', sessionId, end, ...last })
      }
      deps.written()
    }
  }

  function forgetOld(): void {
    const over = [...entries.values()].filter((entry) => entry.isOver && !entry.recorder)
    for (const { terminal } of over.slice(0, Math.max(0, over.length - endedKept))) entries.delete(terminal.sessionId)
  }

  /** Never throws into the terminal. */
  function safely(work: () => void): void {
    try {
      work()
    } catch (error) {
      log.warn({ err: error }, 'a recording failed')
    }
  }

  return {
    watch(terminal) {
      const { when } = deps.settings()
      const { sessionId, cols, rows } = terminal
      const entry: Entry = { terminal, view: undefined, size: { cols, rows }, isOver: false }
      if (when === 'off' || isClosed) return { output: () => undefined, resized: () => undefined, ended: () => undefined }
      entries.set(sessionId, entry)
      safely(() => (when === 'always' ? begin(entry) : show(entry, { state: 'asked', sessionId })))
      return {
        output: (bytes) => entry.recorder && safely(() => entry.recorder?.output(bytes)),
        resized(width, height) {
          entry.size = { cols: width, rows: height }
          safely(() => entry.recorder?.resized(width, height))
        },
        ended: () =>
          safely(() => {
            entry.isOver = true
            entry.recorder?.end('sessionEnded')
            // A question that nobody answered is over with its session.
            if (!entry.recorder && entry.view?.state === 'asked') show(entry, { state: 'off', sessionId })
            forgetOld()
          }),
      }
    },
    views: () => [...entries.values()].flatMap(({ view }) => (view ? [view] : [])),
    start(sessionId) {
      const entry = get(sessionId)
      if (entry.recorder) return
      begin(entry)
      entry.terminal.redraw()
    },
    decline(sessionId) {
      const entry = get(sessionId)
      if (entry.view?.state === 'asked') show(entry, { state: 'off', sessionId })
    },
    pause(sessionId) {
      const entry = get(sessionId)
      if (entry.view?.state !== 'recording' || !entry.recorder) return
      entry.recorder.pause()
      show(entry, { ...entry.view, state: 'paused' })
    },
    resume(sessionId) {
      const entry = get(sessionId)
      if (entry.view?.state !== 'paused' || !entry.recorder) return
      entry.recorder.resume()
      show(entry, { ...entry.view, state: 'recording' })
      entry.terminal.redraw()
    },
    stop: (sessionId) => get(sessionId).recorder?.end('stopped'),
    isLive: (recordingId) => writing.has(recordingId),
    live: () => new Set(writing.keys()),
    async close() {
      isClosed = true
      for (const { recorder } of entries.values()) recorder?.end('sessionEnded')
      await Promise.all(writing.values())
    },
  }
}
