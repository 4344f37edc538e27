import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { longestWindowMs, parseDuration, shortestWindowMs, toDuration } from '../../gateway/durations.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

test('a window is at least a second and at most a year, leap days included', () => {
  expect(shortestWindowMs).toBe(1000)
  expect(longestWindowMs).toBe(366 * dayMs)
  expect(parseDuration('PT1S')).toBe(1000)
  expect(parseDuration('PT0.999S')).toBeUndefined()
  expect(parseDuration('P366D')).toBe(366 * dayMs)
  expect(parseDuration('P366DT0.001S')).toBeUndefined()
})

test.each([
  ['PT3H', 3 * hourMs],
  ['PT90M', 90 * 60_000],
  ['PT1H30M', 90 * 60_000],
  ['P1D', dayMs],
  ['P1W', 7 * dayMs],
  ['P1DT1.5S', dayMs + 1500],
  ['PT05M', 5 * 60_000],
])('%s is a duration', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  'PT0S',
  '-PT1H',
  'PT-1H',
  '-PT-1H',
  'P1DT-1H',
  '+PT1H',
  'pt1h',
  'PT1,5S',
  'P0Y1D',
  'PT',
  'P',
  '',
  'P1M',
  'P1Y',
  'P1MT1H',
  'P1YT1H',
  '1h',
  'PT9007199254740993S',
  'PTNaNS',
  'PT1e9S',
  'P400D',
  'PT0.5S',
  'PT1.00005H',
  'PT1H30',
  'PT1H\n',
  'PT1H!',
  ' PT1H',
  'xPT1H',
])('F-52: “%s” is none', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  [0, 'PT0S'],
  [1000, 'PT1S'],
  [1500, 'PT1.5S'],
  [60_000, 'PT1M'],
  [61_000, 'PT1M1S'],
  [10 * 60_000, 'PT10M'],
  [hourMs, 'PT1H'],
  [hourMs + 1000, 'PT1H1S'],
  [hourMs + 20_000, 'PT1H20S'],
  [10 * hourMs + 30 * 60_000, 'PT10H30M'],
  [3 * hourMs + 60_000 + 7000, 'PT3H1M7S'],
  [48 * hourMs, 'PT48H'],
])('%i milliseconds are written %s, without a part that says nothing', (ms, text) => {
  expect(toDuration(ms)).toBe(text)
})

test('durations come back as they were written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: longestWindowMs }), (ms) => {
      expect(parseDuration(toDuration(ms))).toBe(ms)
    }),
  )
})
