/**
 * All machines as columns, in the order of their names: a place in the order is a place in every column. A million of them fit in memory, where
 * as many objects would not, and their text is one string, which is looked through several times faster than as many strings.
 */
import { figureColumns, type FigureColumn, type Indexed, nameOf, orderOf, toLine, wordColumns, type WordColumn } from './indexed.ts'

/** The different texts of a column, by numbers. Only grows. */
export interface Dictionary {
  id(text: string): number
  readonly texts: readonly string[]
  /** The same as a search looks through them. */
  lines(): Lines
}

/** Folded texts in one string, each ended by a line break. */
export interface Lines {
  readonly size: number
  readonly text: string
  /** Where a text begins, and where the last one's line break ends. */
  readonly starts: Int32Array
}

export type Dictionaries = Record<WordColumn | 'tags', Dictionary>

interface Values {
  numbers: Int32Array
  states: Uint8Array
  words: Record<WordColumn, Int32Array>
  figures: Record<FigureColumn, Float64Array>
  /** The tags of the machine at a place: from `tagStarts[place]` to `tagStarts[place + 1]`. */
  tagStarts: Int32Array
  tags: Int32Array
}

/** The text of a machine is two lines, its name and its address: what machines share is in the dictionaries. */
export interface Columns extends Values, Lines {
  /** The place of a machine by its number; -1: it is not here. */
  places: Int32Array
  nameEnds: Int32Array
}

/** Machines that are not in the columns yet, in the order in which they came. */
export interface Draft extends Omit<Values, 'tags'> {
  count: number
  texts: string[]
  tags: number[]
}

function createDictionary(): Dictionary {
  const ids = new Map<string, number>()
  const texts: string[] = []
  let lines = linesOf([])
  return {
    texts,
    lines: () => (lines.size === texts.length ? lines : (lines = linesOf(texts))),
    id(text) {
      const known = ids.get(text)
      if (known !== undefined) return known
      ids.set(text, texts.length)
      return texts.push(text) - 1
    },
  }
}

function linesOf(texts: readonly string[]): Lines {
  const starts = new Int32Array(texts.length + 1)
  const pieces = texts.map((text, at) => {
    const line = `${toLine(text)}\n`
    starts[at + 1] = (starts[at] ?? 0) + line.length
    return line
  })
  return { size: texts.length, text: pieces.join(''), starts }
}

export function createDictionaries(): Dictionaries {
  const make = createDictionary
  return { os: make(), gateway: make(), site: make(), user: make(), lastUser: make(), agent: make(), tags: make() }
}

function createValues(size: number): Omit<Values, 'tags'> {
  const ints = () => new Int32Array(size)
  const floats = () => new Float64Array(size)
  return {
    numbers: ints(),
    states: new Uint8Array(size),
    words: { os: ints(), gateway: ints(), site: ints(), user: ints(), lastUser: ints(), agent: ints() },
    figures: { approvals: floats(), port: floats(), accessAt: floats(), seenAt: floats() },
    tagStarts: new Int32Array(size + 1),
  }
}

export const createDraft = (capacity: number): Draft => ({ ...createValues(capacity), count: 0, texts: [], tags: [] })

export function addTo(draft: Draft, machine: Indexed, dictionaries: Dictionaries): void {
  const at = draft.count++
  draft.numbers[at] = machine.n
  draft.states[at] = machine.state
  for (const column of wordColumns) draft.words[column][at] = dictionaries[column].id(machine[column])
  for (const column of figureColumns) draft.figures[column][at] = machine[column]
  for (const tag of machine.tags) draft.tags.push(dictionaries.tags.id(tag))
  draft.tagStarts[at + 1] = draft.tags.length
  draft.texts.push(machine.text)
}

export const noColumns = (): Columns => arrange(undefined, createDraft(0), new Int32Array(0))

