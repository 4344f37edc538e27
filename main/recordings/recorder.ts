/** One terminal's output as events: times by the clock that never steps, and gaps where the technician paused. */
import type { RecordingEnd } from '../../preload/contract.ts'
import type { Clock } from '../ports.ts'
import { sizeText } from './cast.ts'
import type { RecordingFile, Written } from './recordingFile.ts'

export interface Recorder {
  output(bytes: Uint8Array): void
  resized(cols: number, rows: number): void
  pause(): void
  resume(): void
  end(end: RecordingEnd): void
  /** See RecordingFile. */
  readonly written: Promise<Written>
}

/** The labels of the markers around a gap, as they are in the file; the window has words for them. */
const gapMarkers = { paused: 'paused', resumed: 'resumed' } as const

/** Begins now. */
export function createRecorder(clock: Pick<Clock, 'monotonicMs'>, size: { cols: number; rows: number }, file: RecordingFile): Recorder {
  const startedMs = clock.monotonicMs()
  let shown = sizeText(size)
  let wanted = shown
  let pausedSinceMs: number | undefined
  let pausedMs = 0
  const nowMs = () => clock.monotonicMs() - startedMs
  const pausedSoFarMs = () => pausedMs + (pausedSinceMs === undefined ? 0 : nowMs() - pausedSinceMs)

  function noteSize(): void {
    if (wanted === shown) return
    shown = wanted
    file.note(nowMs(), 'r', shown)
  }

  return {
    output(bytes) {
      if (pausedSinceMs === undefined) file.output(nowMs(), bytes)
    },
    resized(cols, rows) {
      wanted = sizeText({ cols, rows })
      if (pausedSinceMs === undefined) noteSize()
    },
    pause() {
      if (pausedSinceMs !== undefined) return
      pausedSinceMs = nowMs()
      file.note(pausedSinceMs, 'm', gapMarkers.paused)
    },
    resume() {
      if (pausedSinceMs === undefined) return
      pausedMs = pausedSoFarMs()
      pausedSinceMs = undefined
      file.note(nowMs(), 'm', gapMarkers.resumed)
      noteSize()
    },
    end: (end) => file.end(end, { durationMs: Math.round(nowMs()), pausedMs: Math.round(pausedSoFarMs()) }),
    written: file.written,
  }
}
