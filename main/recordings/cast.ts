/**
 * asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then one JSON array a line. Input ("i") is never written: what is typed
 * has passwords in it.
 */
import { z } from 'zod'
import type { CastEvent } from '../../preload/contract.ts'

/** `startedAt` is an ISO instant. Nothing of this computer's environment is in it but the kind of terminal. */
export function headerLine(cast: { cols: number; rows: number; startedAt: string; title: string }): string {
  const header = {
    version: 2,
    width: cast.cols,
    height: cast.rows,
    timestamp: Math.floor(Date.parse(cast.startedAt) / 1000),
    title: cast.title,
    env: { TERM: 'xterm-256color' },
  }
  return `${JSON.stringify(header)}\n`
}

export function eventLine({ atMs, kind, data }: CastEvent): string {
  return `[${(atMs / 1000).toFixed(6)},"${kind}",${JSON.stringify(data)}]\n`
}

const Line = z.tuple([z.number(), z.enum(['o', 'r', 'm']), z.string()])

/** What `eventLine` wrote. Throws where it did not. */
export function parseLines(text: string): CastEvent[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.map((line) => {
    const [seconds, kind, data] = Line.parse(JSON.parse(line))
    return { atMs: seconds * 1000, kind, data }
  })
}

const Size = /^(\d{1,4})x(\d{1,4})$/

export function sizeText({ cols, rows }: { cols: number; rows: number }): string {
  return `${cols}x${rows}`
}

export function parseSize(text: string): { cols: number; rows: number } | undefined {
  const found = Size.exec(text)
  return found ? { cols: Number(found[1]), rows: Number(found[2]) } : undefined
}
