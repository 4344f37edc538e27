import type { MachineHits } from '../../preload/contract.ts'

/** A foreign text with what a search found in it marked. Without hits it is the text alone. */
export function Marked({ text, hits }: { text: string; hits: MachineHits['name'] }) {
  if (!hits || hits.length === 0) return text
  const parts = []
  let at = 0
  for (const [start, end] of hits) {
    if (start > at) parts.push(text.slice(at, start))
    parts.push(<mark key={start}>{text.slice(start, end)}</mark>)
    at = end
  }
  parts.push(text.slice(at))
  return <>{parts}</>
}
