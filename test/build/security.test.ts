/** docs/security.md says which test holds what: the tests must be there, under these very names. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const repository = path.join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8')

/** The assessment's rows: number, mitigation, what is so here, the test. */
const rows = [...read('docs/security.md').matchAll(/^\| (\d+) +\| ([^|]+?) +\| ([^|]+?) +\| ([^|]*?) *\|$/gm)].map(
  ([, number, mitigation, here = '', heldBy = '']) => ({ number: Number(number), mitigation, here, heldBy }),
)

test('RFC 10027: each of the 17 mitigations is there, in the order of the RFC, held by a test or said to be not held', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1))
  for (const { number, here, heldBy } of rows) expect(here.startsWith('**Not held.**'), `mitigation ${number}`).toBe(heldBy === '')
  expect(rows.filter(({ heldBy }) => heldBy !== '').length).toBeGreaterThanOrEqual(14)
})

test.for(rows.filter(({ heldBy }) => heldBy !== ''))('RFC 10027: $mitigation is held by a test of that name', ({ heldBy }) => {
  const [, file = '', name = ''] = /^`([^`]+)`: "(.+)"$/.exec(heldBy) ?? []
  expect(read(file)).toContain(`'${name}'`)
})
