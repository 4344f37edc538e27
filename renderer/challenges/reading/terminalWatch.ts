/**
 * Finds sign-in codes in a terminal by itself: as text, and drawn with blocks. Looks only when output has settled, and only at lines that may hold
 * one, so that a flood of output is not slowed.
 */
import type { Terminal } from '@xterm/xterm'
import { blockPicture, blockRuns, hasBlocks } from './blockPicture.ts'
import type { Decoder } from './decoder.ts'
import { codePrefix, codesWithin } from './ours.ts'
import { cellsOf } from './terminalCells.ts'

const settledMs = 200
/** A screen that never settles (a clock, a progress bar) is looked at all the same. */
const patienceMs = 1500
/** Lines above the screen that may hold the upper part of a code that was scrolled. */
const scrolledLines = 60
const mostRemembered = 50

type WatchedTerminal = Pick<Terminal, 'buffer' | 'rows' | 'onWriteParsed'>

/** `found` is told each code once. Returns the function that stops looking. */
export function watchTerminal(
  terminal: WatchedTerminal,
  decoder: () => Pick<Decoder, 'decode'>,
  found: (texts: string[]) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let writtenAt = 0
  let waitingSince = 0
  const told = createMemory()
  const decoded = createMemory()

  const tell = (texts: readonly string[]): void => {
    const fresh = texts.filter((text) => told.isNew(text))
    if (fresh.length > 0) found(fresh)
  }
  const look = (): void => {
    const buffer = terminal.buffer.active
    const from = Math.max(0, buffer.baseY - scrolledLines)
    const lines: string[] = []
    for (let row = from; row < buffer.baseY + terminal.rows; row += 1) lines.push(buffer.getLine(row)?.translateToString(true) ?? '')
    if (lines.some((line) => line.includes(codePrefix.slice(0, 4))))
      tell(codesWithin(unwrapped(lines, (index) => buffer.getLine(from + index)?.isWrapped)))
    if (!lines.some(hasBlocks)) return
    for (const [first, after] of blockRuns(lines)) {
      const drawn = lines.slice(first, after)
      if (decoded.isNew(drawn.join('\n'))) void readBlocks(from + first, drawn)
    }
  }
  const readBlocks = async (row: number, drawn: readonly string[]): Promise<void> => {
    const left = Math.min(...drawn.map((line) => line.search(/[▀▄█]/)))
    const right = Math.max(...drawn.map((line) => line.length))
    const cells = drawn.map((_, index) => cellsOf(terminal.buffer.active, row + index, right).slice(Math.max(0, left)))
    const result = await decoder().decode(blockPicture(cells), 'frame')
    if (result.ok) tell(result.scanned.texts)
  }
  const onTime = (): void => {
    timer = undefined
    const now = performance.now()
    if (now - writtenAt < settledMs && now - waitingSince < patienceMs) timer = setTimeout(onTime, settledMs)
    else look()
  }
  const listening = terminal.onWriteParsed(() => {
    writtenAt = performance.now()
    if (timer !== undefined) return
    waitingSince = writtenAt
    timer = setTimeout(onTime, settledMs)
  })
  return () => {
    clearTimeout(timer)
    listening.dispose()
  }
}

/** The lines as they were before the terminal broke them. */
function unwrapped(lines: readonly string[], isWrapped: (index: number) => boolean | undefined): string {
  return lines.map((line, index) => (isWrapped(index) ? line : `\n${line}`)).join('')
}

/** The last few dozen texts. */
function createMemory(): { isNew(text: string): boolean } {
  const known = new Set<string>()
  return {
    isNew(text) {
      if (known.has(text)) return false
      known.add(text)
      const [oldest] = known
      if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest)
      return true
    },
  }
}
