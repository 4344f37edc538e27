import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CastEvent } from '../../../preload/contract.ts'
import { createPlayer, type Stage } from '../../../renderer/recordings/player.ts'
import { advance, clockText, gapsOf, longestPauseMs, stepHit } from '../../../renderer/recordings/timeline.ts'

const marker = (atMs: number, label: string) => ({ atMs, label })

describe('time in a recording', () => {
  test('is told in minutes and seconds, with hours where there are some', () => {
    expect([0, 999, 61_000, 3_725_000].map(clockText)).toEqual(['0:00', '0:00', '1:01', '1:02:05'])
  })

  const times = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 30 }).map((all) => all.sort((a, b) => a - b))
  test('goes on by what passed, never back and never beyond the end; with pauses skipped none is longer than two seconds', () => {
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 0, max: 120_000 }),
        fc.integer({ min: 200, max: 5000 }),
        fc.boolean(),
        (events, tail, byMs, skipsPauses) => {
          const endMs = (events.at(-1) ?? 0) + tail
          let atMs = 0
          let steps = 0
          for (; atMs < endMs; steps += 1) {
            const nextAtMs = events.find((ms) => ms > atMs)
            const next = advance({ atMs, endMs, nextAtMs, skipsPauses }, byMs)
            expect(next).toBeGreaterThan(atMs)
            expect(next).toBeLessThanOrEqual(endMs)
            if (!skipsPauses) expect(next).toBe(Math.min(endMs, atMs + byMs))
            atMs = next
          }
          const pauses = [...events, endMs].map((ms, index) => ms - (events[index - 1] ?? 0))
          // A step may reach into the next pause, so each may cost one more.
          const most = pauses.map((ms) => 1 + Math.ceil((skipsPauses ? Math.min(ms, longestPauseMs) : ms) / byMs))
          expect(steps).toBeLessThanOrEqual(most.reduce((sum, count) => sum + count, 0))
        },
      ),
    )
  })

  test('that was not recorded lies between its markers, or lasts to the end', () => {
    expect(gapsOf([marker(1, 'paused'), marker(5, 'resumed'), marker(7, 'note'), marker(9, 'paused')], 20)).toEqual([
      { fromMs: 1, toMs: 5 },
      { fromMs: 9, toMs: 20 },
    ])
    expect(gapsOf([marker(5, 'resumed')], 20)).toEqual([])
  })

  test('from hit to hit, round and round', () => {
    const hits = [100, 200, 300]
    expect(stepHit(hits, 0, 1)).toBe(100)
    expect(stepHit(hits, 101, 1)).toBe(200)
    expect(stepHit(hits, 301, 1)).toBe(100)
    expect(stepHit(hits, 201, -1)).toBe(100)
    expect(stepHit(hits, 100, -1)).toBe(300)
    expect(stepHit([], 0, 1)).toBeUndefined()
  })
})

/** A stage that remembers what is on it; a picture is all of it. */
function stageOf() {
  let shown = ''
  let size = ''
  let written = 0
  const stage: Stage = {
    async write(text) {
      await new Promise((resolve) => setImmediate(resolve))
      shown += text
      written += text.length
    },
    resize({ cols, rows }) {
      size = `${cols}x${rows}`
    },
    picture: () => shown,
    clear({ cols, rows }) {
      shown = ''
      size = `${cols}x${rows}`
    },
  }
  return { stage, shown: () => shown, size: () => size, written: () => written }
}

/** A recording of these events, in slices of so many. */
function playerOf(events: readonly CastEvent[], perSlice: number, durationMs = events.at(-1)?.atMs ?? 0) {
  const on = stageOf()
  let reads = 0
  const player = createPlayer({
    stage: on.stage,
    size: { cols: 80, rows: 24 },
    durationMs,
    async read(from) {
      reads += 1
      await new Promise((resolve) => setImmediate(resolve))
      const start = Number(from ?? 0)
      const end = start + perSlice
      return { events: events.slice(start, end), ...(end < events.length && { next: String(end) }) }
    },
  })
  return { player, ...on, reads: () => reads }
}

const textUpTo = (events: readonly CastEvent[], toMs: number) =>
  events
    .filter(({ kind, atMs }) => kind === 'o' && atMs <= toMs)
    .map(({ data }) => data)
    .join('')

