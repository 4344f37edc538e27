import { expect, test } from 'vitest'
import { memoryFolder } from '../../../prove/kills.ts'
import { tryRequests } from './requestTrials.ts'

test('F-48: whatever fails and whoever clicks again, one click has one effect, and is answered with it in the end', async () => {
  const verdict = await tryRequests(150, 11, memoryFolder)
  expect(verdict.doubles.slice(0, 2)).toEqual([])
  expect(verdict.unanswered.slice(0, 2)).toEqual([])
  expect(verdict.violations).toEqual([])
  expect(verdict.initiations).toBeGreaterThan(150)
}, 60_000)
