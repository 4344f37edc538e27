import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditRow } from '../../../preload/contract.ts'
import {
  groupAt,
  itemAt,
  itemCount,
  nearestRow,
  nearOnly,
  rowCount,
  type RowPages,
  wanted,
  withLastPage,
  withPage,
  withRows,
} from '../../../renderer/audit/rowPages.ts'
import { eventRow } from './auditRows.ts'

const byActor = ({ actor }: AuditRow) => actor
/** Pages of the actors that are told, one letter a row. */
function pagesOf(...pages: string[]): RowPages {
  let seq = 1000
  return pages.reduce<RowPages>(
    (all, letters, index) =>
      withPage(
        all,
        index === 0 ? undefined : `p${index}`,
        {
          rows: Array.from(letters, (actor) => eventRow(seq--, { actor })),
          ...(index < pages.length - 1 ? { next: `p${index + 1}` } : {}),
        },
        byActor,
      ),
    [],
  )
}
/** Headings as #a, rows as a, rows that were dropped as a dot. */
const drawn = (pages: RowPages) =>
  Array.from({ length: itemCount(pages) }, (_, item) => {
    const what = itemAt(pages, item)
    return what?.kind === 'heading' ? `#${what.group}` : (what?.row?.actor ?? '.')
  }).join('')

describe('the list’s pages', () => {
  test('a heading stands where a group begins, and not again on the next page', () => {
    expect(drawn(pagesOf('aab', 'bbc', 'c'))).toBe('#aaa#bbbb#ccc')
  })
  test('F-92: a day that comes back has its heading again', () => expect(drawn(pagesOf('aba'))).toBe('#aa#bb#aa'))
  test('rows are counted without headings', () => {
    const pages = pagesOf('aab', 'bc')
    expect(rowCount(pages)).toBe(5)
    expect(itemAt(pages, 7)).toMatchObject({ kind: 'row', place: 4 })
  })
  test('the heading that stays in sight is that of the first row, also when it stands on an earlier page', () => {
    const pages = pagesOf('aab', 'bbc')
    expect([0, 2, 4, 5, 6, 8].map((item) => groupAt(pages, item))).toEqual(['a', 'a', 'b', 'b', 'b', 'c'])
  })
  test('arrows step over headings', () => {
    const pages = pagesOf('ab')
    expect(nearestRow(pages, 2, 1)).toBe(3)
    expect(nearestRow(pages, 2, -1)).toBe(1)
    expect(nearestRow(pages, 0, -1)).toBeUndefined()
  })
  test('what is far from what is seen is forgotten but for its place, and asked for again on the way back', () => {
    const pages = pagesOf(...Array.from({ length: 20 }, () => 'a'.repeat(200)))
    const near = nearOnly(pages, 3000, 3020)
    expect(near.filter(({ rows }) => rows).length).toBeLessThanOrEqual(11)
    expect(itemCount(near)).toBe(itemCount(pages))
    expect(near[0]?.rows).toBeDefined()
    expect(wanted(near, 1100, 1120).again).toEqual([4, 5, 6])
    const back = withRows(near, 5, pages[5]?.rows ?? [])
    expect(back[5]?.rows).toEqual(pages[5]?.rows)
  })
  test('the next page is asked for before the end is seen, and once the log has ended no more', () => {
    const pages = pagesOf('a'.repeat(200), 'a'.repeat(200), 'a')
    expect(wanted(pages.slice(0, 2), 0, 20).more).toBe(false)
    expect(wanted(pages.slice(0, 2), 300, 320).more).toBe(true)
    expect(wanted(pages, 300, 320).more).toBe(false)
  })
  test('a row that was proved meanwhile is renewed where it stands, also when newer ones came in above it', () => {
    const pages = pagesOf('ab')
    const renewed = withRows(pages, 0, [eventRow(1001), eventRow(1000, { actor: 'a', mark: 'changed' })])
    expect(drawn(renewed)).toBe('#aa#bb')
    expect(itemAt(renewed, 1)).toMatchObject({ row: { mark: 'changed' } })
  })
  test('what ended goes on when older events have been read', () => {
    const pages = pagesOf('ab')
    const longer = withLastPage(pages, { rows: [...(pages[0]?.rows ?? []), eventRow(7, { actor: 'c' })], next: 'x' }, byActor)
    expect(drawn(longer)).toBe('#aa#bb#cc')
  })
  test('every item is found, whatever the pages are', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[abc]{1,30}$/), { minLength: 1, maxLength: 12 }), (letters) => {
        const pages = pagesOf(...letters)
        expect(drawn(pages).replaceAll(/#./g, '')).toBe(letters.join(''))
        expect(drawn(pages)).not.toMatch(/#.#/)
        const rows = Array.from({ length: itemCount(pages) }, (_, item) => itemAt(pages, item)).filter((item) => item?.kind === 'row')
        expect(rows.map((item) => item?.kind === 'row' && item.place)).toEqual(rows.map((_, index) => index))
      }),
    )
  })
})
