/** What another program wrote: its last lines, made safe to show. */
import { showable } from '../showable.ts'

const longestLine = 400

/** `text` as one line: without escape sequences and what cannot be shown, at most 400 characters. Its columns stay where they are. */
export function plainLine(text: string): string {
  return showable(text, longestLine, (line) => line.trimEnd())
}

/** Keeps the last `limit` lines of what is written to it, each made plain, with every one of `secrets` blotted out. */
export function lastLines(limit: number, secrets: readonly string[] = []): { write(text: string): void; end(): string[] } {
  const lines: string[] = []
  let rest = ''
  function keep(line: string): void {
    let text = line
    // Very short secrets would blot out ordinary words, and be told by the gaps.
    for (const secret of secrets) if (secret.length > 3) text = text.replaceAll(secret, '•••')
    const plain = plainLine(text)
    if (plain === '') return
    lines.push(plain)
    if (lines.length > limit) lines.shift()
  }
  return {
    write(text) {
      const parts = (rest + text).split(/\r\n|\n|\r/)
      rest = parts.pop() ?? ''
      // A program that never ends its line must not fill the memory.
      if (rest.length > 64 * 1024) {
        parts.push(rest)
        rest = ''
      }
      for (const part of parts) keep(part)
    },
    end() {
      keep(rest)
      rest = ''
      return [...lines]
    },
  }
}
