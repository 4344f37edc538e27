import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findTrials } from '../../build/setup/trials.mjs'

const benches = path.resolve(import.meta.dirname, '../bench')

test('every bench is found by the name that DESIGN gives it: clickToPrompt.bench.ts is click-to-prompt', () => {
  const files = readdirSync(benches).filter((file) => file.endsWith('.bench.ts'))
  const trials = findTrials('bench')
  expect([...trials.values()].map((file) => path.basename(file)).toSorted()).toEqual(files.toSorted())
  expect(path.basename(trials.get('click-to-prompt') ?? '')).toBe('clickToPrompt.bench.ts')
  for (const name of trials.keys()) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
})
