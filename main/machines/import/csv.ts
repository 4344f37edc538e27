/**
 * Reads a table of machines as a spreadsheet or another program wrote it: comma, semicolon or tab, quotes, headings or none. A row that cannot be
 * read costs that row and no other (F-41). A cell is text: a formula is neither worked out nor given on.
 */
import { parse, type Options } from 'csv-parse/sync'
import type { CsvColumns, CsvField, OperatingSystem } from '../../../preload/contract.ts'
import { CallError } from '../../callError.ts'
import { clean, createCollector, splitPort, toPort, type Collector } from './collector.ts'
import { guessColumns } from './csvColumns.ts'
import type { ImportChecks, Reading } from './reading.ts'

const longestRow = 65_536
const sampleRows = 50
/** Each costs at most one longest row; more of them is no table. */
const mostBadRows = 1000

type Row = (cells: readonly string[], line: number) => void

export function readCsv(text: string, checks: ImportChecks, chosen: CsvColumns | undefined): Reading {
  const collector = createCollector(checks)
  const { delimiter, body, firstLine } = dialect(text)
  const bytes = Buffer.from(body)
  const sample: string[][] = []
  readRows(bytes, { delimiter, to: sampleRows }, firstLine, (cells) => sample.push([...cells]), undefined)
  const table = chosen ?? guessColumns(sample)

  const columns = columnsOf(table.fields)
  let isHeading = table.hasHeader
  readRows(
    bytes,
    { delimiter },
    firstLine,
    (cells, line) => {
      if (!isHeading) take(collector, columns, cells, line)
      isHeading = false
    },
    (line, source) => collector.leaveOut(line, source, 'badRow'),
  )
  return { ...collector.done('csv'), table: { ...table, columns: describe(sample, table.hasHeader) } }
}

function dialect(text: string): { delimiter: string; body: string; firstLine: number } {
  // What Excel writes, and reads, to say it itself.
  const [said, mark] = /^sep=(.)(?:\r\n|\r|\n)/i.exec(text) ?? []
  if (said !== undefined && mark !== undefined) return { delimiter: mark, body: withFeeds(text.slice(said.length)), firstLine: 2 }
  const head = text.slice(0, 20_000).replace(/"[^"]*"/g, '')
  const lines = head.split(/\r\n|\r|\n/).slice(0, 10)
  const [best] = [',', ';', '\t', '|']
    .map((delimiter) => ({
      delimiter,
      lines: lines.filter((line) => line.includes(delimiter)).length,
      count: head.split(delimiter).length,
    }))
    .sort((one, other) => other.lines - one.lines || other.count - one.count)
  return { delimiter: best?.delimiter ?? ',', body: withFeeds(text), firstLine: 1 }
}

/** However lines end: the parser counts those inside quotes otherwise than those outside. */
const withFeeds = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)

/** Calls back with each row. One that is broken is told with its line, and reading goes on behind that line, whatever quote is open there. */
function readRows(
  bytes: Buffer,
  options: Options,
  firstLine: number,
  onRow: Row,
  onBad: ((line: number, source: string) => void) | undefined,
): void {
  let from = 0
  let line = firstLine
  for (let bad = 0; from < bytes.length; bad += 1) {
    let read = 0
    let lines = 0
    try {
      parse(bytes.subarray(from), {
        ...options,
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: longestRow,
        on_record: (cells: string[], info) => {
          // A row over several lines is at its first one.
          const over = cells.some((cell) => cell.includes('\n')) ? cells.join('').split('\n').length - 1 : 0
          onRow(cells, line + info.lines - 1 - over)
          read = info.bytes
          lines = info.lines
          return null
        },
      })
      return
    } catch (cause) {
      if (cause instanceof CallError) throw cause
      if (!onBad) return
      const broken = skipLine(bytes, from + read)
      const at = line + lines + broken.empty
      if (bad >= mostBadRows) throw new CallError({ tag: 'badFile', line: at, problem: 'table' }, { cause })
      onBad(at, broken.text)
      from = broken.next
      line = at + 1
    }
  }
}

/** The first line that is not empty from here on. */
function skipLine(bytes: Buffer, from: number): { text: string; next: number; empty: number } {
  let start = from
  let empty = 0
  for (;;) {
    const feed = bytes.indexOf(10, start)
    const end = feed === -1 ? bytes.length : feed
    const text = bytes.toString('utf8', start, Math.min(end, start + 400))
    if (text.trim() !== '' || feed === -1) return { text, next: end + 1, empty }
    empty += 1
    start = end + 1
  }
}

type Columns = Readonly<Record<CsvField, readonly number[]>>

function columnsOf(fields: readonly CsvField[]): Columns {
  const of = (wanted: CsvField) => fields.flatMap((field, index) => (field === wanted ? [index] : []))
  return {
    name: of('name'),
    address: of('address'),
    port: of('port'),
    user: of('user'),
    os: of('os'),
    protocol: of('protocol'),
    site: of('site'),
    group: of('group'),
    tags: of('tags'),
    secret: of('secret'),
    none: [],
  }
}

function take(collector: Collector, columns: Columns, cells: readonly string[], line: number): void {
  const all = (field: CsvField) => columns[field].map((index) => cells[index]?.trim() ?? '').filter((cell) => cell !== '')
  const one = (field: CsvField) => all(field)[0] ?? ''
  if (cells.every((cell) => cell.trim() === '')) return
  for (const _ of all('secret')) collector.countSecret()
  const { address, port: written } = splitPort(one('address'))
  const port = one('port') || written
  const way = wayOf(one('protocol'), port)
  if (way === 'other') return collector.leaveOut(line, `${one('name') || address} ${one('protocol')}`, 'otherProtocol')
  collector.add({
    line,
    name: one('name') || address,
    address,
    os: systemOf(one('os')) ?? (way && systemFor[way]),
    way,
    port,
    user: one('user'),
    site: one('site'),
    groups: all('group').flatMap((path) => path.split(/[\\/]/)),
    tags: all('tags').flatMap((tags) => tags.split(/[,;|]/)),
  })
}

const systemFor = { ssh: 'linux', rdp: 'windows' } as const

function wayOf(protocol: string, port: string): 'ssh' | 'rdp' | 'other' | undefined {
  if (/ssh|sftp/i.test(protocol)) return 'ssh'
  if (/rdp|remote ?desktop/i.test(protocol)) return 'rdp'
  if (/vnc|telnet|https?|ftp|rlogin|serial|teamviewer|anydesk/i.test(protocol)) return 'other'
  const number = toPort(port)
  return number === 22 ? 'ssh' : number === 3389 ? 'rdp' : undefined
}

function systemOf(text: string): OperatingSystem | undefined {
  if (/darwin|mac|os ?x/i.test(text)) return 'macos'
  if (/windows|^win/i.test(text)) return 'windows'
  if (/linux|ubuntu|debian|red ?hat|rhel|centos|rocky|alma|suse|fedora|unix|bsd/i.test(text)) return 'linux'
  return text === '' ? undefined : 'other'
}

function describe(sample: readonly (readonly string[])[], hasHeader: boolean): { title: string; samples: string[] }[] {
  const rows = hasHeader ? sample.slice(1) : sample
  const width = Math.min(200, Math.max(0, ...sample.map((row) => row.length)))
  return Array.from({ length: width }, (_, index) => ({
    title: hasHeader ? clean(sample[0]?.[index] ?? '', 60) : '',
    samples: rows
      .map((row) => clean(row[index] ?? '', 60))
      .filter((cell) => cell !== '')
      .slice(0, 3),
  }))
}
