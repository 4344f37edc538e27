/**
 * Text that a machine sent and that becomes part of a prompt or a failure: hostile until it went through here. Terminal bytes
 * do not: they go to the terminal untouched, which has its own rules.
 */
import { showable } from '../showable.ts'

const space = /[\s\u{a0}]+/gu

/** One line that is safe to show, at most `maxLength` code points; what was cut off is an ellipsis. */
export function foreignText(text: string, maxLength: number): string {
  return showable(text, maxLength, (line) => line.replace(space, ' ').trim())
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
