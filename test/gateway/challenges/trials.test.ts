import { expect, test } from 'vitest'
import { tryChallenges } from './trials.ts'

test('whatever is tried, only what may be approved is, and the machine hears just that', { timeout: 120_000 }, async () => {
  const { holes, needless, approved } = await tryChallenges(100, 11)
  expect(holes).toEqual([])
  expect(needless).toEqual([])
  expect(approved).toBeGreaterThan(8)
})