const sizeUpTo = (events: readonly CastEvent[], toMs: number) =>
  events.findLast(({ kind, atMs }) => kind === 'r' && atMs <= toMs)?.data ?? '80x24'

const castOf = fc
  .array(
    fc.record({
      afterMs: fc.constantFrom(0, 0, 1, 20, 3000),
      kind: fc.constantFrom<CastEvent['kind']>('o', 'o', 'o', 'o', 'r', 'm'),
      letter: fc.constantFrom('a', 'b', 'c'),
      long: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => {
    let atMs = 0
    return parts.map(({ afterMs, kind, letter, long }, index): CastEvent => {
      atMs += afterMs
      const data = kind === 'r' ? `${80 + index}x24` : kind === 'm' ? 'mark' : `${index}${letter.repeat(long ? 150_000 : 3)}\n`
      return { atMs, kind, data }
    })
  })

describe('a player', () => {
  test('shows at every place exactly what was on the screen then, wherever it came from', async () => {
    await fc.assert(
      fc.asyncProperty(
        castOf,
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        async (events, perSlice, places) => {
          const { player, shown, size } = playerOf(events, perSlice)
          const endMs = events.at(-1)?.atMs ?? 0
          for (const place of places) {
            const toMs = place % (endMs + 1)
            await player.seek(toMs)
            expect(shown() === textUpTo(events, toMs)).toBe(true)
            if (events.some(({ kind, atMs }) => kind === 'r' && atMs <= toMs)) expect(size()).toBe(sizeUpTo(events, toMs))
            expect(player.state()).toMatchObject({ atMs: toMs, isSeeking: false })
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('that is sent elsewhere on its way shows the last place that was asked for', async () => {
    const events = Array.from({ length: 300 }, (_, index): CastEvent => ({
      atMs: index * 10,
      kind: 'o',
      data: `${index}${'x'.repeat(9000)}\n`,
    }))
    const { player, shown } = playerOf(events, 7)
    const first = player.seek(2990)
    await new Promise((resolve) => setTimeout(resolve, 3))
    const second = player.seek(500)
    const third = player.seek(1200)
    await Promise.all([first, second, third])
    expect(shown() === textUpTo(events, 1200)).toBe(true)
    expect(player.state().atMs).toBe(1200)
  })

  test('goes back without beginning at the beginning', async () => {
    const events = Array.from({ length: 600 }, (_, index): CastEvent => ({ atMs: index * 10, kind: 'o', data: `${'x'.repeat(9000)}\n` }))
    const { player, written, reads } = playerOf(events, 30)
    await player.seek(5990)
    const [before, readsBefore] = [written(), reads()]
    await player.seek(5900)
    // A picture is all of the screen here, so it is the reads that tell: only what lies after the picture is read again.
    expect(reads() - readsBefore).toBeLessThanOrEqual(4)
    expect(written()).toBeGreaterThan(before)
  })

  test('plays at its speed and stops at the end', async () => {
    const events = Array.from({ length: 20 }, (_, index): CastEvent => ({ atMs: index * 100, kind: 'o', data: `${index} ` }))
    const { player, shown } = playerOf(events, 6, 2500)
    await player.seek(0)
    player.change({ speed: 2 })
    player.play()
    let nowMs = 0
    for (; player.state().isPlaying && nowMs < 5000; nowMs += 50) {
      player.frame(nowMs)
      await new Promise((resolve) => setTimeout(resolve, 4))
      expect(shown()).toBe(textUpTo(events, player.state().atMs))
    }
    expect(player.state()).toMatchObject({ isPlaying: false, atMs: 2500 })
    expect(nowMs).toBeGreaterThan(1200)
    expect(nowMs).toBeLessThan(1600)
  })

  test('says what went wrong with reading on, and stops', async () => {
    const on = stageOf()
    const player = createPlayer({
      stage: on.stage,
      size: { cols: 80, rows: 24 },
      durationMs: 10,
      read: () => Promise.reject(new Error('gone')),
    })
    await player.seek(5)
    expect(player.state()).toMatchObject({ isSeeking: false, isPlaying: false, error: new Error('gone') })
  })
})
