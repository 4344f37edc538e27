/** The file of a recording that is being made, as the recorder sees it: in a thread of its own (main/platform/recordingThread.ts), so that nothing of it costs the terminal. */
import type { RecordingEnd } from '../../preload/contract.ts'
import type { About } from './layout.ts'

export interface NewRecordingFile {
  folder: string
  recordingId: string
  about: About
  /** Ends as `tooLarge` beyond this. */
  mostBytes: number
}

/** How long it lasted, and how long of it was paused. */
export interface Lasted {
  durationMs: number
  pausedMs: number
}

export interface Written extends Lasted {
  end: RecordingEnd
  /** False: there is no file. */
  hasBegun: boolean
  bytes: number
  /** SHA-256 of the file, in hex; absent where its end could not be written in one piece with the rest. */
  digest?: string
  /** What went wrong, for the log. */
  cause?: string
}

/** Takes everything over at once. What comes after the end is dropped; the first end counts. */
export interface RecordingFile {
  output(atMs: number, bytes: Uint8Array): void
  /** A new size, or a marker. */
  note(atMs: number, kind: 'r' | 'm', data: string): void
  end(end: RecordingEnd, lasted: Lasted): void
  /** When it is whole and closed, or given up. Never rejects. */
  readonly written: Promise<Written>
}

/** Begins at once and waits for the key inside; a key that cannot be had (CallError keychain) ends it. `begun`: the file is there. */
export type OpenRecordingFile = (file: NewRecordingFile, key: Promise<Buffer>, begun: () => void) => RecordingFile
