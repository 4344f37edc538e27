/** The events of one log that fit, in the log's own order, as they are asked for: whoever wants fifty pays for fifty. */
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import { toEvent, type EventRow } from './rows.ts'
import { fitsBesides, fitsColumns, partsOf, placesIn, wantsEverything, type Wanted } from './wanted.ts'
import { fits, wordsOf } from './words.ts'

export interface Range {
  first: number
  last: number
  descending: boolean
}

/** So many events are looked at themselves before the index is asked for a word with very many endings. */
const lookedAt = 2000
/** So many parts are gone through before it is asked whether what is wanted is rare, and what that is. */
const partsBefore = 2
const rare = 3000

/** Their rows. */
export function* matchingRows(log: Log, wanted: Wanted, range: Range): Generator<EventRow> {
  if (wantsEverything(wanted)) yield* log.rows(inside(log, wanted, range))
  else {
    for (const seq of matches(log, wanted, range)) {
      const row = log.row(seq)
      if (row) yield row
    }
  }
}

/** Their `seq`s. */
export function* matches(log: Log, wanted: Wanted, range: Range): Generator<number> {
  const within = inside(log, wanted, range)
  if (within.first > within.last) return
  if (wanted.seqs) yield* ofList(log, wanted, wanted.seqs, within)
  else if (wanted.words.length > 0) yield* byWords(log, wanted, within)
  else if (wantsEverything(wanted)) for (const row of log.rows(within)) yield row.seq
  else yield* byColumns(log, wanted, within)
}

/** What of a range there is, and can fit: marks go with the log's order, but for what is changed. */
function inside(log: Log, { marks }: Wanted, range: Range): Range {
  const isAboveOnly = marks !== undefined && !marks.has('verified') && !marks.has('changed')
  const isBelowOnly = marks !== undefined && !marks.has('unverified') && !marks.has('changed')
  return {
    ...range,
    first: Math.max(range.first, log.first, isAboveOnly ? log.verified + 1 : 0),
    last: Math.min(range.last, log.last, isBelowOnly ? log.verified : Infinity),
  }
}

/** The same, and what of it has events of the wanted time: for the index, which knows nothing of times. */
export function indexRange(log: Log, wanted: Wanted, range: Range): Range {
  const within = inside(log, wanted, range)
  return wanted.at ? { ...within, ...bounds(log, wanted.at, within) } : within
}

/** Whether the event has the wanted words, by itself. */
export function hasWords(log: Log, seq: number, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const row = log.row(seq)
  return row !== undefined && fits(wordsOf(toEvent(row, log.names)), words)
}

function* ofList(log: Log, wanted: Wanted, seqs: readonly number[], { first, last, descending }: Range): Generator<number> {
  for (const seq of descending ? seqs.toReversed() : seqs) {
    if (seq >= first && seq <= last && fitsColumns(log, seq, wanted) && hasWords(log, seq, wanted.words)) yield seq
  }
}

/** Most filters find enough among the newest events; one that asks for something rare is quicker by the index than through all the others. */
function* byColumns(log: Log, wanted: Wanted, range: Range): Generator<number> {
  const { first, last, descending } = range
  const places = new Uint16Array(partSize)
  const parts = partsOf(log).filter((part) => part + partSize > first && part <= last)
  for (const [index, start] of (descending ? parts.toReversed() : parts).entries()) {
    if (index === partsBefore && log.words.isRare(wanted.tokens, rare)) {
      yield* byWords(log, wanted, descending ? { ...range, last: start + partSize - 1 } : { ...range, first: start })
      return
    }
    const count = placesIn(log, log.columns.partOf(start), wanted, places)
    for (let step = 0; step < count; step += 1) {
      const seq = start + (places[descending ? count - 1 - step : step] ?? 0)
      if (seq >= first && seq <= last) yield seq
    }
  }
}

function* byWords(log: Log, wanted: Wanted, range: Range): Generator<number> {
  const { words, tokens } = wanted
  let { first, last } = indexRange(log, wanted, range)
  if (first > last) return
  const { match, isWide } = log.words.query(words, tokens)
  if (isWide) {
    let left = lookedAt
    for (const { seq } of log.rows({ first, last, descending: range.descending })) {
      if (fitsColumns(log, seq, wanted) && hasWords(log, seq, words)) yield seq
      if (range.descending) last = seq - 1
      else first = seq + 1
      left -= 1
      if (left === 0) break
    }
    if (first > last) return
  }
  for (const seq of log.words.seqs(match, { first, last, descending: range.descending })) if (fitsBesides(log, seq, wanted)) yield seq
}

/** Time goes with the log's order but for clocks that were wrong: between the first and the last part that has some of it are all. */
function bounds(log: Log, { from, to }: { from: number; to: number }, range: Range): { first: number; last: number } {
  const parts = partsOf(log).filter((start) => {
    const { least, most } = log.columns.partOf(start).times()
    return least <= to && most >= from
  })
  const last = (parts.at(-1) ?? -partSize) + partSize - 1
  return { first: Math.max(parts[0] ?? Infinity, range.first), last: Math.min(last, range.last) }
}
