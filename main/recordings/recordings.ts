/** Recordings of terminals (REQ-9): made while a session runs, kept encrypted, replayed offline, and deleted when their time is over. */
import { join } from 'node:path'
import type { Recording, Settings } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { Log } from '../log.ts'
import { oneAtATime } from '../oneAtATime.ts'
import type { Clock, Desktop, Secrets } from '../ports.ts'
import type { ConsoleEvent } from '../providers/provider.ts'
import { exportCast } from './exportCast.ts'
import { createLibrary, type Entry } from './library.ts'
import { createMasterKey } from './masterKey.ts'
import type { OpenRecordingFile } from './recordingFile.ts'
import { readSlice, surveyRecording } from './replay.ts'
import { whatGoes } from './retention.ts'
import { searchRecording } from './search.ts'
import { createSessionRecordings, type SessionRecordings } from './sessionRecordings.ts'

export interface Recordings {
  /** For whoever opens terminals. */
  readonly watch: SessionRecordings['watch']
  readonly handlers: HandlersOf<'recordings'>
  /** Ends what is being recorded; resolves when it is written. */
  close(): Promise<void>
}

interface RecordingsDeps {
  folder: string
  openFile: OpenRecordingFile
  secrets: Pick<Secrets, 'read' | 'write'>
  clock: Clock
  desktop: Pick<Desktop, 'chooseSavePath'>
  log: Pick<Log, 'warn'>
  settings(): Settings['recordings']
  /** To the audit log; never throws. */
  record(event: ConsoleEvent): void
  /** Rings the bell "recordings". */
  changed(): void
}

const tidyEveryMs = 3_600_000
const firstTidyMs = 10_000

export function createRecordings(deps: RecordingsDeps): Recordings {
  const { clock, desktop, log } = deps
  const folder = join(deps.folder, 'recordings')
  const masterKey = createMasterKey(deps.secrets)
  const sessions = createSessionRecordings({ ...deps, folder, masterKey, written: () => void tidy() })
  const library = createLibrary(folder, masterKey, (recordingId) => sessions.isLive(recordingId))
  const searches = new Map<string, AbortController>()

  /** Retention, in the background: nothing waits for it, and it works without the keychain. */
  const tidy = oneAtATime(async () => {
    try {
      const going = whatGoes(await library.files(), deps.settings(), clock.now(), sessions.live())
      // Whose they are is told in the log where it can be known; they go without it too.
      if (going.length > 0) await library.entries().catch(() => undefined)
      for (const { recordingId, why } of going) await remove(recordingId, why)
      if (going.length > 0) deps.changed()
    } catch (error) {
      log.warn({ err: error }, 'old recordings could not be deleted')
    }
  })
  const first = setTimeout(() => void tidy(), firstTidyMs).unref()
  const timer = setInterval(() => void tidy(), tidyEveryMs).unref()

  async function remove(recordingId: string, why: 'age' | 'size' | 'byHand'): Promise<void> {
    const known = library.known(recordingId)
    await library.remove(recordingId)
    deps.record({ action: 'recording.deleted', outcome: 'ok', ...aboutWhat(known), detail: { recording: recordingId, why } })
  }

  async function list(machineId: string | undefined, search: string | undefined) {
    const entries = await library.entries()
    const words = (search ?? '').toLowerCase().split(/\s+/)
    const fits = ({ machineName, user, ...recording }: Recording) =>
      (machineId === undefined || recording.machineId === machineId) &&
      words.every((word) => `${machineName} ${user}`.toLowerCase().includes(word))
    return {
      recordings: entries.flatMap((entry) => (entry.ok && fits(entry.recording) ? [entry.recording] : [])),
      unreadable: entries.flatMap((entry: Entry) => (entry.ok ? [] : [entry.unreadable])),
    }
  }

  return {
    watch: (terminal) => sessions.watch(terminal),
    handlers: {
      async 'recordings.list'({ machineId, search, offset, limit }) {
        const { recordings, unreadable } = await list(machineId, search)
        return {
          recordings: recordings.slice(offset, offset + limit),
          total: recordings.length,
          unreadable: machineId === undefined ? unreadable : [],
        }
      },
      async 'recordings.usage'() {
        const files = await library.files()
        return { count: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
      },
      'recordings.sessions': () => ({ sessions: sessions.views() }),
      'recordings.start': ({ sessionId }) => answered(() => sessions.start(sessionId)),
      'recordings.decline': ({ sessionId }) => answered(() => sessions.decline(sessionId)),
      'recordings.pause': ({ sessionId }) => answered(() => sessions.pause(sessionId)),
      'recordings.resume': ({ sessionId }) => answered(() => sessions.resume(sessionId)),
      'recordings.stop': ({ sessionId }) => answered(() => sessions.stop(sessionId)),
      'recordings.open': ({ recordingId }) =>
        library.use(recordingId, async (opened, recording) => {
          const survey = await surveyRecording(opened)
          // The silence at the end belongs to it; what comes after damage does not.
          const durationMs = survey.fault ? survey.durationMs : Math.max(survey.durationMs, recording.durationMs ?? 0)
          return { recording, ...survey, durationMs }
        }),
      'recordings.read': ({ recordingId, from }) => library.use(recordingId, (opened) => readSlice(opened, from)),
      async 'recordings.search'({ recordingId, text }) {
        searches.get(recordingId)?.abort(new CallError({ tag: 'cancelled' }))
        const mine = new AbortController()
        searches.set(recordingId, mine)
        try {
          return await library.use(recordingId, (opened) => searchRecording(opened, text, mine.signal))
        } finally {
          if (searches.get(recordingId) === mine) searches.delete(recordingId)
        }
      },
      async 'recordings.delete'({ recordingIds }) {
        try {
          for (const recordingId of recordingIds) {
            if (sessions.isLive(recordingId)) throw new CallError({ tag: 'inProgress' })
            await remove(recordingId, 'byHand')
          }
        } finally {
          deps.changed()
        }
        return {}
      },
      'recordings.export': ({ recordingId }) =>
        library.use(recordingId, async (opened, recording) => {
          const at = recording.startedAt.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
          const path = await desktop.chooseSavePath(`gatehouse-${at}.cast`)
          if (path === undefined) return {}
          const tell = (outcome: 'ok' | 'failed') =>
            deps.record({ action: 'recording.exported', outcome, ...aboutWhat(recording), detail: { recording: recordingId } })
          try {
            await exportCast(opened, path)
          } catch (error) {
            tell('failed')
            throw error
          }
          tell('ok')
          return { path }
        }),
    },
    async close() {
      clearTimeout(first)
      clearInterval(timer)
      await sessions.close()
      await tidy()
    },
  }
}

function aboutWhat(recording: Recording | undefined): Pick<ConsoleEvent, 'machineId' | 'grantId'> {
  return recording ? { machineId: recording.machineId, grantId: recording.grantId } : {}
}

function answered(act: () => void): Record<string, never> {
  act()
  return {}
}
