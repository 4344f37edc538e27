import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeap } from '../../gateway/heap.ts'

test('the least comes first, whatever was put in and taken out before', () => {
  const step = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant('take' as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const heap = createHeap<{ at: number }>(({ at }) => at)
      let there: number[] = []
      for (const one of steps) {
        if (one === 'take') {
          heap.takeFirst()
          there = there.toSorted((a, b) => a - b).slice(1)
        } else {
          heap.push({ at: one })
          there.push(one)
        }
        expect(heap.first()?.at).toBe(there.length === 0 ? undefined : Math.min(...there))
      }
    }),
    { numRuns: 300 },
  )
})

test('of many, put in upwards, downwards or across, all come out, and in order', () => {
  const upwards = Array.from({ length: 100 }, (_, at) => at)
  const across = upwards.map((at) => (at * 37) % 100)
  for (const order of [upwards, upwards.toReversed(), across]) {
    const heap = createHeap<number>((at) => at)
    for (const at of order) heap.push(at)
    const out: number[] = []
    for (let first = heap.first(); first !== undefined && out.length < 200; first = heap.first()) {
      out.push(first)
      heap.takeFirst()
    }
    expect(out).toEqual(upwards)
  }
})

test('nothing is taken from an empty heap, and it takes items again', () => {
  const heap = createHeap<number>((at) => at)
  heap.takeFirst()
  expect(heap.first()).toBeUndefined()
  heap.push(1)
  heap.takeFirst()
  expect(heap.first()).toBeUndefined()
  heap.push(2)
  expect(heap.first()).toBe(2)
})
