import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHit, searchWords, toPieces } from '../../../renderer/audit/highlight.ts'

const marked = (text: string, search: string) =>
  toPieces(text, searchWords(search))
    .map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text))
    .join('')

describe('what was searched for', () => {
  test.each([
    ['Ticket 4711: the disk is full', 'disk tick', '[Tick]et 4711: the [disk] is full'],
    ['grant.opened', 'opened', 'grant.[opened]'],
    ['undisked', 'disk', 'undisked'],
    ['Änderung für MÜLLER', 'muller and', '[Änd]erung für [MÜLLER]'],
    ['port 22', '2', 'port [2]2'],
    ['web-ber-001', 'web-ber', '[web]-[ber]-001'],
    ['東京のサーバー', 'サーバー', '東京の[サーバー]'],
    ['a.b', '<b>', 'a.[b]'],
  ])('in %j is marked where words begin', (text, search, expected) => expect(marked(text, search)).toBe(expected))

  test('an empty search marks nothing', () => {
    expect(marked('all of it', '  ')).toBe('all of it')
    expect(isHit('all of it', searchWords(''))).toBe(false)
  })
  test('pieces are the text again, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, search) => {
        expect(
          toPieces(text, searchWords(search))
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
})
