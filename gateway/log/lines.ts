/** Lines as bytes: decoding would make what is not UTF-8 look like something that is. */

export interface LineReader {
  /** Without its end; undefined at the end of the file, for a line that does not end, and for one that is longer than any of ours. */
  next(): Promise<Buffer | undefined>
  /** Whether not one more byte is there. */
  isAtEnd(): Promise<boolean>
}

/** A line of 256 hashes has 12 kB, an event that the API takes in at most 64 kB before escapes. */
const longestLineBytes = 1024 * 1024
const newLine = 10

export function createLineReader(file: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): LineReader {
  const chunks = Symbol.asyncIterator in file ? file[Symbol.asyncIterator]() : file[Symbol.iterator]()
  let held: Buffer = Buffer.alloc(0)

  /** False at the end of the file. */
  async function readMore(): Promise<boolean> {
    const next = await chunks.next()
    if (next.done === true) return false
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value])
    return true
  }

  return {
    async next() {
      for (let searched = 0; ;) {
        const end = held.indexOf(newLine, searched)
        if (end !== -1) {
          const line = held.subarray(0, end)
          held = held.subarray(end + 1)
          return line
        }
        searched = held.length
        if (searched > longestLineBytes || !(await readMore())) return undefined
      }
    },
    async isAtEnd() {
      while (held.length === 0) if (!(await readMore())) return true
      return false
    },
  }
}
