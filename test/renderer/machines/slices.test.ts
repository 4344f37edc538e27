import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sliceOffsets, sliceRows } from '../../../renderer/machines/slices.ts'

describe('slices of the inventory', () => {
  it('F-29: whatever is on the screen is asked for, and never more than three slices for one screen', () => {
    const place = fc.integer({ min: 0, max: 1_000_000 })
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 1_000_000 }), (first, rows, total) => {
        const last = first + rows
        const offsets = sliceOffsets(first, last, total)
        const covered = (index: number) => offsets.some((offset) => index >= offset && index < offset + sliceRows)
        for (let index = first; index <= Math.min(last, total - 1); index++) if (!covered(index)) return false
        return offsets[0] === 0 && offsets.length <= 3 && new Set(offsets).size === offsets.length
      }),
    )
  })

  it('an empty list asks for its first slice only', () => {
    expect(sliceOffsets(0, 30, 0)).toEqual([0])
  })
})
