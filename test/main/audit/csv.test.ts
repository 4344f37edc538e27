import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { asText, csvOf } from '../../../main/audit/csv.ts'
import { writeExport } from '../../../main/audit/exportFile.ts'
import { CallError } from '../../../main/callError.ts'
import type { AuditRow } from '../../../preload/contract.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-csv-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function row(parts: Partial<AuditRow> = {}): AuditRow {
  const gateway = { id: 'desk', name: 'This desk' }
  const what = { actor: 'tess', action: 'grant.opened', outcome: 'ok', detail: {} } as const
  return { id: 'desk:1', seq: 1, at: '2030-01-01T00:00:00.000Z', ...what, gateway, mark: 'verified', ...parts }
}

const exportCsv = (path: string, rows: AsyncIterable<AuditRow[]>) =>
  writeExport(path, async (write) => {
    for await (const text of csvOf(rows)) await write(text)
  })

async function* of(...rows: AuditRow[]) {
  yield rows
}

/** A log whose provider goes away in the middle. */
async function* broken() {
  for (let seq = 0; seq < 1000; seq++) yield [row({ seq })]
  throw new CallError({ tag: 'offline', provider: 'desk' })
}

/** Cells as a reader of RFC 4180 has them. */
function cells(text: string): string[][] {
  const body = text.replace(/^\ufeff/, '')
  return [...body.matchAll(/((?:"(?:[^"]|"")*"|)(?:,(?:"(?:[^"]|"")*"|))*)\r\n/g)].map(([, line = '']) =>
    [...line.matchAll(/"((?:[^"]|"")*)"|(?<=^|,)(?=,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"')),
  )
}

describe('an exported log', () => {
  test.each(["=cmd|' /C calc'!A0", '+1-1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '  =1', '＝1', '＋1'])(
    'F-89: a value %j is text in a spreadsheet',
    async (hostile) => {
      const path = join(folder(), 'log.csv')
      await exportCsv(path, of(row({ actor: hostile, machineName: hostile, site: hostile, detail: { note: 'fine' } })))
      const [, written = []] = cells(readFileSync(path, 'utf8'))
      expect(written[2]).toBe(`'${hostile}`)
      expect(written[5]).toBe(`'${hostile}`)
      expect(written[7]).toBe(`'${hostile}`)
    },
  )

  test('F-89: no value begins as a formula, and none is changed otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const safe = asText(value)
        expect(safe === value || safe === `'${value}`).toBe(true)
        expect(safe).not.toMatch(/^[=+\-@\t\r]/)
      }),
    )
  })

  test('keeps quotes, commas and line breaks inside one value', async () => {
    const path = join(folder(), 'log.csv')
    await exportCsv(path, of(row({ site: 'Berlin, "Mitte"\nHaus 2' }), row({ seq: 2 })))
    const text = readFileSync(path, 'utf8')
    expect(text.startsWith('\ufeff"seq","at"')).toBe(true)
    expect(cells(text)[1]?.[7]).toBe('Berlin, "Mitte"\nHaus 2')
    expect(cells(text)).toHaveLength(3)
  })

  test('F-90: does not follow a symlink, and replaces what was there as a whole', async () => {
    const place = folder()
    const path = join(place, 'log.csv')
    writeFileSync(join(place, 'target'), 'precious')
    symlinkSync(join(place, 'target'), path)
    await exportCsv(path, of(row()))
    expect(readFileSync(join(place, 'target'), 'utf8')).toBe('precious')
    expect(lstatSync(path).isFile()).toBe(true)
    expect(readdirSync(place).toSorted()).toEqual(['log.csv', 'target'])
  })

  test('F-90: that breaks midway leaves the old file and nothing else', async () => {
    const place = folder()
    const path = join(place, 'log.csv')
    writeFileSync(path, 'old')
    await expect(exportCsv(path, broken())).rejects.toMatchObject({ failure: { tag: 'offline' } })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(place)).toEqual(['log.csv'])
  })

  test.each([
    ['a folder that is not there', (place: string) => join(place, 'gone', 'log.csv'), 'missing'],
    [
      'a read-only file',
      (place: string) => {
        writeFileSync(join(place, 'log.csv'), 'kept', { mode: 0o400 })
        return join(place, 'log.csv')
      },
      'denied',
    ],
    [
      'a folder',
      (place: string) => {
        mkdirSync(join(place, 'log.csv'))
        return join(place, 'log.csv')
      },
      'other',
    ],
  ])('F-90: over %s is refused in words', async (_what, make, problem) => {
    const path = make(folder())
    await expect(exportCsv(path, of(row()))).rejects.toMatchObject({ failure: { tag: 'file', path, problem } })
  })
})
