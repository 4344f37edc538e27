/** What an import finds, from a few lines of an SSH config to a hundred thousand rows, with hostile ones among them. */
import type { ImportPreview, ImportRow } from '../../../preload/contract.ts'
import type { Handlers } from '../../fakes/bridge.ts'

const ssh: ImportRow[] = [
  {
    index: 0,
    line: 1,
    name: 'web-1',
    address: 'web-1.example.net',
    os: 'linux',
    site: '',
    tags: [],
    user: 'deploy',
    fate: 'new',
    ignored: [],
  },
  {
    index: 1,
    line: 7,
    name: 'db',
    address: '10.0.4.20',
    os: 'linux',
    site: '',
    tags: [],
    port: 2222,
    user: 'postgres',
    fate: 'new',
    ignored: ['ProxyJump'],
  },
  { index: 2, line: 15, name: 'files', address: 'files.example.net', os: 'linux', site: '', tags: [], fate: 'known', ignored: [] },
  {
    index: 3,
    line: 21,
    name: 'build-7',
    address: 'build-7.example.net',
    os: 'linux',
    site: '',
    tags: [],
    user: 'ci',
    fate: 'new',
    ignored: ['ProxyCommand'],
  },
  { line: 30, text: 'Host *.corp', why: 'wildcard', fate: 'leftOut' },
  { line: 36, text: 'Match exec "test -f /tmp/x"', why: 'match', fate: 'leftOut' },
]

const customers = ['Kunde Nord GmbH', 'Stadtwerke', 'Praxis Dr. Öz', 'Autohaus Süd']
const many = (count: number): ImportRow[] =>
  Array.from({ length: count }, (_, index): ImportRow => {
    if (index % 23 === 9) return { line: index + 3, text: `ws-${index} 10.0.300.1`, why: 'badAddress', fate: 'leftOut' }
    if (index % 31 === 5) return { line: index + 3, text: `switch-${index} Telnet`, why: 'otherProtocol', fate: 'leftOut' }
    const isWindows = index % 3 > 0
    return {
      index,
      line: index + 3,
      name: index === 2 ? '<img src=x onerror=alert(1)>\u202egpj.exe' : `${isWindows ? 'WS' : 'srv'}-${String(index).padStart(4, '0')}`,
      address: `10.${Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`,
      os: isWindows ? 'windows' : 'linux',
      site: customers[index % customers.length] ?? '',
      tags: isWindows ? ['Arbeitsplätze', 'Erdgeschoss'] : ['Server'],
      ...(index % 5 === 0 && { port: isWindows ? 3390 : 2222 }),
      ...(index % 2 === 0 && { user: isWindows ? 'NORD\\helpdesk' : 'root' }),
      fate: index % 7 === 3 ? 'known' : 'new',
      ignored: index % 11 === 4 ? ['RDGatewayHostname', 'PreExtApp'] : [],
    }
  })

const previews: Record<string, ImportPreview> = {
  sshConfig: { source: '/home/anna/.ssh/config', format: 'sshConfig', machines: 4, secrets: 0, unknownSystems: 0, dropped: [] },
  mremoteng: {
    source: 'confCons.xml',
    format: 'mremoteng',
    machines: 940,
    secrets: 812,
    unknownSystems: 0,
    dropped: [
      { what: 'RDGatewayHostname', count: 84 },
      { what: 'PreExtApp', count: 12 },
      { what: 'SSHTunnelConnectionName', count: 3 },
    ],
  },
  csv: {
    source: 'Inventar 2024 – Büro.csv',
    format: 'csv',
    machines: 940,
    secrets: 0,
    unknownSystems: 310,
    dropped: [],
    table: {
      hasHeader: true,
      fields: ['name', 'address', 'port', 'site', 'none'],
      columns: [
        { title: 'Rechnername', samples: ['WS-0001', 'WS-0002', 'srv-0003'] },
        { title: 'IP-Adresse', samples: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] },
        { title: 'Port', samples: ['3389', '22'] },
        { title: 'Standort', samples: ['Kunde Nord GmbH', 'Stadtwerke'] },
        { title: 'Bemerkung', samples: ['=HYPERLINK("http://x")', 'alt'] },
      ],
    },
  },
}

/** Files are told apart by their names here: "locked.xml" asks for a password, "table.csv" is a table, "broken.xml" has a fault. */
export function importHandlers(scene: string): Handlers {
  let rows = ssh
  return {
    'machines.sendImport': () => ({}),
    'machines.dropImport': () => ({}),
    'machines.previewImport': ({ name = '', password }) => {
      if (name.startsWith('broken')) return { failure: { tag: 'badFile', line: 1042, problem: 'doctype' } }
      if (name.startsWith('unknown')) return { failure: { tag: 'file', path: name, problem: 'unknownFormat' } }
      if (name.startsWith('locked') && password !== 'open') {
        return {
          source: name,
          format: 'mremoteng',
          machines: 0,
          secrets: 0,
          unknownSystems: 0,
          dropped: [],
          asks: password === undefined ? 'password' : 'wrongPassword',
        }
      }
      const kind = name === '' ? 'sshConfig' : name.endsWith('.csv') ? 'csv' : 'mremoteng'
      rows = kind === 'sshConfig' ? ssh : many(scene === 'hundredThousand' ? 100_000 : 1000)
      return previews[kind] ?? { failure: { tag: 'cancelled' } }
    },
    'machines.importRows': ({ show, offset, limit, groups }) => {
      const shown = rows.filter(({ fate }) => show === 'all' || fate === show)
      const count = (fate: ImportRow['fate']) => rows.filter((row) => row.fate === fate).length
      return {
        counts: { new: count('new'), known: count('known'), leftOut: count('leftOut') },
        total: shown.length,
        rows: shown.slice(offset, offset + limit).map((row) => (row.fate === 'leftOut' || groups === 'site' ? row : { ...row, site: '' })),
      }
    },
    'machines.import': ({ chosen }) => ({ added: chosen.from === 'new' ? 760 : chosen.except.length, known: 0, left: 0 }),
    'machines.undoImport': () => ({ removed: 760 }),
  }
}
