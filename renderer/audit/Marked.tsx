import { Fragment } from 'react'
import { tip } from '../parts/foreign.tsx'
import { toPieces } from './highlight.ts'

/** A text with what was searched for marked in it; on one line, isolated, clipped like every foreign text (F-31). */
export function Marked({ text, words, isForeign }: { text: string; words: readonly string[]; isForeign?: boolean }) {
  const shown = text.length > 1000 ? `${text.slice(0, 1000)}…` : text
  const pieces = toPieces(shown, words).map(({ text: piece, isHit }, index) =>
    // Pieces have no identity but their place.
    // oxlint-disable-next-line react/no-array-index-key
    isHit ? <mark key={index}>{piece}</mark> : <Fragment key={index}>{piece}</Fragment>,
  )
  if (!isForeign) return <>{pieces}</>
  return (
    <bdi className="foreign" title={tip(text)}>
      {pieces}
    </bdi>
  )
}
