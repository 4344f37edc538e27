/**
 * The index by which events are found: FTS5 over their words and over what they are (tokens of ids, in a private range of Unicode that no word is of), so
 * that a common word together with a rare actor is as quick as the rare one alone. The beginnings of words are looked up in the `term` table: FTS5
 * itself would merge the lists of all words that begin so, which takes seconds for a common letter.
 */
import type { SqliteFile } from './file.ts'
import { portNumber } from './columns.ts'
import type { EventRow } from './rows.ts'

/** Before the token of an id, and before the part of a word that stands for all words which begin with it. */
const idMark = '\uE000'
const leadMark = '\uE001'
/** Numbers of so many digits are few enough to be terms. */
const shortNumber = 5
/** A word of so many letters and digits is a number of something: few others begin with it. */
const narrowLength = 7
/** More beginnings than this are left to FTS5. */
const mostTerms = 1200
const mostTermsInMemory = 300_000

export type IdToken = `${'k' | 'a' | 's' | 'm' | 'p' | 'g'}${number}`

export interface WordQuery {
  match: string
  /** A word has so many endings that its list has to be merged first: who wants only a few events may look at the newest ones before. */
  isWide: boolean
}

export interface WordIndex {
  add(row: EventRow, words: ReadonlySet<string>): void
  remove(seq: number): void
  /** Those of events from `first` to `last`. */
  removeAll(first: number, last: number): void
  /** Each of `words` begins one of the event's, and of each list of tokens it has one. */
  query(words: readonly string[], tokens: readonly (readonly IdToken[])[]): WordQuery
  /** How many events have it; counting ends at `most`. */
  count(match: string, most: number): number
  /** Whether one of the lists is of no more than `most` events. */
  isRare(tokens: readonly (readonly IdToken[])[], most: number): boolean
  /** `seq`s of events from `first` to `last`, as they are asked for. */
  seqs(match: string, range: { first: number; last: number; descending: boolean }): IterableIterator<number>
}

export function createWordIndex(file: SqliteFile, n: number): WordIndex {
  const insert = file.prepare<[number, string]>(`insert into word_${n}(rowid, text) values (?, ?)`)
  const remove = file.prepare<[number]>(`delete from word_${n} where rowid = ?`)
  const insertTerm = file.prepare<[string]>(`insert or ignore into term_${n}(term) values (?)`)
  const selectTerms = file
    .prepare<[string, string, number], string>(`select term from term_${n} where term >= ? and term < ? limit ?`)
    .pluck()
  const countRows = file
    .prepare<[string, number], number>(`select count(*) from (select 1 from word_${n} where word_${n} match ? limit ?)`)
    .pluck()
  const known = new Set<string>()

  function addTerm(term: string): void {
    if (known.has(term)) return
    if (known.size > mostTermsInMemory) known.clear()
    insertTerm.run(term)
    known.add(term)
  }

  /** `"a" OR "b"`; undefined when FTS5 has to look itself. */
  function endingsOf(word: string): string[] | undefined {
    if (!isTerm(word)) return undefined
    const terms: string[] = []
    for (const begin of [word, leadMark + word]) {
      terms.push(...selectTerms.all(begin, `${begin}\u{10ffff}`, mostTerms + 1))
      if (terms.length > mostTerms) return undefined
    }
    return terms
  }

  return {
    add(row, words) {
      const tokens: string[] = []
      const leads = new Set<string>()
      for (const word of words) {
        tokens.push(word)
        if (isTerm(word)) addTerm(word)
        else leads.add(leadMark + leadOf(word))
      }
      for (const lead of leads) {
        tokens.push(lead)
        addTerm(lead)
      }
      for (const token of tokensOf(row)) tokens.push(idMark + token)
      insert.run(row.seq, tokens.join(' '))
    },
    remove: (seq) => void remove.run(seq),
    removeAll(first, last) {
      for (let seq = first; seq <= last; seq += 1) remove.run(seq)
    },
    query(words, tokens) {
      const parts = tokens.map((list) => anyOf(list.map((token) => idMark + token)))
      let isWide = false
      for (const word of words) {
        const endings = endingsOf(word)
        isWide ||= endings === undefined && word.length < narrowLength
        if (endings === undefined) parts.push(`"${word}"*`)
        // A word that nothing begins with is found by nothing.
        else parts.push(anyOf(endings.length === 0 ? [word] : endings))
      }
      return { match: parts.join(' AND '), isWide }
    },
    count: (match, most) => countRows.get(match, most) ?? 0,
    isRare: (tokens, most) => tokens.some((list) => (countRows.get(anyOf(list.map((token) => idMark + token)), most + 1) ?? 0) <= most),
    seqs(match, { first, last, descending }) {
      // A statement of its own, since several may be read side by side. FTS5 takes only integers for limits, and numbers come as reals.
      return file
        .prepare<[string, number, number], number>(
          `select rowid from word_${n} where word_${n} match ? and rowid >= cast(? as integer) and rowid <= cast(? as integer)
           order by rowid ${descending ? 'desc' : 'asc'}`,
        )
        .pluck()
        .iterate(match, first, last)
    },
  }
}

const tokensOf = (row: EventRow): IdToken[] => [
  `k${row.kind}`,
  `a${row.actor}`,
  `s${row.site}`,
  `m${row.machine}`,
  `p${portNumber(row.port)}`,
  ...(row.grant_id === null ? [] : [grantToken(row.grant_id)]),
]

/** FNV-1a over UTF-16 code units, since an id may have any characters: two grants may share it, so who looks by it looks at the row too. */
export function grantToken(grantId: string): IdToken {
  let hash = 0x81_1c_9d_c5
  for (let at = 0; at < grantId.length; at += 1) hash = Math.imul(hash ^ grantId.charCodeAt(at), 0x01_00_01_93)
  return `g${hash >>> 0}`
}

const anyOf = (tokens: readonly string[]): string => `(${tokens.map((token) => `"${token}"`).join(' OR ')})`

/** Words of letters alone, and short numbers. */
function isTerm(word: string): boolean {
  return /^(?:\p{L}+|\p{N}+)$/u.test(word) && (word.length <= shortNumber || /^\p{L}/u.test(word))
}

/** Of a word that is no term: the letters or digits that it begins with. */
function leadOf(word: string): string {
  const [letters] = /^\p{L}+/u.exec(word) ?? []
  return letters ?? /^\p{N}+/u.exec(word)?.[0].slice(0, shortNumber) ?? word
}
