import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foreignLines, foreignText } from '../../../main/sessions/foreignText.ts'

/** Any code units, also halves of characters. fast-check's own unit for this takes seconds to make. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

const hostile = fc.oneof(
  anyText,
  fc.string({
    unit: fc.constantFrom(
      '\u001b[31m',
      '\u001b]0;x\u0007',
      '\u202e',
      '\u2066',
      '\u200b',
      '\r',
      '\n',
      'a',
      '👩🏽‍💻',
      '\u0301',
      '\ud800',
      '\u0000',
      ' ',
    ),
  }),
)

test('F-79: whatever a machine sends, what is shown has no controls, no invisible or reordering characters, and is one short line', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 80 }), (text, maxLength) => {
      const shown = foreignText(text, maxLength)
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u)
      expect(Array.from(shown).length).toBeLessThanOrEqual(maxLength)
      expect(shown.isWellFormed()).toBe(true)
      expect(shown).toBe(shown.trim())
    }),
    { numRuns: 500 },
  )
})

test('what was made safe once stays as it is', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const once = foreignText(text, 60)
      expect(foreignText(once, 60)).toBe(once)
    }),
  )
})

test('plain words in any script come through unchanged', () => {
  for (const text of ['Password:', 'Kennwort für alice: ', 'パスワード', 'Código de verificación', 'रहस्य'])
    expect(foreignText(text, 100)).toBe(text.trim())
})

test('escape sequences go as a whole, not only their first character', () => {
  expect(foreignText('\u001b[1;31mAPPROVED\u001b[0m \u001b]8;;https://evil.example\u0007ok\u001b]8;;\u0007', 100)).toBe('APPROVED ok')
})

test('a line that was cut off says so', () => {
  expect(foreignText('abcdef', 4)).toBe('abc…')
})

test('a megabyte takes no time', () => {
  const started = performance.now()
  foreignText('\u001b['.repeat(500_000), 200)
  expect(performance.now() - started).toBeLessThan(50)
})

test('lines are kept as lines, and there are not more than wanted', () => {
  expect(foreignLines('one\r\ntwo\u001b[2J\n\u202ethree\nfour', 3, 20)).toBe('one\ntwo\nthree')
})
