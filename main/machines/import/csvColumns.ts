/** What the columns of a table are: by their headings in English or German, else by what stands in them. Pure. */
import { isIP } from 'node:net'
import type { CsvColumns, CsvField } from '../../../preload/contract.ts'
import { fold } from '../fold.ts'
import { toPort } from './collector.ts'

type Named = Exclude<CsvField, 'none'> | 'host'

/** Headings, folded and without blanks, dashes and the like. `host` is the name or the address, whichever no other column is. */
const headings: Readonly<Record<Named, readonly string[]>> = {
  name: [
    'name',
    'displayname',
    'label',
    'title',
    'machine',
    'machinename',
    'device',
    'devicename',
    'bezeichnung',
    'anzeigename',
    'gerat',
    'maschine',
  ],
  host: ['host', 'hostname', 'server', 'servername', 'computer', 'computername', 'rechner', 'rechnername', 'node'],
  address: [
    'address',
    'ip',
    'ipaddress',
    'ipv4',
    'ipv4address',
    'fqdn',
    'dns',
    'dnsname',
    'dnshostname',
    'target',
    'adresse',
    'ipadresse',
    'ziel',
  ],
  port: ['port', 'tcpport', 'sshport', 'rdpport'],
  user: ['user', 'username', 'login', 'account', 'benutzer', 'benutzername', 'konto'],
  os: ['os', 'operatingsystem', 'platform', 'system', 'betriebssystem'],
  protocol: ['protocol', 'type', 'connectiontype', 'protokoll', 'verbindungstyp'],
  site: ['site', 'location', 'office', 'branch', 'standort', 'ort', 'niederlassung'],
  group: ['group', 'folder', 'path', 'parent', 'customer', 'company', 'gruppe', 'ordner', 'kunde', 'firma', 'mandant'],
  tags: ['tag', 'tags', 'labels', 'category', 'schlagwort', 'schlagworter', 'kategorie'],
  secret: ['password', 'pass', 'passwort', 'kennwort', 'secret', 'privatekey', 'passphrase'],
}
const byHeading = new Map<string, Named>(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own keys
  (Object.entries(headings) as [Named, readonly string[]][]).flatMap(([field, words]) => words.map((word) => [word, field] as const)),
)

const mostColumns = 200
/** Of a column's values, how many have to be of a kind. */
const most = 0.8

/** `rows` are the first of the table, the headings among them if there are any. */
export function guessColumns(rows: readonly (readonly string[])[]): CsvColumns {
  const [first = []] = rows
  const named = first.slice(0, mostColumns).map((cell) => byHeading.get(fold(cell).replace(/[^\p{L}\p{N}]+/gu, '')))
  const hasHeader = named.some((field) => field !== undefined) && !first.some((cell) => isIP(cell.trim()) > 0)
  return { hasHeader, fields: hasHeader ? ofHeadings(named) : ofValues(rows) }
}

function ofHeadings(named: readonly (Named | undefined)[]): CsvField[] {
  const fields: CsvField[] = []
  const has = (field: CsvField) => fields.includes(field) || named.includes(field === 'none' ? undefined : field)
  for (const field of named) {
    const meant = field !== 'host' ? field : !has('address') ? 'address' : !has('name') ? 'name' : undefined
    // Two columns of one kind: the first, except where several make sense.
    const isFree = meant !== undefined && (['group', 'tags', 'secret'].includes(meant) || !fields.includes(meant))
    fields.push(isFree ? meant : 'none')
  }
  // One column for both: the name leads there, too.
  if (!fields.includes('address')) return fields.map((field) => (field === 'name' ? 'address' : field))
  return fields
}

function ofValues(rows: readonly (readonly string[])[]): CsvField[] {
  const width = Math.min(mostColumns, Math.max(0, ...rows.map((row) => row.length)))
  const fields = Array.from({ length: width }, (): CsvField => 'none')
  const columnOf = (index: number) => rows.map((row) => row[index]?.trim() ?? '').filter((cell) => cell !== '')
  const find = (fits: (cell: string) => boolean) =>
    fields.findIndex((field, index) => {
      const cells = columnOf(index)
      return field === 'none' && cells.length > 0 && cells.filter(fits).length >= cells.length * most
    })
  const put = (index: number, field: CsvField) => {
    if (index !== -1) fields[index] = field
  }
  const ip = find((cell) => isIP(cell) > 0)
  put(ip === -1 ? find((cell) => /^[\w-]+(\.[\w-]+)+$/.test(cell)) : ip, 'address')
  if (!fields.includes('address'))
    put(
      find((cell) => /^[\w-]+$/.test(cell) && !/^\d+$/.test(cell)),
      'address',
    )
  put(
    find((cell) => /^(ssh\d?|rdp)$/i.test(cell)),
    'protocol',
  )
  put(
    find((cell) => toPort(cell) !== undefined),
    'port',
  )
  put(
    find((cell) => /\p{L}/u.test(cell)),
    'name',
  )
  return fields
}
