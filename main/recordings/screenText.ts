/**
 * What a terminal's output says, as lines of plain text with the time of each letter: control sequences (ECMA-48) taken out, a backspace taken back.
 * No screen is drawn: a program that moves the cursor about begins a new line with each move, which is enough to find words.
 */

export interface TimedLine {
  text: string
  /** When each UTF-16 unit of `text` was written. */
  atMs: number[]
}

/** Where a line is broken that has no end of its own. */
const longestLine = 4000
const escape = 0x1b

type State = 'text' | 'escape' | 'csi' | 'string' | 'stringEscape' | 'charset'

export interface ScreenText {
  /** Answers the lines that ended with this. */
  write(output: string, atMs: number): TimedLine[]
  /** The line that has not ended. */
  rest(): TimedLine[]
}

export function createScreenText(): ScreenText {
  let state: State = 'text'
  let parameters = ''
  let letters: string[] = []
  let times: number[] = []
  let at = 0
  let done: TimedLine[] = []

  function breakLine(): void {
    if (letters.length > 0) done.push({ text: letters.join(''), atMs: times })
    letters = []
    times = []
    at = 0
  }

  function put(unit: string, atMs: number): void {
    // Written over from the beginning, as a progress bar is: what stood there was on the screen too.
    if (at === 0) breakLine()
    letters[at] = unit
    times[at] = atMs
    at += 1
    if (letters.length >= longestLine) breakLine()
  }

  function control(code: number, atMs: number): void {
    if (code === 0x0a || code === 0x0b || code === 0x0c) breakLine()
    else if (code === 0x0d) at = 0
    else if (code === 0x08) at = Math.max(0, at - 1)
    else if (code === 0x09) put(' ', atMs)
  }

  /** A control sequence's effect on the line, as far as words need it. */
  function finish(final: string, atMs: number): void {
    const count = Math.min(longestLine, Number.parseInt(parameters, 10) || 1)
    if (final === 'C') forward(count, atMs)
    else if (final === 'D') at = Math.max(0, at - count)
    else if (final === 'P') remove(at, count)
    else if (final === '@') insert(count, atMs)
    else if (final === 'K' && at === 0) breakLine()
    else if (final === 'K' && (parameters === '' || parameters === '0')) remove(at, letters.length)
    else if ('ABEFHfdGJSTLM'.includes(final)) breakLine()
  }

  /** Over what is there, and beyond it as blanks. */
  function forward(count: number, atMs: number): void {
    const over = Math.min(count, letters.length - at)
    at += over
    for (let left = count - over; left > 0; left -= 1) put(' ', atMs)
  }
  function remove(from: number, count: number): void {
    letters.splice(from, count)
    times.splice(from, count)
  }
  function insert(count: number, atMs: number): void {
    letters.splice(at, 0, ...Array.from({ length: count }, () => ' '))
    times.splice(at, 0, ...Array.from({ length: count }, () => atMs))
  }

  function step(unit: string, code: number, atMs: number): void {
    switch (state) {
      case 'text':
        if (code === escape) state = 'escape'
        else if (code < 0x20 || code === 0x7f) control(code, atMs)
        else put(unit, atMs)
        return
      case 'escape':
        parameters = ''
        if (unit === '[') state = 'csi'
        else if (']PX^_'.includes(unit)) state = 'string'
        else if ('()*+-./#% '.includes(unit)) state = 'charset'
        else {
          if ('DEMc'.includes(unit)) breakLine()
          state = code === escape ? 'escape' : 'text'
        }
        return
      case 'charset':
        state = 'text'
        return
      case 'csi':
        if (code === escape) state = 'escape'
        else if (code >= 0x40 && code <= 0x7e) {
          finish(unit, atMs)
          state = 'text'
        } else if (code < 0x20) control(code, atMs)
        else if (parameters.length < 64) parameters += unit
        return
      case 'string':
        if (code === 0x07 || code === 0x18 || code === 0x1a) state = 'text'
        else if (code === escape) state = 'stringEscape'
        return
      case 'stringEscape':
        state = unit === '\\' ? 'text' : 'escape'
        if (state === 'escape') step(unit, code, atMs)
    }
  }

  function taken(): TimedLine[] {
    const lines = done
    done = []
    return lines
  }

  return {
    write(output, atMs) {
      for (let index = 0; index < output.length; index += 1) step(output[index] ?? '', output.charCodeAt(index), atMs)
      return taken()
    },
    rest() {
      breakLine()
      return taken()
    },
  }
}
