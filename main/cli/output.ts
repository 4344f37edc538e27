/** How answers are written: lines of JSON for programs; columns for people, with tabs between them where nobody looks. Never a colour. */
import type { Terminal } from './terminal.ts'

export interface Column<Row> {
  title: string
  of(row: Row): string | number | undefined
}

export interface Rows<Row> {
  add(row: Row): void
  /** Writes what is still held back to align it. */
  flush(): void
}

/** With `json` each row is a line of its own (JSON Lines). */
export function createRows<Row>(
  terminal: Pick<Terminal, 'print' | 'isForPerson'>,
  json: boolean,
  columns: readonly Column<Row>[],
): Rows<Row> {
  let held: string[][] = []
  let hasTitles = false
  const cells = (row: Row) => columns.map((column) => plain(String(column.of(row) ?? '')))
  return {
    add(row) {
      if (json) terminal.print(JSON.stringify(row))
      else if (terminal.isForPerson) held.push(cells(row))
      else terminal.print(cells(row).join('\t'))
    },
    flush() {
      if (held.length === 0) return
      const lines = hasTitles ? held : [columns.map(({ title }) => title.toUpperCase()), ...held]
      hasTitles = true
      held = []
      const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
      for (const line of lines)
        terminal.print(
          line
            .map((cell, at) => cell.padEnd(widths[at] ?? 0))
            .join('  ')
            .trimEnd(),
        )
    },
  }
}

/** One thing: a JSON document, or one fact a line. What is absent is left out. */
export function printFacts(
  terminal: Pick<Terminal, 'print' | 'isForPerson'>,
  json: boolean,
  value: unknown,
  facts: readonly (readonly [string, string | number | undefined])[],
): void {
  if (json) {
    terminal.print(JSON.stringify(value, undefined, terminal.isForPerson ? 2 : undefined))
    return
  }
  const present = facts.filter(([, fact]) => fact !== undefined && fact !== '')
  const width = Math.max(...present.map(([name]) => name.length))
  for (const [name, fact] of present) {
    terminal.print(terminal.isForPerson ? `${name.padEnd(width)}  ${plain(String(fact))}` : `${name}\t${plain(String(fact))}`)
  }
}

/** Names come from elsewhere: what would move a terminal's cursor or its text is shown as a replacement character. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd')
}
