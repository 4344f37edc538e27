/**
 * Sites, users and tags are the same for many machines: a word is looked for once in each such text, and a machine has what its texts have.
 */
import type { Columns, Dictionaries, Lines } from './columns.ts'

/** The rank of what does not fit: behind every other. */
export const missing = 255

/**
 * How well the texts that a machine shares fit, by its place; undefined: none fits anywhere. `rankLines` tells how well each line fits, or undefined
 * as well.
 */
export function sharedRanks(
  columns: Columns,
  dictionaries: Dictionaries,
  rankLines: (lines: Lines) => Uint8Array | undefined,
): Uint8Array | undefined {
  let ranks: Uint8Array | undefined
  for (const column of ['site', 'user'] as const) {
    const ofLines = rankLines(dictionaries[column].lines())
    if (ofLines) spread(ofLines, columns.words[column], (ranks ??= noRanks(columns)))
  }
  const ofTags = rankLines(dictionaries.tags.lines())
  if (ofTags) spreadTags(ofTags, columns, (ranks ??= noRanks(columns)))
  return ranks
}

export const noRanks = ({ size }: { size: number }) => new Uint8Array(size).fill(missing)

/** The better of the two, place by place, in `ranks`. */
export function improve(ranks: Uint8Array, others: Uint8Array): void {
  for (let place = 0; place < ranks.length; place++) {
    const rank = others[place] ?? missing
    if (rank < (ranks[place] ?? missing)) ranks[place] = rank
  }
}

function spread(ofLines: Uint8Array, lines: Int32Array, ranks: Uint8Array): void {
  for (let place = 0; place < ranks.length; place++) {
    const rank = ofLines[lines[place] ?? 0] ?? missing
    if (rank < (ranks[place] ?? missing)) ranks[place] = rank
  }
}

function spreadTags(ofTags: Uint8Array, { tagStarts, tags }: Columns, ranks: Uint8Array): void {
  for (let place = 0, at = 0; place < ranks.length; place++)
    for (const end = tagStarts[place + 1] ?? 0; at < end; at++) {
      const rank = ofTags[tags[at] ?? 0] ?? missing
      if (rank < (ranks[place] ?? missing)) ranks[place] = rank
    }
}
