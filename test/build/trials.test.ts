import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findTrials, readNames } from '../../build/setup/trials.mjs'

const benches = path.resolve(import.meta.dirname, '../bench')

test('every bench is found by the name that DESIGN gives it: clickToPrompt.bench.ts is click-to-prompt', () => {
  const files = readdirSync(benches).filter((file) => file.endsWith('.bench.ts'))
  const trials = findTrials('bench')
  expect([...trials.values()].map((file) => path.basename(file)).toSorted()).toEqual(files.toSorted())
  expect(path.basename(trials.get('click-to-prompt') ?? '')).toBe('clickToPrompt.bench.ts')
  for (const name of trials.keys()) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
})

test('words after a trial that name no other one are its parts, and a part of nothing is refused', () => {
  const trials = new Map([
    ['mutation', 'mutation.prove.ts'],
    ['kill', 'kill.prove.ts'],
  ])
  expect(readNames(['mutation', 'policy', 'audit', 'kill'], trials)).toEqual(
    new Map([
      ['mutation', ['policy', 'audit']],
      ['kill', []],
    ]),
  )
  expect(readNames(['policy', 'mutation'], trials)).toBeUndefined()
  expect(readNames([], trials)).toEqual(new Map())
})
