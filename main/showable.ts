/** What others wrote, without what hides, reorders or imitates the words around it (F-79). The one place where that is decided. */
import { stripVTControlCharacters } from 'node:util'

// Controls, format characters (bidi overrides and isolates, zero-width), private use, surrogates, line and paragraph separators.
const unshowable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
// More than two combining marks on one letter paint over the lines above and below.
const piledMarks = /(\p{M}{2})\p{M}+/gu
const breaks = /[\r\n\t\f\v\u{2028}\u{2029}]+/gu

/** One line of at most `maxLength` code points; what was cut off is an ellipsis. `trim` is what becomes of its spaces. */
export function showable(text: string, maxLength: number, trim: (line: string) => string): string {
  // Cut first: what is never shown is never worked on. Escape sequences are long, so four times as much is kept for now.
  const head = text.slice(0, maxLength * 4)
  const clean = trim(stripVTControlCharacters(head).replace(breaks, ' ').replace(unshowable, '').replace(piledMarks, '$1'))
  const points = Array.from(clean)
  const isCut = points.length > maxLength || text.length > head.length
  return isCut ? `${points.slice(0, maxLength - 1).join('')}…` : clean
}
