/** All events that fit, part by part: for what is counted over very many of them. */
import { setImmediate as turn } from 'node:timers/promises'
import type { AuditFilter } from '../../../preload/contract.ts'
import { partSize, type Part } from './columns.ts'
import type { Log } from './log.ts'
import type { Logs } from './logs.ts'
import { matches } from './matches.ts'
import { partsOf, placesIn, wantedOf, type Wanted } from './wanted.ts'

/** Of words, so many hits are counted, the newest ones. */
const mostHits = 100_000

export interface Group {
  log: Log
  part: Part
  /** The first `count` of them, ascending or descending. */
  places: Uint16Array
  count: number
}

/** So many parts are gone through before somebody else is answered: some milliseconds. */
const partsAtOnce = 128

/** `isAtLeast`: there may be more, older ones, of the words that were looked for. */
export async function eachGroup(logs: Logs, filter: AuditFilter, tell: (group: Group) => void): Promise<{ isAtLeast: boolean }> {
  let isAtLeast = false
  for (const log of logs.all()) {
    const wanted = wantedOf(log, filter)
    if (!wanted || log.count === 0) continue
    if (wanted.words.length > 0 || wanted.seqs) isAtLeast = groupsOfHits(log, wanted, tell) || isAtLeast
    else await groupsOfColumns(log, wanted, tell)
  }
  return { isAtLeast }
}

async function groupsOfColumns(log: Log, wanted: Wanted, tell: (group: Group) => void): Promise<void> {
  const places = new Uint16Array(partSize)
  for (const [index, start] of partsOf(log).entries()) {
    if (index % partsAtOnce === partsAtOnce - 1) await turn()
    const part = log.columns.partOf(start)
    const count = placesIn(log, part, wanted, places)
    if (count > 0) tell({ log, part, places, count })
  }
}

function groupsOfHits(log: Log, wanted: Wanted, tell: (group: Group) => void): boolean {
  const places = new Uint16Array(partSize)
  let [part, count, left]: [Part | undefined, number, number] = [undefined, 0, mostHits]
  for (const seq of matches(log, wanted, { first: log.first, last: log.last, descending: true })) {
    if (left === 0) break
    left -= 1
    if (part === undefined || seq < part.first || seq >= part.first + partSize) {
      if (part !== undefined) tell({ log, part, places, count })
      part = log.columns.partOf(seq)
      count = 0
    }
    places[count] = seq - part.first
    count += 1
  }
  if (part !== undefined) tell({ log, part, places, count })
  return left === 0
}
