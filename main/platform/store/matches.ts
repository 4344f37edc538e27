/** The events of one log that fit, in the log's own order, as they are asked for: whoever wants fifty pays for fifty. */
import { partSize } from './columns.ts'
import type { Log } from './log.ts'
import { toEvent, type EventRow } from './rows.ts'
import { fitsColumns, partsOf, placesIn, wantsEverything, type Wanted } from './wanted.ts'
import { fits, wordsOf } from './words.ts'

export interface Range {
  first: number
  last: number
  descending: boolean
}

/** So many events are looked at themselves before the index is asked for a word with very many endings. */
const lookedAt = 2000

/** Their rows. */
export function* matchingRows(log: Log, wanted: Wanted, range: Range): Generator<EventRow> {
  if (wantsEverything(wanted)) yield* log.rows(inside(log, range))
  else {
    for (const seq of matches(log, wanted, range)) {
      const row = log.row(seq)
      if (row) yield row
    }
  }
}

/** Their `seq`s. */
export function* matches(log: Log, wanted: Wanted, range: Range): Generator<number> {
  const within = inside(log, range)
  if (within.first > within.last) return
  if (wanted.seqs) yield* ofList(log, wanted, wanted.seqs, within)
  else if (wanted.words.length > 0) yield* byWords(log, wanted, within)
  else if (wantsEverything(wanted)) for (const row of log.rows(within)) yield row.seq
  else yield* byColumns(log, wanted, within)
}

function inside(log: Log, range: Range): Range {
  return { ...range, first: Math.max(range.first, log.first), last: Math.min(range.last, log.last) }
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

function* byColumns(log: Log, wanted: Wanted, { first, last, descending }: Range): Generator<number> {
  const places = new Uint16Array(partSize)
  const parts = partsOf(log).filter((part) => part + partSize > first && part <= last)
  for (const start of descending ? parts.toReversed() : parts) {
    const count = placesIn(log, log.columns.partOf(start), wanted, places)
    for (let step = 0; step < count; step += 1) {
      const seq = start + (places[descending ? count - 1 - step : step] ?? 0)
      if (seq >= first && seq <= last) yield seq
    }
  }
}

function* byWords(log: Log, wanted: Wanted, range: Range): Generator<number> {
  const { words, tokens } = wanted
  const { match, isWide } = log.words.query(words, tokens)
  let { first, last } = wanted.at ? bounds(log, wanted.at, range) : range
  if (first > last) return
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
  for (const seq of log.words.seqs(match, { first, last, descending: range.descending })) if (fitsColumns(log, seq, wanted)) yield seq
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
