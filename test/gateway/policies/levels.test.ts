import { expect, test } from 'vitest'
import { keyOf, levelName, levelsAt, levelsOf, parseLevel, pathOf, siteName } from '../../../gateway/policies/levels.ts'

test('a site’s path is its parts, without the spaces around them and without empty ones', () => {
  expect(pathOf('Contoso / Bern')).toEqual(['Contoso', 'Bern'])
  expect(pathOf(' Contoso/Bern /  ')).toEqual(['Contoso', 'Bern'])
  expect(pathOf('//Contoso Ltd// ')).toEqual(['Contoso Ltd'])
  expect(pathOf('')).toEqual([])
  expect(siteName(['Contoso', 'Bern'])).toBe('Contoso / Bern')
})

test.each([
  ['company', { kind: 'company' }],
  ['machine:4711', { kind: 'machine', id: '4711' }],
  ['machine:a', { kind: 'machine', id: 'a' }],
  ['site:Contoso/Bern', { kind: 'site', path: ['Contoso', 'Bern'] }],
  ['machine:', undefined],
  ['site:', undefined],
  ['site: / ', undefined],
  ['', undefined],
  ['Company', undefined],
  ['site', undefined],
  ['xsite:Contoso', undefined],
  ['place:Contoso', undefined],
])('“%s” names the level that it names, or none', (text, level) => {
  expect(parseLevel(text)).toEqual(level)
})

test('a site is one site however it was typed, and is shown as it was written', () => {
  const one = { kind: 'site', path: ['Zürich', 'LAB'] } as const
  const other = { kind: 'site', path: ['zu\u0308rich', 'lab'] } as const
  expect(keyOf(one)).toBe('site:zürich / lab')
  expect(keyOf(other)).toBe(keyOf(one))
  expect(levelName(one)).toBe('site:Zürich / LAB')
  // A capital I with a dot is two code points when it is small; the key of either spelling is the same.
  expect(keyOf({ kind: 'site', path: ['I\u0307'] })).toBe(keyOf({ kind: 'site', path: ['\u0130'] }))
})

test('the company and a machine are called by what they are stored under, and a machine’s id keeps its case', () => {
  expect(keyOf({ kind: 'company' })).toBe('company')
  expect(levelName({ kind: 'company' })).toBe('company')
  expect(keyOf({ kind: 'machine', id: 'Web-1' })).toBe('machine:Web-1')
  expect(levelName({ kind: 'machine', id: 'Web-1' })).toBe('machine:Web-1')
})

test('the levels above a machine, and at a site, are the company, each part of the way down, and itself', () => {
  expect(levelsOf({ id: 'm1', site: 'Contoso / Bern' })).toEqual(['company', 'site:contoso', 'site:contoso / bern', 'machine:m1'])
  expect(levelsOf({ id: 'm1', site: '' })).toEqual(['company', 'machine:m1'])
  expect(levelsAt({ kind: 'site', path: ['Contoso', 'Bern'] })).toEqual(['company', 'site:contoso', 'site:contoso / bern'])
  expect(levelsAt({ kind: 'company' })).toEqual(['company'])
})
