import { describe, expect, test } from 'vitest'
import { widthsOf } from '../../../renderer/machines/columns.ts'
import {
  firstQuery,
  fromSaved,
  isNarrowed,
  isSavedAs,
  nextSort,
  toSaved,
  withFacet,
  withoutFilter,
  withScope,
} from '../../../renderer/machines/query.ts'

test('a second click on a column turns it round; times and counts begin with the largest', () => {
  expect(nextSort(firstQuery, 'name')).toEqual({ sort: 'name', descending: true })
  expect(nextSort(firstQuery, 'lastAccess')).toEqual({ sort: 'lastAccess', descending: true })
  expect(nextSort({ ...firstQuery, sort: 'lastAccess', descending: true }, 'lastAccess')).toEqual({ sort: 'lastAccess', descending: false })
  expect(nextSort(firstQuery, 'address')).toEqual({ sort: 'address', descending: false })
})

test('what was used last is shown in that order, until another scope or a column is chosen', () => {
  const recent = withScope({ ...firstQuery, sort: 'site', descending: true }, 'recent')
  expect(recent).toMatchObject({ scope: 'recent', sort: 'recent', descending: false })
  expect(withScope(recent, 'all')).toMatchObject({ scope: 'all', sort: 'name' })
  expect(withoutFilter(recent)).toEqual({ ...firstQuery })
})

describe('a saved filter', () => {
  const query = withFacet(withFacet({ ...firstQuery, search: 'web' }, 'sites', ['Berlin', 'Bonn']), 'os', [])

  test('shows the list as it was', () => {
    const saved = toSaved(query, 'f1', 'Mine')
    expect(fromSaved(saved)).toEqual(query)
    expect(isSavedAs(query, saved)).toBe(true)
    // Neither the order of choices nor an empty one makes it another.
    expect(isSavedAs(withFacet({ ...firstQuery, search: ' web ' }, 'sites', ['Bonn', 'Berlin']), saved)).toBe(true)
    expect(isSavedAs({ ...query, search: 'we' }, saved)).toBe(false)
    expect(isSavedAs(withScope(query, 'favourites'), saved)).toBe(false)
  })

  test('narrows only with something chosen', () => {
    expect(isNarrowed(query)).toBe(true)
    expect(isNarrowed(withFacet(firstQuery, 'tags', []))).toBe(false)
  })
})

test('the usual columns fit into a small window beside the rail', () => {
  expect(widthsOf(['address', 'lastAccess', 'approvals', 'state'], 'configured').least).toBeLessThanOrEqual(1280 - 216 - 48)
})
