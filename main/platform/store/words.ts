/**
 * The words of an event, as a search finds them: folded, each letter or digit of a run belonging to one word. Scripts that have no blanks between words
 * begin one at each character. FTS5 sees only what is cut here, so that the two never disagree.
 */
import { fold } from '../../machines/fold.ts'
import type { StoredEvent } from '../../localStore.ts'

const longest = 40
/** Of a script without blanks: what one search can tell apart. */
const longestRun = 6

const word =
  /(?<run>[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3005\u30fc]+)|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3005\u30fc])[\p{L}\p{N}])+/gu
// oxlint-disable-next-line no-control-regex -- the range is all of ASCII
const isPlain = /^[\u0000-\u007f]*$/
const plainWord = /[a-z0-9]+/g

/** Adds the words of a text. */
function addWords(text: string, words: Set<string>): void {
  const folded = fold(text)
  if (isPlain.test(folded)) {
    for (const found of folded.match(plainWord) ?? []) words.add(found.slice(0, longest))
    return
  }
  for (const { 0: found, groups } of folded.matchAll(word)) {
    if (groups?.['run'] === undefined) words.add(cut(found, longest))
    else for (let at = 0, run = Array.from(found); at < run.length; at += 1) words.add(run.slice(at, at + longestRun).join(''))
  }
}

/** The distinct words by which an event is found: those of its names, its port, and of the values of its detail. */
export function wordsOf(event: StoredEvent): Set<string> {
  const words = new Set<string>()
  for (const text of [event.action, event.actor, event.machineName, event.site]) if (text !== undefined) addWords(text, words)
  if (event.port !== undefined) words.add(String(event.port))
  for (const value of detailValues(event.detail)) addWords(value, words)
  return words
}

/** What a search asks for: each has to begin a word of the event. */
export function wordsToFind(search: string): string[] {
  const words = new Set<string>()
  for (const { 0: found, groups } of fold(search).matchAll(word)) {
    if (groups?.['run'] === undefined) words.add(cut(found, longest))
    else {
      const run = Array.from(found)
      for (let at = 0; at + longestRun <= Math.max(run.length, longestRun); at += 1) words.add(run.slice(at, at + longestRun).join(''))
    }
  }
  // A word that begins another one asks for nothing more.
  return [...words].filter((one) => ![...words].some((other) => other !== one && other.startsWith(one)))
}

/** Whether each of `wanted` begins one of `words`. */
export function fits(words: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.every((one) => words.has(one) || [...words].some((found) => found.startsWith(one)))
}

/** The values of a flat object of canonical JSON, as texts. */
function detailValues(detail: string): string[] {
  if (detail === '{}') return []
  const values: unknown = JSON.parse(detail)
  return typeof values === 'object' && values !== null ? Object.values(values).map(String) : []
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const short = text.slice(0, length)
  return short.isWellFormed() ? short : short.slice(0, -1)
}
