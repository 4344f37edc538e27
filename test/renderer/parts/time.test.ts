import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agoText, durationMs, durationText, isoDuration } from '../../../renderer/parts/time.ts'

const now = Date.parse('2026-05-04T12:00:00Z')
const before = (ms: number) => new Date(now - ms).toISOString()

describe('times in words', () => {
  it.each([
    [90_000, '1 min. ago', 'vor 1 Min.'],
    [3 * 3_600_000, '3 hr. ago', 'vor 3 Std.'],
    [26 * 3_600_000, 'yesterday', 'gestern'],
    [40 * 86_400_000, 'last mo.', 'letzten Monat'],
  ])('%i ms ago is told in both languages', (ms, en, de) => {
    expect(agoText(before(ms), now, 'en')).toBe(en)
    expect(agoText(before(ms), now, 'de')).toBe(de)
  })

  it('F-104: what a wrong clock puts into the future is not told as minutes to come', () => {
    expect(agoText(before(-3_600_000), now, 'en')).toBeUndefined()
    expect(agoText(before(30_000), now, 'en')).toBeUndefined()
  })

  it.each([
    [180 * 60_000, '3 hours', '3 Stunden'],
    [90 * 60_000, '1 hr 30 min', '1 Std. 30 Min.'],
    [30 * 60_000, '30 minutes', '30 Minuten'],
    [24 * 3_600_000, '24 hours', '24 Stunden'],
    [0, '0 minutes', '0 Minuten'],
  ])('%i ms is said as a duration', (ms, en, de) => {
    expect(durationText(ms, 'en')).toBe(en)
    expect(durationText(ms, 'de')).toBe(de)
  })

  it.each(['', 'P', 'PT', '3h', 'PT-3H', 'P1Y', 'PT1.5H', 'PT3H '])('%j is no duration that a policy can have', (text) => {
    expect(durationMs(text)).toBeUndefined()
  })

  it('an ISO 8601 duration of whole minutes is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (minutes) => durationMs(isoDuration(minutes * 60_000)) === minutes * 60_000),
    )
  })
})
