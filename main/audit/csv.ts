/**
 * The audit log as CSV (RFC 4180) that is safe in a spreadsheet (F-89). The rule: a value that begins with `=`, `+`, `-`, `@`, a tab, a
 * carriage return or a line feed, with the full-width forms of the first four, or with blanks before one of them, gets an apostrophe in
 * front, and every value is in quotes. So a spreadsheet shows it as text. UTF-8 with a byte order mark, as Excel needs it.
 */
import type { AuditRow } from '../../preload/contract.ts'

const columns = [
  'seq',
  'at',
  'actor',
  'action',
  'outcome',
  'machine',
  'machineId',
  'site',
  'port',
  'grantId',
  'detail',
  'gateway',
  'proof',
] as const
/** The file's text, as many rows at a time as come. Throws what reading the rows throws. */
export async function* csvOf(pages: AsyncIterable<readonly AuditRow[]>): AsyncGenerator<string> {
  yield `\ufeff${toLine(columns)}`
  for await (const rows of pages) yield rows.map((row) => toLine(toValues(row))).join('')
}

/** Every value in quotes, and quotes in it twice: then nothing else has to be looked for, in millions of rows. */
function toLine(values: readonly string[]): string {
  return `${values.map((value) => `"${value.includes('"') ? value.replaceAll('"', '""') : value}"`).join(',')}\r\n`
}

/** In the order of the columns. */
function toValues(row: AuditRow): string[] {
  const detail = Object.entries(row.detail).map(([name, value]) => `${name}=${String(value)}`)
  return [
    String(row.seq),
    row.at,
    asText(row.actor),
    asText(row.action),
    row.outcome,
    asText(row.machineName ?? ''),
    asText(row.machineId ?? ''),
    asText(row.site ?? ''),
    row.port === undefined ? '' : String(row.port),
    asText(row.grantId ?? ''),
    asText(detail.join('; ')),
    asText(row.gateway.name),
    row.mark,
  ]
}

/** The rule above. */
export function asText(value: string): string {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value
}
