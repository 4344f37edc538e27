/**
 * Text that a machine sent and that becomes part of a prompt or a failure: hostile until it went through here. Terminal bytes
 * do not: they go to the terminal untouched, which has its own rules.
 */
import { stripVTControlCharacters } from 'node:util'

// Controls, format characters (bidi overrides and isolates, zero-width), private use, surrogates, line and paragraph separators.
// They reorder, hide or imitate the words around them (F-79).
const unshowable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
// More than two combining marks on one letter paint over the lines above and below.
const piledMarks = /(\p{M}{2})\p{M}+/gu
const space = /[\s\u{a0}]+/gu

/** One line that is safe to show, at most `maxLength` code points; what was cut off is an ellipsis. */
export function foreignText(text: string, maxLength: number): string {
  // Cut first: what is never shown is never worked on. Escape sequences are long, so four times as much is kept for now.
  const head = text.slice(0, maxLength * 4)
  const clean = stripVTControlCharacters(head)
    .replace(/[\r\n\t\f\v\u{2028}\u{2029}]+/gu, ' ')
    .replace(unshowable, '')
    .replace(piledMarks, '$1')
    .replace(space, ' ')
    .trim()
  const points = Array.from(clean)
  const isCut = points.length > maxLength || text.length > head.length
  return isCut ? `${points.slice(0, maxLength - 1).join('')}…` : clean
}

/** Lines that are safe to show, at most `maxLines` of at most `maxLength` code points each. Indentation is not kept. */
export function foreignLines(text: string, maxLines: number, maxLength: number): string {
  return text
    .slice(0, maxLines * maxLength * 4)
    .split(/\r\n|\r|\n/)
    .slice(0, maxLines)
    .map((line) => foreignText(line, maxLength))
    .join('\n')
    .trim()
}
