/** What another program wrote: its last lines, made safe to show. */
import { stripVTControlCharacters } from 'node:util'

const longestLine = 400
// Controls, format characters (direction, zero width), private use, surrogates, separators: they hide, reorder or imitate the words around them.
const unshowable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/** `text` as one line: without escape sequences and what cannot be shown, at most 400 characters. */
export function plainLine(text: string): string {
  const plain = stripVTControlCharacters(text.slice(0, 4 * longestLine))
    .replaceAll('\t', ' ')
    .replace(unshowable, '')
    .trimEnd()
  return plain.length > longestLine ? `${plain.slice(0, longestLine - 1)}…` : plain
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
