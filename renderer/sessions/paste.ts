/** What may be pasted into a terminal. */

/** Control characters other than tab and line ends: they could end a bracketed paste early and run what follows (ESC [ 201 ~). */
// eslint-disable-next-line no-control-regex -- control characters are exactly what this takes out
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu

export interface Paste {
  text: string
  lines: number
  /** More than one line, or a line end that would run the command: the person is asked first. */
  mustAsk: boolean
}

/** The clipboard's text as it may be sent. */
export function toPaste(clipboard: string): Paste {
  const text = clipboard.replace(controls, '')
  const breaks = text.match(/\r\n|\r|\n/g)?.length ?? 0
  return { text, lines: breaks + (/[\r\n]$/.test(text) ? 0 : 1), mustAsk: breaks > 0 }
}
