/** Text that another program wrote, made safe to show as one line. */

/* eslint-disable no-control-regex -- control characters are exactly what this takes out */
const escapeSequences = /\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\[[0-?]*[ -/]*[@-~]?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -~])/gu
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu
/* eslint-enable no-control-regex */
/** Characters that turn the direction of text or cannot be seen: they can make a line look like another one. */
const deceiving = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

export const longestLine = 400

/** `text` without escape sequences, control and direction characters, at most `longestLine` characters. */
export function plainLine(text: string): string {
  const plain = text
    .slice(0, 4 * longestLine)
    .replace(escapeSequences, '')
    .replaceAll('\t', ' ')
    .replace(controls, '')
    .replace(deceiving, '')
  return plain.length > longestLine ? `${plain.slice(0, longestLine - 1)}…` : plain.trimEnd()
}

/** Keeps the last `limit` lines of what is written to it, each made plain, with every one of `secrets` blotted out. */
export function lastLines(limit: number, secrets: readonly string[] = []) {
  const lines: string[] = []
  let rest = ''
  const keep = (line: string) => {
    let text = line
    // Very short secrets would blot out ordinary words, and tell their length by doing so.
    for (const secret of secrets) if (secret.length > 3) text = text.replaceAll(secret, '•••')
    const plain = plainLine(text)
    if (plain === '') return
    lines.push(plain)
    if (lines.length > limit) lines.shift()
  }
  return {
    write(text: string): void {
      const parts = (rest + text).split(/\r\n|\n|\r/)
      rest = parts.pop() ?? ''
      // A program that never ends its line must not fill the memory.
      if (rest.length > 64 * 1024) {
        parts.push(rest)
        rest = ''
      }
      for (const part of parts) keep(part)
    },
    end(): string[] {
      keep(rest)
      rest = ''
      return [...lines]
    },
  }
}