/** New columns, of what is picked: a place of `base`, or (as `~at`) one of `draft`. */
export function arrange(base: Columns | undefined, draft: Draft, picks: Int32Array): Columns {
  const steps = arrangeInSteps(base, draft, picks)
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

/** How many are taken over from a draft in one step: about a hundredth of a second. */
const stepMachines = 10_000

/** The same in steps, so that whoever has much to do can look up between them. */
export function* arrangeInSteps(base: Columns | undefined, draft: Draft, picks: Int32Array): Generator<void, Columns> {
  const size = picks.length
  const values = createValues(size)
  const starts = new Int32Array(size + 1)
  const nameEnds = new Int32Array(size)
  const tags: Int32Array[] = []
  const texts: string[] = []
  let pieces: string[] = []
  let length = 0
  let tagCount = 0

  /** Neighbours that stay neighbours are taken over together. */
  function keep(from: Columns, first: number, end: number, place: number): void {
    values.numbers.set(from.numbers.subarray(first, end), place)
    values.states.set(from.states.subarray(first, end), place)
    for (const column of wordColumns) values.words[column].set(from.words[column].subarray(first, end), place)
    for (const column of figureColumns) values.figures[column].set(from.figures[column].subarray(first, end), place)
    const firstTag = from.tagStarts[first] ?? 0
    tags.push(from.tags.subarray(firstTag, from.tagStarts[end]))
    const textStart = from.starts[first] ?? 0
    pieces.push(from.text.slice(textStart, from.starts[end]))
    for (let at = first, to = place; at < end; at++, to++) {
      values.tagStarts[to + 1] = (from.tagStarts[at + 1] ?? 0) - firstTag + tagCount
      nameEnds[to] = (from.nameEnds[at] ?? 0) - textStart + length
      starts[to + 1] = (from.starts[at + 1] ?? 0) - textStart + length
    }
    length = starts[place + end - first] ?? 0
    tagCount = values.tagStarts[place + end - first] ?? 0
  }

  function take(at: number, place: number): void {
    values.numbers[place] = draft.numbers[at] ?? 0
    values.states[place] = draft.states[at] ?? 0
    for (const column of wordColumns) values.words[column][place] = draft.words[column][at] ?? 0
    for (const column of figureColumns) values.figures[column][place] = draft.figures[column][at] ?? 0
    const own = draft.tags.slice(draft.tagStarts[at], draft.tagStarts[at + 1])
    if (own.length > 0) tags.push(Int32Array.from(own))
    values.tagStarts[place + 1] = tagCount += own.length
    const text = draft.texts[at] ?? '\n'
    pieces.push(text, '\n')
    nameEnds[place] = length + text.indexOf('\n')
    starts[place + 1] = length += text.length + 1
  }

  for (let place = 0, taken = 0; place < size;) {
    if (++taken % stepMachines === 0) {
      // Joined bit by bit: the whole at once would take long again.
      texts.push(pieces.join(''))
      pieces = []
      yield
    }
    const pick = picks[place] ?? 0
    if (pick < 0 || !base) take(~pick, place++)
    else {
      let end = place + 1
      while (end < size && picks[end] === pick + end - place) end++
      keep(base, pick, pick + end - place, place)
      place = end
    }
  }
  const allTags = new Int32Array(tagCount)
  let tagAt = 0
  for (const some of tags) {
    allTags.set(some, tagAt)
    tagAt += some.length
  }
  let most = 0
  for (const number of values.numbers) if (number > most) most = number
  const places = new Int32Array(most + 1).fill(-1)
  for (let place = 0; place < size; place++) places[values.numbers[place] ?? 0] = place
  return { ...values, tags: allTags, size, places, text: [...texts, ...pieces].join(''), starts, nameEnds }
}

/** The machine's own text, as it came. */
export function textAt(columns: Columns, place: number): string {
  return columns.text.slice(columns.starts[place], (columns.starts[place + 1] ?? 1) - 1)
}

const orderAt = (columns: Columns, place: number) => orderOf(columns.text.slice(columns.starts[place], columns.nameEnds[place]))

/** Puts the draft's machines where they belong, and leaves out those whose numbers are in `gone`. */
export function merge(base: Columns, draft: Draft, gone: ReadonlySet<number>): Columns {
  const coming = Array.from({ length: draft.count }, (_, at) => {
    const order = orderOf(nameOf(draft.texts[at] ?? '\n'))
    const number = draft.numbers[at] ?? 0
    return { at, order, number, before: placeFor(base, order, number) }
  }).sort((one, other) => one.before - other.before || compare(one.order, other.order) || one.number - other.number)
  const picks = new Int32Array(base.size + draft.count)
  let count = 0
  let next = 0
  for (let place = 0; place <= base.size; place++) {
    for (let one = coming[next]; one?.before === place; one = coming[++next]) picks[count++] = ~one.at
    if (place < base.size && !gone.has(base.numbers[place] ?? 0)) picks[count++] = place
  }
  return arrange(base, draft, picks.subarray(0, count))
}

/** The first place whose machine does not come before. */
function placeFor(columns: Columns, order: string, number: number): number {
  let low = 0
  let high = columns.size
  while (low < high) {
    const middle = (low + high) >> 1
    const before = compare(orderAt(columns, middle), order) || (columns.numbers[middle] ?? 0) - number
    if (before < 0) low = middle + 1
    else high = middle
  }
  return low
}

export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** Takes over what changed without a change of text or tags, and says whether that was all. */
export function patch(columns: Columns, machine: Indexed, dictionaries: Dictionaries): boolean {
  const place = columns.places[machine.n] ?? -1
  if (place < 0 || textAt(columns, place) !== machine.text) return false
  const from = columns.tagStarts[place] ?? 0
  if ((columns.tagStarts[place + 1] ?? 0) - from !== machine.tags.length) return false
  if (machine.tags.some((tag, at) => dictionaries.tags.id(tag) !== columns.tags[from + at])) return false
  columns.states[place] = machine.state
  for (const column of wordColumns) columns.words[column][place] = dictionaries[column].id(machine[column])
  for (const column of figureColumns) columns.figures[column][place] = machine[column]
  return true
}
