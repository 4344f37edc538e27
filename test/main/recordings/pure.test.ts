/** What recordings decide: lines of a cast, words on a screen, what goes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventLine, headerLine, parseLines, parseSize, sizeText } from '../../../main/recordings/cast.ts'
import { fold } from '../../../main/recordings/replay.ts'
import { whatGoes } from '../../../main/recordings/retention.ts'
import { createScreenText } from '../../../main/recordings/screenText.ts'
import { folded, hitsIn } from '../../../main/recordings/search.ts'

describe('asciicast v2', () => {
  test('any output is one line of JSON: seconds, a code, the data', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e8, noNaN: true }),
        fc.constantFrom('o', 'r', 'm'),
        fc.string({ unit: 'binary' }),
        (atMs, kind, data) => {
          const line = eventLine({ atMs, kind, data })
          expect(line.indexOf('\n')).toBe(line.length - 1)
          expect(JSON.parse(line)).toEqual([expect.closeTo(atMs / 1000, 5), kind, data])
          expect(parseLines(line)).toEqual([{ atMs: expect.closeTo(atMs, 2) as unknown, kind, data }])
        },
      ),
    )
  })
  test('the header has what the format asks for and nothing of this computer', () => {
    expect(headerLine({ cols: 80, rows: 24, startedAt: '2026-11-28T15:00:00.500Z', title: 'web "1"\n' })).toBe(
      `{"version":2,"width":80,"height":24,"timestamp":1795878000,"title":"web \\"1\\"\\n","env":{"TERM":"xterm-256color"}}\n`,
    )
  })
  test('a size is COLSxROWS', () => {
    expect(sizeText({ cols: 120, rows: 40 })).toBe('120x40')
    expect(parseSize('120x40')).toEqual({ cols: 120, rows: 40 })
    expect(parseSize('120x')).toBeUndefined()
    expect(parseSize('99999x1')).toBeUndefined()
  })
})

function linesOf(pieces: readonly string[]): string[] {
  const screen = createScreenText()
  return [...pieces.flatMap((piece, index) => screen.write(piece, index)), ...screen.rest()].map(({ text }) => text)
}

/** The same text in pieces that were cut at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => text.slice(from, at[index]))
}

const sequences = [
  '\u001b[1;31m',
  '\u001b[0m',
  '\u001b]0;title\u0007',
  '\u001b]52;c;c2VjcmV0\u001b\\',
  '\u001bP$qm\u001b\\',
  '\u001b(B',
  '\u001b[?2004h',
  '\u001b[?25l',
  '\u001b=',
]

describe('what a terminal said', () => {
  test('plain lines come out as they are, however they were cut, with control sequences anywhere', () => {
    const word = fc.stringMatching(/^[a-zä端🚪 ]{1,20}$/u)
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...sequences)), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (lines, inserted, places) => {
          const withSequences = inserted.reduce(
            (text, [place, sequence]) => {
              // Between letters, not within another sequence.
              const gaps = [...text.matchAll(/\r\n/g)].map(({ index }) => index)
              const at = gaps[place % Math.max(1, gaps.length)] ?? text.length
              return text.slice(0, at) + sequence + text.slice(at)
            },
            `${lines.join('\r\n')}\r\n`,
          )
          expect(linesOf(cut(withSequences, places))).toEqual(lines)
        },
      ),
    )
  })
  test.each([
    ['a word typed wrong and mended', 'systemclt\b\btl\r\n', ['systemctl']],
    ['a letter erased as a shell does it', 'lss\b \b -l\r\n', ['ls -l']],
    ['a word written over by a progress bar', '10 %\r20 %\r\n', ['10 %', '20 %']],
    ['a line cleared from its beginning', 'gone\r\u001b[Knew\r\n', ['gone', 'new']],
    ['a letter put in between', 'sytem\b\b\b\u001b[1@s\r\n', ['system']],
    ['a letter taken out of the middle', 'ssystem\r\u001b[C\u001b[P\r\n', ['system']],
    ['words that a program puts in places', '\u001b[2;5Hleft\u001b[2;40Hright\u001b[H', ['left', 'right']],
    ['words with the cursor moved on between them', 'left\u001b[3Cright\r\n', ['left   right']],
    ['a title, which is not on the screen', '\u001b]2;owned\u0007shown\r\n', ['shown']],
    ['a sequence that another one breaks off', '\u001b[12\u001b[1mshown\r\n', ['shown']],
    ['a string that is cancelled', '\u001b]0;abc\u0018shown\r\n', ['shown']],
  ])('%s', (_name, output, lines) => expect(linesOf([output])).toEqual(lines))
  test('output without a line end does not grow without end', () => {
    expect(linesOf(['x'.repeat(20_000)]).every((line) => line.length <= 4000)).toBe(true)
  })
  test('each letter has the time of its own piece', () => {
    const screen = createScreenText()
    screen.write('pass', 10)
    expect(screen.write('word\r\n', 20)).toEqual([{ text: 'password', atMs: [10, 10, 10, 10, 20, 20, 20, 20] }])
  })
})

const line = (text: string) => ({ text, atMs: Array.from(text, (_, index) => index) })

describe('a search', () => {
  test('finds every place, whatever the letters’ size, at the time of the last letter', () => {
    expect(hitsIn(line('Error: no error'), folded('ERROR'))).toEqual([
      { atMs: 4, line: 'Error: no error', from: 0, to: 5 },
      { atMs: 14, line: 'Error: no error', from: 10, to: 15 },
    ])
  })
  test('shows where the words are, also in a long line and beside letters that change their length', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.string({ unit: fc.constantFrom('İ', 'ß', 'a', ' '), maxLength: 300 }),
        (before, word, after) => {
          const hits = hitsIn(line(`${before}${word.toUpperCase()}${after}`), word)
          expect(hits.length).toBeGreaterThan(0)
          for (const { line: shown, from, to } of hits) expect(shown.slice(from, to).toLowerCase()).toBe(word)
        },
      ),
    )
  })
})

describe('retention', () => {
  const dayMs = 86_400_000
  const kept = fc.record({
    recordingId: fc.uuid(),
    bytes: fc.integer({ min: 0, max: 1000 }),
    atMs: fc.integer({ min: 0, max: 200 * dayMs }),
  })
  const files = fc.uniqueArray(kept, { selector: ({ recordingId }) => recordingId, maxLength: 30 })
  test('what stays is young and small enough, and nothing goes that need not', () => {
    fc.assert(
      fc.property(
        files,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 8000 }),
        fc.nat(4),
        (all, keepDays, keepBytes, liveCount) => {
          const nowMs = 200 * dayMs
          const live = new Set(all.slice(0, liveCount).map(({ recordingId }) => recordingId))
          const gone = new Map(whatGoes(all, { keepDays, keepBytes }, nowMs, live).map(({ recordingId, why }) => [recordingId, why]))
          const stays = all.filter(({ recordingId }) => !gone.has(recordingId))
          const bytes = stays.reduce((sum, one) => sum + one.bytes, 0)
          for (const { recordingId, atMs } of all) {
            const isOld = nowMs - atMs > keepDays * dayMs
            if (live.has(recordingId)) expect(gone.has(recordingId)).toBe(false)
            else if (isOld) expect(gone.get(recordingId)).toBe('age')
          }
          if (stays.some(({ recordingId }) => !live.has(recordingId))) expect(bytes).toBeLessThanOrEqual(keepBytes)
          // The youngest that went for its size would have been too much.
          const forSize = all.filter(({ recordingId }) => gone.get(recordingId) === 'size').sort((a, b) => b.atMs - a.atMs)
          if (forSize[0]) expect(bytes + forSize[0].bytes).toBeGreaterThan(keepBytes)
        },
      ),
    )
  })
})

test('how much was written is kept when seconds become parts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), (perSecond, parts) => {
      const parted = fold(perSecond, parts)
      expect(parted.length).toBe(Math.min(parts, perSecond.length))
      expect(parted.reduce((a, b) => a + b, 0)).toBe(perSecond.reduce((a, b) => a + b, 0))
    }),
  )
})
