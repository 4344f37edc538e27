/** The list is never here as a whole: it is asked for in slices, of which only those on the screen are kept. */

/** A screen and a half of rows: what is typed is answered with few. */
export const sliceRows = 60

/** What a bulk action may take. */
export const mostChosen = 200

/** A page's element may be about 33 million pixels high; more rows than this are not scrolled but narrowed by search (F-29). */
export const mostRows = 600_000

/** The offsets of the slices that hold rows `first` to `last` (both included). The first slice is always among them: it carries total and counts. */
export function sliceOffsets(first: number, last: number, total: number): number[] {
  const offsets = [0]
  const end = Math.min(last, total - 1)
  for (let offset = Math.floor(Math.max(0, first) / sliceRows) * sliceRows; offset <= end; offset += sliceRows) {
    if (offset > 0) offsets.push(offset)
  }
  return offsets
}
