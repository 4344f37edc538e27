/** What is needed to show a recording: read once from end to end, so that what is wrong with it is known before it is played. */
import type { CastEvent, Replay } from '../../preload/contract.ts'
import { parseLines } from './cast.ts'
import type { OpenRecording } from './reader.ts'

const activityParts = 240
const mostMarkers = 500
/** Enough for a few hundred screens, and little to carry over the border at once. */
const sliceChars = 256 * 1024

/** Everything but whose it is. */
export async function surveyRecording({ about, chunks }: Pick<OpenRecording, 'about' | 'chunks'>): Promise<Omit<Replay, 'recording'>> {
  const perSecond: number[] = []
  const markers: Replay['markers'] = []
  let durationMs = 0
  const reading = chunks()
  for (;;) {
    const step = await reading.next()
    if (step.done === true) {
      const fault = step.value === 'whole' ? undefined : step.value
      const { cols, rows } = about
      return { cols, rows, durationMs, activity: fold(perSecond, activityParts), markers, ...(fault && { fault }) }
    }
    for (const { atMs, kind, data } of parseLines(step.value.text)) {
      durationMs = atMs
      if (kind === 'm' && markers.length < mostMarkers) markers.push({ atMs, label: data.slice(0, 200) })
      if (kind !== 'o') continue
      const second = Math.floor(atMs / 1000)
      perSecond[second] = (perSecond[second] ?? 0) + data.length
    }
  }
}

/** Seconds into at most so many equal parts. Seconds without output may be missing from the array. */
export function fold(perSecond: readonly (number | undefined)[], parts: number): number[] {
  const count = Math.min(parts, perSecond.length)
  const folded = Array.from({ length: count }, () => 0)
  perSecond.forEach((amount, second) => {
    const part = Math.floor((second * count) / perSecond.length)
    folded[part] = (folded[part] ?? 0) + (amount ?? 0)
  })
  return folded
}

/** The events of as many chunks as make a slice. */
export async function readSlice(recording: Pick<OpenRecording, 'chunks'>, from?: string): Promise<{ events: CastEvent[]; next?: string }> {
  const events: CastEvent[] = []
  let chars = 0
  for await (const { text, next } of recording.chunks(from)) {
    for (const event of parseLines(text)) events.push(event)
    chars += text.length
    if (chars >= sliceChars) return { events, next }
  }
  return { events }
}
