import * as fc from 'fast-check'
import { stringify } from 'csv-stringify/sync'
import { describe, expect, test } from 'vitest'
import { failureOf, readFile, timed } from './reading.ts'

const csv = (...lines: string[]) => readFile('machines.csv', lines.join('\r\n'))

describe('a table', () => {
  test.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('with %s is read by its headings', (_what, mark) => {
    const lines = [
      ['Name', 'IP Address', 'Port', 'Username', 'Operating System', 'Location', 'Tags'],
      ['web', '10.0.0.5', '2222', 'root', 'Ubuntu 24.04', 'Berlin', 'prod'],
      ['dc', 'dc.example', '', 'NORD\\admin', 'Windows Server 2022', 'Wien', ''],
    ]
    expect(csv(...lines.map((line) => line.join(mark))).machines).toMatchObject([
      { line: 2, name: 'web', address: '10.0.0.5', port: 2222, user: 'root', os: 'linux', site: 'Berlin', tags: ['prod'] },
      { line: 3, name: 'dc', address: 'dc.example', user: 'NORD\\admin', os: 'windows', site: 'Wien', tags: [] },
    ])
  })

  test('of a German spreadsheet, in its own encoding, is read', () => {
    const text = 'Rechnername;IP-Adresse;Benutzer;Standort;Gruppe\r\nBüro-PC;10.0.0.7;müller;Köln;Kunde A/Büro\r\n'
    const expected = [{ name: 'Büro-PC', address: '10.0.0.7', user: 'müller', site: 'Köln', groups: ['Kunde A', 'Büro'] }]
    for (const bytes of [
      Buffer.from(text, 'latin1'),
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(text),
    ])
      expect(readFile('a.csv', bytes).machines).toMatchObject(expected)
  })

  test('without headings is understood by what stands in it', () => {
    const { machines, table } = csv('web,10.0.0.5,ssh', 'dc,10.0.0.6,rdp')
    expect(table).toMatchObject({ hasHeader: false, fields: ['name', 'address', 'protocol'] })
    expect(machines).toMatchObject([
      { line: 1, name: 'web', address: '10.0.0.5', os: 'linux', way: 'ssh' },
      { line: 2, name: 'dc', address: '10.0.0.6', os: 'windows', way: 'rdp' },
    ])
  })

  test('of one column of names is a list of machines', () => {
    expect(csv('hostname', 'a.example', 'b.example:2222').machines).toMatchObject([
      { name: 'a.example', address: 'a.example' },
      { address: 'b.example', port: 2222 },
    ])
  })

  test('shows what its columns are taken for, and takes another word for it', () => {
    const text = 'Bezeichnung;Netz;Kommentar\nweb;10.0.0.5;10.1.1.1\n'
    const { table } = readFile('a.csv', text)
    expect(table).toEqual({
      hasHeader: true,
      fields: ['address', 'none', 'none'],
      columns: [
        { title: 'Bezeichnung', samples: ['web'] },
        { title: 'Netz', samples: ['10.0.0.5'] },
        { title: 'Kommentar', samples: ['10.1.1.1'] },
      ],
    })
    const told = readFile('a.csv', text, { table: { hasHeader: true, fields: ['name', 'none', 'address'] } })
    expect(told.machines).toMatchObject([{ name: 'web', address: '10.1.1.1' }])
    const asRows = readFile('a.csv', text, { table: { hasHeader: false, fields: ['name', 'address'] } })
    expect(asRows.machines.map(({ name, line }) => [name, line])).toEqual([
      ['Bezeichnung', 1],
      ['web', 2],
    ])
  })

  test('says by which port a machine is reached that names no system', () => {
    expect(csv('name;address;port', 'a;a.example;3389', 'b;b.example;22', 'c;c.example;8022').machines).toMatchObject([
      { os: 'windows', way: 'rdp' },
      { os: 'linux', way: 'ssh' },
      { port: 8022 },
    ])
    expect(csv('name;address;port', 'c;c.example;8022').machines[0]).not.toHaveProperty('os')
  })

  test('passwords in it are counted and left out', () => {
    const reading = csv('Name;Host;Password', 'a;a.example;hunter2', 'b;b.example;')
    expect(reading).toMatchObject({ secrets: 1, machines: [{ address: 'a.example' }, { address: 'b.example' }] })
    expect(JSON.stringify(reading.machines)).not.toContain('hunter2')
  })
})

