/** The machines' places in the order of a column. Those that are equal are in the order of their names; what has no value comes last. */
import { fold, sortKey } from '../fold.ts'
import { type Columns, compare, type Dictionaries, type Dictionary } from './columns.ts'
import { everything } from './find.ts'
import type { FigureColumn, WordColumn } from './indexed.ts'

export type ColumnSort =
  | 'site'
  | 'address'
  | 'os'
  | 'tags'
  | 'user'
  | 'gateway'
  | 'agent'
  | 'lastUser'
  | 'lastSeen'
  | 'lastAccess'
  | 'approvals'
  | 'ports'

const wordSorts: Partial<Record<ColumnSort, WordColumn>> = {
  site: 'site',
  os: 'os',
  user: 'user',
  gateway: 'gateway',
  agent: 'agent',
  lastUser: 'lastUser',
}
const figureSorts: Partial<Record<ColumnSort, FigureColumn>> = {
  lastSeen: 'seenAt',
  lastAccess: 'accessAt',
  approvals: 'approvals',
  ports: 'port',
}

export function orderBy(columns: Columns, dictionaries: Dictionaries, sort: ColumnSort): Int32Array {
  const word = wordSorts[sort]
  if (word) return byRank(columns.size, ranksOf(dictionaries[word]), (place) => columns.words[word][place] ?? 0)
  const figure = figureSorts[sort]
  if (figure) {
    const values = columns.figures[figure]
    return everything(columns.size).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0) || one - other)
  }
  if (sort === 'tags') {
    // By the first tag; one rank more than there are tags is for machines without any.
    const ranks = ranksOf(dictionaries.tags)
    const none = ranks.length
    const first = (place: number) => {
      const from = columns.tagStarts[place] ?? 0
      return from === columns.tagStarts[place + 1] ? none : (columns.tags[from] ?? 0)
    }
    return byRank(columns.size, Int32Array.from([...ranks, none]), first)
  }
  const keys = Array.from({ length: columns.size }, (_, place) => addressKey(columns, place))
  return everything(columns.size).sort((one, other) => compare(keys[one] ?? '', keys[other] ?? '') || one - other)
}

/** The second line of the text. */
function addressKey({ text, nameEnds }: Columns, place: number): string {
  const from = (nameEnds[place] ?? 0) + 1
  return sortKey(text.slice(from, text.indexOf('\n', from)))
}

/** The rank of each text of a dictionary, the empty one last. */
function ranksOf({ texts }: Dictionary): Int32Array {
  const keys = texts.map((text) => (text === '' ? '\uffff' : sortKey(fold(text))))
  const ranks = new Int32Array(texts.length)
  for (const [rank, id] of [...keys.keys()].sort((one, other) => compare(keys[one] ?? '', keys[other] ?? '')).entries()) ranks[id] = rank
  return ranks
}

/** Counts how many there are of each rank, so that nothing has to be compared. */
function byRank(size: number, ranks: Int32Array, idAt: (place: number) => number): Int32Array {
  const next = new Int32Array(ranks.length + 1)
  for (let place = 0; place < size; place++) {
    const after = (ranks[idAt(place)] ?? 0) + 1
    next[after] = (next[after] ?? 0) + 1
  }
  for (let rank = 1; rank < next.length; rank++) next[rank] = (next[rank] ?? 0) + (next[rank - 1] ?? 0)
  const ordered = new Int32Array(size)
  for (let place = 0; place < size; place++) {
    const rank = ranks[idAt(place)] ?? 0
    const at = next[rank] ?? 0
    next[rank] = at + 1
    ordered[at] = place
  }
  return ordered
}
