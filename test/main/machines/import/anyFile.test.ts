import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallError } from '../../../../main/callError.ts'
import { recognise } from '../../../../main/machines/import/recognise.ts'
import { MachineInput } from '../../../../gateway/api.ts'
import { parseAddress } from '../../../../gateway/address.ts'
import { toMachineInput } from '../../../../main/machines/import/placing.ts'
import { ImportFormat } from '../../../../preload/contract/imports.ts'
import { failureOf, readFile } from './reading.ts'

describe('a format is seen by what stands in the file, whatever its name', () => {
  test.each([
    ['sshConfig', 'Host web\n  HostName 10.0.0.1\n'],
    ['sshConfig', '# mine\n\nInclude conf.d/*\n\nHost *\n  User x'],
    ['sshConfig', 'ForwardAgent no\nHost web'],
    ['mremoteng', '<?xml version="1.0"?>\n<!-- a --><mrng:Connections xmlns:mrng="http://mremoteng.org">'],
    ['mremoteng', '<Connections Name="Connections">'],
    ['rdcman', '<?xml version="1.0" encoding="utf-8"?>\n<RDCMan programVersion="2.7" schemaVersion="3">'],
    ['royalTs', '<?xml version="1.0"?><RTSZDocument>'],
    ['rdpFile', 'screen mode id:i:2\r\nfull address:s:host'],
    ['csv', 'Name;Adresse\na;b'],
    ['csv', 'name\taddress'],
    ['csv', 'a.example\nb.example\n'],
    ['ansible', '[web]\na ansible_host=1.2.3.4'],
    ['ansible', 'a ansible_host=1.2.3.4'],
    ['ansible', '---\nall:\n  hosts:\n    a:'],
    ['ansible', 'web:\n  hosts:\n    a:'],
    ['ansible', '$ANSIBLE_VAULT;1.1;AES256\n61'],
    [undefined, '<html><body>'],
    [undefined, 'Dear customer, thank you for your order.'],
    [undefined, ''],
  ])('%s: %j', (format, text) => {
    expect(recognise(text)).toBe(format)
  })

  test('and somebody who knows better is believed', () => {
    expect(readFile('x', 'a.example', { format: 'ansible' })).toMatchObject({ format: 'ansible', machines: [{ name: 'a.example' }] })
    expect(failureOf(() => readFile('x', 'Host web', { format: 'rdcman' }))).toMatchObject({ tag: 'badFile' })
  })
})

describe('a file that is none', () => {
  test('F-37: of NULs is refused', () => {
    expect(failureOf(() => readFile('confCons.xml', Buffer.alloc(50_000)))).toEqual({
      tag: 'file',
      path: 'confCons.xml',
      problem: 'notText',
    })
    expect(failureOf(() => readFile('c.xml', Buffer.from('<Connections>\0\0\0</Connections>')))).toMatchObject({ problem: 'notText' })
  })

  test('F-39: of Royal TS is told what it is, zipped or not', () => {
    expect(failureOf(() => readFile('a.rtsz', Buffer.from('PK\u0003\u0004rest')))).toMatchObject({ tag: 'file', problem: 'royalTs' })
    expect(failureOf(() => readFile('a.xml', '<?xml version="1.0"?><RTSZDocument/>'))).toMatchObject({ problem: 'royalTs' })
    expect(failureOf(() => readFile('a.rtsz', '<?xml version="1.0"?><RTSZDocument/>', { format: 'mremoteng' }))).toMatchObject({
      problem: 'royalTs',
    })
  })

  test('of another kind is said', () => {
    expect(failureOf(() => readFile('letter.txt', 'Dear customer, thank you.'))).toMatchObject({ problem: 'unknownFormat' })
    expect(failureOf(() => readFile('empty', ''))).toMatchObject({ problem: 'unknownFormat' })
  })
})

const bits = fc.constantFrom(
  '<',
  '>',
  '/',
  '"',
  "'",
  '=',
  ':',
  '[',
  ']',
  '{',
  '}',
  '&',
  '!',
  '*',
  '-',
  '\n',
  ' ',
  '\t',
  ',',
  ';',
  '|',
  '#',
  '%',
  '\\',
  '\0',
  '\ufeff',
  '\u202e',
  'Connections',
  'Node',
  'RDCMan',
  'server',
  'Hostname',
  'Host ',
  'Host',
  'full address:s:',
  'all:',
  'hosts:',
  '[web]',
  'ansible_host',
  'name,address',
  '10.0.0.1',
  'a.example',
  '22',
  '65536',
  '&lol;',
  '<!DOCTYPE a>',
  '<![CDATA[',
  '-->',
  '&a ',
  '*a',
  '<<: ',
  '!!js/function',
  '[1:99]',
  '😀',
  'ß',
)
const hostile = fc.oneof(
  fc.array(bits, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
)

describe('whatever bytes come', () => {
  test('as whichever format, they are read or refused; nothing else is ever thrown', () => {
    fc.assert(
      fc.property(hostile, fc.option(fc.constantFrom(...ImportFormat.options), { nil: undefined }), (bytes, format) => {
        try {
          readFile('x', bytes, format ? { format } : {})
        } catch (error) {
          if (!(error instanceof CallError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('F-44: what a preview offers is what a gateway takes, so no import fails for one of its machines', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '-', '.', '1', ' ', 'ß', '😀', '\ud800', '\u202e', '\u0007', '"', '=', 'x'.repeat(60)),
      maxLength: 12,
    })
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: text, address: text, port: text, user: text, site: text, tags: text }), { maxLength: 8 }),
        (rows) => {
          const fields = ['name', 'address', 'port', 'user', 'site', 'tags'] as const
          const lines = rows.map((row) => fields.map((field) => `"${row[field].replaceAll('"', '""')}"`).join(','))
          const { machines } = readFile('a.csv', [fields.join(','), ...lines, 'ok,ok.example,,,,'].join('\n'), { format: 'csv' })
          expect(machines.length).toBeGreaterThan(0)
          for (const machine of machines) {
            const { turnOnJit, ...input } = toMachineInput(machine, { groups: 'site', site: '', os: 'linux', turnOnJit: true })
            expect(turnOnJit).toBe(true)
            expect(MachineInput.strict().parse(input)).toEqual(input)
            expect(parseAddress(input.address)).toMatchObject({ ok: true, address: input.address })
            expect(JSON.stringify(input).isWellFormed()).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