describe('F-41: a table with faults', () => {
  test('a broken quote costs its row and no other, with the line', () => {
    const { machines, leftOut } = csv('name,address', 'a,a.example', '"b,b.example', 'c,c.example', '"d"x,d.example', 'e,"e.example"')
    expect(machines.map(({ name, line }) => [name, line])).toEqual([
      ['a', 2],
      ['c', 4],
      ['e', 6],
    ])
    expect(leftOut).toEqual([
      { line: 3, text: '"b,b.example', why: 'badRow' },
      { line: 5, text: '"d"x,d.example', why: 'badRow' },
    ])
  })

  test('rows that are too short, too long or empty are told or passed over', () => {
    const { machines, leftOut } = csv('name,address,port', 'a', '', 'b,b.example,22,and,more', ',,', 'c,c.example,99999')
    expect(machines).toMatchObject([{ name: 'b', line: 4 }])
    expect(leftOut).toEqual([
      { line: 2, text: 'a', why: 'noAddress' },
      { line: 6, text: 'c c.example 99999', why: 'badPort' },
    ])
  })

  test('a row over several lines keeps the lines of those below it right', () => {
    const { machines } = csv('name,address,notes', 'a,a.example,"one', 'two', 'three"', 'b,b.example,x')
    expect(machines.map(({ name, line }) => [name, line])).toEqual([
      ['a', 2],
      ['b', 5],
    ])
  })

  test('a formula is a text: neither worked out nor an address', () => {
    const { machines, leftOut } = csv('name,address', "=cmd|'/c calc'!A0,a.example", '@SUM(1),b.example', 'x,=HYPERLINK("http://evil")')
    expect(machines.map(({ name }) => name)).toEqual(["=cmd|'/c calc'!A0", '@SUM(1)'])
    expect(leftOut).toHaveLength(1)
  })

  test.each([
    ['a million columns', `name,address\n${'x,'.repeat(1_000_000)}\nb,b.example`],
    ['a cell of a million letters', `name,address\n"${'x'.repeat(1_000_000)}",a\nb,b.example`],
  ])('%s cost their row, within two seconds', (_what, text) => {
    const took = timed(() => {
      const { machines, leftOut } = readFile('a.csv', text)
      expect(machines).toMatchObject([{ name: 'b', line: 3 }])
      expect(leftOut).toMatchObject([{ line: 2, why: 'badRow' }])
    })
    expect(took).toBeLessThan(2000)
  })

  test('a file of nothing but broken rows ends, with a line', () => {
    const took = timed(() =>
      expect(failureOf(() => readFile('a.csv', `name,address\n${'"x,y\n'.repeat(200_000)}`, { format: 'csv' }))).toMatchObject({
        tag: 'badFile',
        problem: 'table',
        line: 1002,
      }),
    )
    expect(took).toBeLessThan(15_000)
  }, 30_000)

  test('whatever names and addresses a spreadsheet writes, each good row is read back', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'Z', '7', ' ', ',', ';', '"', '=', "'", 'ß', '😀', '-'), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), fc.constantFrom(',', ';', '\t'), (names, delimiter) => {
        const rows = names.map((name, at) => [name, `m${at}.example`])
        const text = stringify([['Name', 'Address'], ...rows], { delimiter })
        const { machines } = readFile('a.csv', text, { format: 'csv' })
        expect(machines.map(({ name, address }) => [name, address])).toEqual(
          rows.map(([name = '', address = '']) => [name.trim() || address, address]),
        )
      }),
      { numRuns: 200 },
    )
  })
})
