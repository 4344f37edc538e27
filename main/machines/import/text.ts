/** A file's bytes as text, whichever of the usual encodings it has (F-25, F-37, F-41). */
import { CallError } from '../../callError.ts'

/** Throws CallError file notText: a file that is cut, binary, or full of NULs is refused whole. */
export function toText(bytes: Uint8Array, path: string): string {
  const encoding = encodingOf(bytes)
  const text = decode(encoding, bytes) ?? (encoding === 'utf-8' ? decode('windows-1252', bytes) : undefined)
  if (text === undefined || text.includes('\0')) throw new CallError({ tag: 'file', path, problem: 'notText' })
  return text
}

function encodingOf(bytes: Uint8Array): string {
  const [first = 1, second = 1] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  // Without a mark: the first two characters of every format of ours are ASCII.
  if (bytes.length % 2 === 0 && first !== 0 && second === 0 && bytes[3] === 0) return 'utf-16le'
  if (bytes.length % 2 === 0 && first === 0 && second !== 0 && bytes[2] === 0) return 'utf-16be'
  return 'utf-8'
}

function decode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    // Takes the mark at the beginning away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Lines with their numbers, however they end; none is longer than `most`. Throws CallError badFile tooLong. */
export function* linesOf(text: string, most = 100_000): Generator<{ text: string; line: number }> {
  let line = 0
  const end = /\r\n|\r|\n/g
  for (let start = 0; start <= text.length;) {
    const found = end.exec(text)
    const until = found ? found.index : text.length
    line += 1
    if (until - start > most) throw new CallError({ tag: 'badFile', line, problem: 'longLine' })
    yield { text: text.slice(start, until), line }
    if (!found) return
    start = end.lastIndex
  }
}
