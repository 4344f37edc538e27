/** Text that others wrote (names, sites, what a machine says): isolated, so that it can neither turn its surroundings round nor leave its place. */
import type { CSSProperties } from 'react'

const firstStrongIsolate = '\u2068'
const popIsolate = '\u2069'
const longestInSentence = 200

/** For a foreign text inside a sentence of ours (Unicode UAX 9 isolates; control and further direction characters are taken out). */
export function isolate(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
  const short = plain.length > longestInSentence ? `${plain.slice(0, longestInSentence)}…` : plain
  return `${firstStrongIsolate}${short}${popIsolate}`
}

/** A tooltip's text: long enough to tell names apart, short enough to be shown. */
export const tip = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text)

/** A foreign text in a place of its own: isolated, on one line, clipped with an ellipsis, whole in its tooltip (F-31, F-32). */
export function Foreign({ text, className, style }: { text: string; className?: string; style?: CSSProperties }) {
  return (
    <bdi className={className ? `foreign ${className}` : 'foreign'} title={tip(text)} style={style}>
      {text.length > 1000 ? `${text.slice(0, 1000)}…` : text}
    </bdi>
  )
}
