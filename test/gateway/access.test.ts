import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { memoryFolder } from '../prove/kills.ts'
import { tryAccess } from './access.ts'

test('random people are let through where policy allows it, and nowhere else', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(memoryFolder, 'access-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { holes, needless, granted } = await tryAccess(2000, 7, folder)
  expect(holes).toEqual([])
  expect(needless).toEqual([])
  expect(granted).toBeGreaterThan(100)
})
