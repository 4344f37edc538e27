import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviations } from '../../../gateway/gates/drift.ts'
import { keyOf } from '../../../gateway/gates/nftElement.ts'
import type { Found } from '../../../gateway/gates/nftElement.ts'

const nowMs = 1_000_000
const readFromMs = 999_000

/** One way, as it is wanted and as it was read. */
const anyWay = fc.record({
  /** How long it should be open still; undefined when no grant holds it. */
  wantedForMs: fc.option(fc.integer({ min: 1, max: 3_600_000 }), { nil: undefined }),
  /** How it differs in the kernel; undefined when it is not there. */
  read: fc.option(fc.record({ isOurs: fc.boolean(), offMs: fc.constantFrom(0, -900, 900, -5000, 60_000) }), { nil: undefined }),
  wasWrittenSince: fc.boolean(),
})

test('F-59: each way gets at most one verdict; what is not ours is never to be written, and what is just being written is left alone', () => {
  fc.assert(
    fc.property(fc.array(anyWay, { maxLength: 20 }), (ways) => {
      const all = ways.map((state, index) => ({ ...state, way: { set: 'from4_32', element: `192.0.2.${index} . 10.0.0.5 . 22` } }))
      const byKey = new Map(all.map((one) => [keyOf(one.way), one]))
      const found = all.flatMap(({ way, read, wantedForMs = 0 }): Found[] =>
        read === undefined ? [] : [{ way, grantIds: read.isOurs ? ['g'] : undefined, expiresInMs: Math.max(0, wantedForMs + read.offMs) }],
      )
      const held = new Map(all.filter((one) => one.wantedForMs !== undefined).map((one) => [keyOf(one.way), one.way]))
      const verdicts = deviations(found, held, {
        wanted: (key) => {
          const forMs = byKey.get(key)?.wantedForMs
          return forMs === undefined ? undefined : { endsAtMs: nowMs + forMs, grantIds: ['g'] }
        },
        writtenAt: (key) => (byKey.get(key)?.wasWrittenSince === true ? readFromMs : -1),
        readFromMs,
        nowMs,
      })
      const verdictOf = (way: Found['way']) =>
        (['foreign', 'edited', 'missing', 'stray'] as const).filter((verdict) => verdicts[verdict].includes(way))
      for (const { way, read, wantedForMs, wasWrittenSince } of all) {
        const off = Math.abs(Math.max(0, (wantedForMs ?? 0) + (read?.offMs ?? 0)) - (wantedForMs ?? 0))
        let expected: string[] = []
        if (read !== undefined && !read.isOurs) expected = ['foreign']
        else if (wasWrittenSince) expected = []
        else if (read === undefined) expected = wantedForMs !== undefined && wantedForMs >= 3000 ? ['missing'] : []
        else if (wantedForMs === undefined) expected = ['stray']
        else if (off > 3000) expected = ['edited']
        expect(verdictOf(way)).toEqual(expected)
      }
    }),
  )
})

test('F-59: an element of ours that somebody made endless is one that was edited', () => {
  const way = { set: 'from4_32', element: '192.0.2.1 . 10.0.0.5 . 22' }
  const wanted = () => ({ endsAtMs: nowMs + 60_000, grantIds: ['g'] })
  const read = [{ way, grantIds: ['g'], expiresInMs: undefined }]
  const { edited } = deviations(read, new Map([[keyOf(way), way]]), { wanted, writtenAt: () => -1, readFromMs, nowMs })
  expect(edited).toEqual([way])
})
