import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binAt, sumOf, toBars, toBins, toRange, toTicks } from '../../../renderer/audit/bars.ts'

const hourMs = 3_600_000
const startMs = Date.parse('2026-11-22T08:00:00Z')
const binsOf = (counts: readonly [ok: number, refused: number, failed: number][]) =>
  toBins({
    bins: counts.map(([ok, refused, failed], index) => ({ at: new Date(startMs + index * hourMs).toISOString(), ok, refused, failed })),
  })
const counts = fc.array(fc.tuple(fc.nat(100_000), fc.nat(50), fc.nat(5)), { minLength: 1, maxLength: 400 })

describe('the timeline', () => {
  test('a bin ends where the next one begins', () => {
    expect(
      binsOf([
        [1, 2, 3],
        [0, 0, 0],
      ]).map(({ fromMs, toMs, total }) => [fromMs - startMs, toMs - startMs, total]),
    ).toEqual([
      [0, hourMs, 6],
      [hourMs, 2 * hourMs, 0],
    ])
  })
  test('a single bin is as long as the whole', () => {
    const at = new Date(startMs).toISOString()
    const [bin] = toBins({ from: at, to: new Date(startMs + 5000).toISOString(), bins: [{ at, ok: 1, refused: 0, failed: 0 }] })
    expect(bin && bin.toMs - bin.fromMs).toBe(5000)
  })
  test('an empty log has no bins', () => expect(toBins({ bins: [] })).toEqual([]))

  test('one failure among a hundred thousand events is seen', () => {
    const [bar] = toBars(binsOf([[100_000, 0, 1]]), { width: 100, height: 56 })
    expect(bar?.parts.find(({ outcome }) => outcome === 'failed')?.height).toBeGreaterThanOrEqual(2)
  })
  test('bars stay in their picture and do not touch', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 400, max: 2000 }), (some, width) => {
        const bars = toBars(binsOf(some), { width, height: 56 })
        bars.forEach(({ x, width: own, parts }, index) => {
          expect(x + own).toBeLessThanOrEqual(Math.max(width, x + 1) + 1e-6)
          expect(x).toBeGreaterThanOrEqual((bars[index - 1]?.x ?? -1) + (index > 0 ? 0.99 : 0))
          for (const { y, height } of parts) {
            expect(y).toBeGreaterThanOrEqual(0)
            expect(height).toBeLessThanOrEqual(56)
          }
        })
      }),
    )
  })
})

describe('the brush', () => {
  test('what is drawn from right to left is the same as from left to right', () => {
    const bins = binsOf([
      [1, 0, 0],
      [2, 0, 1],
      [4, 1, 0],
    ])
    expect(toRange(bins, 2, 1)).toEqual(toRange(bins, 1, 2))
    expect(toRange(bins, 1, 2)).toEqual({ fromMs: startMs + hourMs, toMs: startMs + 3 * hourMs })
    expect(sumOf(bins, 2, 1)).toEqual({ ok: 6, refused: 1, failed: 1, total: 8 })
  })
  test('a pointer that leaves the picture holds the outermost bins', () => {
    expect([binAt(-0.3, 10), binAt(0, 10), binAt(0.999, 10), binAt(1, 10), binAt(7, 10)]).toEqual([0, 0, 9, 9, 9])
  })
  test('nothing can be brushed where there is nothing', () => expect(toRange([], 0, 0)).toBeUndefined())
  test('every place lies in the bin that it is drawn over', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 0.9999, noNaN: true }), (some, place) => {
        const bins = binsOf(some)
        const at = binAt(place, bins.length)
        const bar = toBars(bins, { width: 1000, height: 56 })[at]
        expect(bar && place * 1000 >= bar.x - 1e-6 && place * 1000 <= bar.x + 1000 / bins.length + 1e-6).toBe(true)
      }),
    )
  })
})

describe('the axis', () => {
  test.each([
    [10_000, 'second'],
    [hourMs, 'minute'],
    [24 * hourMs, 'minute'],
    [30 * 24 * hourMs, 'day'],
    [365 * 24 * hourMs, 'month'],
  ])('%d ms have marks of the kind %s, no more than there is room for', (length, says) => {
    const ticks = toTicks(startMs, startMs + length, 12)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThanOrEqual(13)
    expect(ticks.some((tick) => tick.says === says)).toBe(true)
  })
  test('marks are in order and within, whatever the length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400_000_000 }), fc.integer({ min: 1, max: 20 }), (seconds, most) => {
        const end = startMs + seconds * 1000
        const ticks = toTicks(startMs, end, most).map(({ atMs }) => atMs)
        expect(ticks.every((atMs, index) => atMs >= startMs && atMs < end && atMs > (ticks[index - 1] ?? -1))).toBe(true)
        expect(ticks.length).toBeLessThanOrEqual(most + 2)
      }),
    )
  })
  test('F-92: a time that runs backwards has no marks', () => expect(toTicks(startMs, startMs - 1, 10)).toEqual([]))
})
