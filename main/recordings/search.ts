/** Words in what a recorded terminal said. */
import type { SearchHit } from '../../preload/contract.ts'
import { parseLines } from './cast.ts'
import type { OpenRecording } from './reader.ts'
import { createScreenText, type TimedLine } from './screenText.ts'

const mostHits = 1000
/** What is shown of the line before and after the words. */
const contextUnits = 80

/** In the order of time. Large and small letters are the same. Throws the signal's reason when it is aborted. */
export async function searchRecording(
  recording: Pick<OpenRecording, 'chunks'>,
  text: string,
  signal: AbortSignal,
): Promise<{ hits: SearchHit[]; isAtLeast: boolean }> {
  const wanted = folded(text)
  const screen = createScreenText()
  const hits: SearchHit[] = []
  for await (const chunk of recording.chunks()) {
    signal.throwIfAborted()
    for (const { kind, data, atMs } of parseLines(chunk.text)) {
      if (kind !== 'o') continue
      for (const line of screen.write(data, atMs)) hits.push(...hitsIn(line, wanted))
    }
    if (hits.length >= mostHits) break
  }
  for (const line of screen.rest()) hits.push(...hitsIn(line, wanted))
  return { hits: hits.slice(0, mostHits), isAtLeast: hits.length >= mostHits }
}

export function hitsIn({ text, atMs }: TimedLine, wanted: string): SearchHit[] {
  const hits: SearchHit[] = []
  const line = folded(text)
  for (let at = line.indexOf(wanted); at >= 0; at = line.indexOf(wanted, at + wanted.length)) {
    const end = at + wanted.length
    // The letters of a line that was edited were not written from left to right.
    const lastMs = atMs.slice(at, end).reduce((latest, ms) => Math.max(latest, ms), 0)
    const first = Math.max(0, at - contextUnits)
    hits.push({ atMs: lastMs, line: text.slice(first, end + contextUnits), from: at - first, to: end - first })
  }
  return hits
}

/** In small letters, each in its own place: the few that would become two stay as they are. */
export function folded(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from(text, (letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter)).join('')
}
