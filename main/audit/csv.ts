/**
 * The audit log as CSV (RFC 4180) that is safe in a spreadsheet (F-89). The rule: a value that begins with `=`, `+`, `-`, `@`, a tab, a
 * carriage return or a line feed, with the full-width forms of the first four, or with blanks before one of them, gets an apostrophe in
 * front, and every value is in quotes. So a spreadsheet shows it as text. UTF-8 with a byte order mark, as Excel needs it.
 */
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
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

/** The file's text, piece by piece. Throws what reading the rows throws. */
export async function* csvOf(rows: AsyncIterable<AuditRow>): AsyncGenerator<string> {
  async function* records() {
    for await (const row of rows) yield toRecord(row)
  }
  const csv = stringify({ header: true, columns: [...columns], bom: true, quoted: true, record_delimiter: 'windows' })
  const source = Readable.from(records())
  // An error of the source does not go through a pipe by itself.
  source.on('error', (error) => csv.destroy(error))
  for await (const chunk of source.pipe(csv)) yield String(chunk)
}

function toRecord(row: AuditRow): Record<(typeof columns)[number], string> {
  return {
    seq: String(row.seq),
    at: row.at,
    actor: asText(row.actor),
    action: asText(row.action),
    outcome: row.outcome,
    machine: asText(row.machineName ?? ''),
    machineId: asText(row.machineId ?? ''),
    site: asText(row.site ?? ''),
    port: row.port === undefined ? '' : String(row.port),
    grantId: asText(row.grantId ?? ''),
    detail: asText(
      Object.entries(row.detail)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join('; '),
    ),
    gateway: asText(row.gateway.name),
    proof: row.mark,
  }
}

/** The rule above. */
export function asText(value: string): string {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value
}
