/** A QR code in text: two modules a character, by half blocks, without any colour or control character, since SSH clients take those out. */
import { create } from 'qrcode'

/** Light modules around it. Four is the rule; two are read as well and leave 24 lines enough room for the words. */
const quiet = 2

/**
 * Lines of equal width. Light modules are drawn and dark ones left out, as it is right on a dark terminal; on a light one the code is inverted, which
 * readers take too. `text` must be of QR's alphanumeric letters.
 */
export function qrLines(text: string): string[] {
  const { modules } = create([{ data: text, mode: 'alphanumeric' }], { errorCorrectionLevel: 'L' })
  const { size } = modules
  const isLight = (row: number, column: number) => row < 0 || column < 0 || row >= size || column >= size || modules.get(row, column) === 0
  const lines: string[] = []
  for (let row = -quiet; row < size + quiet; row += 2) {
    let line = ''
    for (let column = -quiet; column < size + quiet; column += 1) {
      const upper = isLight(row, column)
      // An odd number of rows: what is below the last one is left out.
      const lower = row + 1 < size + quiet && isLight(row + 1, column)
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
    }
    lines.push(line)
  }
  return lines
}
