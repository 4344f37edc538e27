import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { areas } from '../prove/mutationAreas.ts'

const repository = path.resolve(import.meta.dirname, '../..')

test.each(Object.entries(areas))('mutation tests of %s change code that is there, and ask tests that are there', (_, { mutate, tests }) => {
  for (const file of tests) expect(existsSync(path.join(repository, file)), file).toBe(true)
  for (const place of mutate) {
    const [file = '', lines] = place.split(':')
    const count = readFileSync(path.join(repository, file), 'utf8').split('\n').length
    for (const line of lines?.split('-') ?? []) expect(Number(line), place).toBeLessThan(count)
  }
})
