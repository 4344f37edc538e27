/**
 * The pages of a list that is read by cursors, with a heading where a new day (or machine, or person) begins. Only pages near what is seen keep their
 * rows; of the others the cursor stays, so that they can be asked for again: five million rows are never here. Pure.
 */
import type { AuditPage, AuditRow } from '../../preload/contract.ts'

export const pageRows = 200
/** Rows kept on each side of what is seen, in pages. */
const nearPages = 4
/** Who wants to see further narrows the time instead: nobody reads this many rows one after the other. */
export const mostRows = 200_000

interface Heading {
  /** In the page's own items. */
  at: number
  group: string
}

export interface RowPage {
  before: string | undefined
  next: string | undefined
  /** Items (rows and headings) and rows of all pages before. */
  firstItem: number
  firstRow: number
  items: number
  count: number
  headings: readonly Heading[]
  lastGroup: string | undefined
  /** Absent while the page is far from what is seen. */
  rows: readonly AuditRow[] | undefined
}

export type RowPages = readonly RowPage[]

export type ListItem =
  | { kind: 'heading'; group: string }
  /** `place` is the row's number in the list, from 0. `row` is absent while it is asked for. */
  | { kind: 'row'; place: number; row: AuditRow | undefined }

export const itemCount = (pages: RowPages): number => {
  const last = pages.at(-1)
  return last ? last.firstItem + last.items : 0
}
export const rowCount = (pages: RowPages): number => {
  const last = pages.at(-1)
  return last ? last.firstRow + last.count : 0
}

/** The page's rows after the pages that are there. `before` is the cursor that it was asked with. */
export function withPage(pages: RowPages, before: string | undefined, page: AuditPage, groupOf: (row: AuditRow) => string): RowPages {
  const previous = pages.at(-1)
  const headings: Heading[] = []
  let lastGroup = previous?.lastGroup
  page.rows.forEach((row, index) => {
    const group = groupOf(row)
    if (group !== lastGroup) headings.push({ at: index + headings.length, group })
    lastGroup = group
  })
  const added: RowPage = {
    before,
    next: page.next,
    firstItem: itemCount(pages),
    firstRow: rowCount(pages),
    items: page.rows.length + headings.length,
    count: page.rows.length,
    headings,
    lastGroup,
    rows: page.rows,
  }
  return [...pages, added]
}

/**
 * A page's rows again: those that were dropped come back, those that are there are renewed where they stand. Never by place: the first page has no
 * cursor, so what is new by now would push it down.
 */
export function withRows(pages: RowPages, index: number, rows: readonly AuditRow[]): RowPages {
  const renewed = new Map(rows.map((row) => [row.id, row]))
  const renew = (page: RowPage) => page.rows?.map((row) => renewed.get(row.id) ?? row) ?? rows.slice(0, page.count)
  return pages.map((page, place) => (place === index ? { ...page, rows: renew(page) } : page))
}

/** The last page again: what ended there may go on by now, while the log is still being read from its newest event to its oldest. */
export function withLastPage(pages: RowPages, page: AuditPage, groupOf: (row: AuditRow) => string): RowPages {
  const last = pages.at(-1)
  return last ? withPage(pages.slice(0, -1), last.before, page, groupOf) : pages
}

/** The page that holds an item; -1 for one that is not known. */
export function pageAt(pages: RowPages, item: number): number {
  let [low, high] = [0, pages.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const page = pages[middle]
    if (!page) return -1
    if (item < page.firstItem) high = middle - 1
    else if (item >= page.firstItem + page.items) low = middle + 1
    else return middle
  }
  return -1
}

export function itemAt(pages: RowPages, item: number): ListItem | undefined {
  const page = pages[pageAt(pages, item)]
  if (!page) return undefined
  const at = item - page.firstItem
  const heading = page.headings.find((one) => one.at === at)
  if (heading) return { kind: 'heading', group: heading.group }
  const index = at - page.headings.filter((one) => one.at < at).length
  return { kind: 'row', place: page.firstRow + index, row: page.rows?.[index] }
}

/** The group that an item is in, for a heading that stays in sight. */
export function groupAt(pages: RowPages, item: number): string | undefined {
  const index = pageAt(pages, item)
  const page = pages[index]
  if (!page) return undefined
  const own = page.headings.findLast(({ at }) => at <= item - page.firstItem)
  return own?.group ?? pages[index - 1]?.lastGroup
}

/** The nearest item in a direction that is a row, not a heading; undefined when there is none. */
export function nearestRow(pages: RowPages, item: number, direction: 1 | -1): number | undefined {
  for (let at = item; at >= 0 && at < itemCount(pages); at += direction) {
    if (itemAt(pages, at)?.kind === 'row') return at
  }
  return undefined
}

/** What is to be asked for while items `first` to `last` are seen: dropped pages again, and the next one before the end comes into sight. */
export function wanted(pages: RowPages, first: number, last: number): { again: number[]; more: boolean } {
  const known = itemCount(pages)
  const from = Math.max(0, pageAt(pages, Math.min(first, known - 1)))
  const to = Math.max(0, pageAt(pages, Math.min(last, known - 1)))
  const again = pages.flatMap((page, index) => (index >= from - 1 && index <= to + 1 && !page.rows ? [index] : []))
  const more = pages.at(-1)?.next !== undefined && rowCount(pages) < mostRows && last >= known - pageRows / 2
  return { again, more }
}

/** Forgets the rows of pages that are far from items `first` to `last`, never the first page's. The same pages when there is nothing to forget. */
export function nearOnly(pages: RowPages, first: number, last: number): RowPages {
  const from = pageAt(pages, first) - nearPages
  const to = pageAt(pages, Math.min(last, itemCount(pages) - 1)) + nearPages
  if (from < -nearPages || to < nearPages) return pages
  const isFar = (index: number) => index > 0 && (index < from || index > to)
  if (!pages.some((page, index) => page.rows && isFar(index))) return pages
  return pages.map((page, index) => (page.rows && isFar(index) ? { ...page, rows: undefined } : page))
}
