/** A file that somebody chose a place for: it appears there whole or not at all, whatever happens while it is written (F-90). */
import { lstat } from 'node:fs/promises'
import { fileFailure, writeAtomically, type WriteChunk } from '../atomicFile.ts'
import { CallError } from '../callError.ts'

/** So that a line is not a call of the system each. */
const bufferBytes = 256 * 1024

/**
 * A symlink at `path` is replaced, not followed; what is read-only, a directory or a device is left alone. Throws CallError `file`, or what `write`
 * throws; then there is nothing new, and what was there is untouched.
 */
export async function writeExport(path: string, write: (chunk: WriteChunk) => Promise<void>): Promise<void> {
  await refuseReadOnly(path)
  try {
    await writeAtomically(path, async (chunk) => {
      const buffered = bufferedWriter(chunk)
      await write(buffered.write)
      await buffered.flush()
    })
  } catch (error) {
    throw fileFailure(error, path)
  }
}

function bufferedWriter(chunk: WriteChunk): { write: WriteChunk; flush: () => Promise<void> } {
  let held: Uint8Array[] = []
  let size = 0
  async function flush(): Promise<void> {
    if (size > 0) await chunk(Buffer.concat(held))
    held = []
    size = 0
  }
  return {
    flush,
    async write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      held.push(bytes)
      size += bytes.byteLength
      if (size >= bufferBytes) await flush()
    },
  }
}

/** What renaming over the file would get round: somebody made it read-only on purpose. Directories and devices are no place either. */
async function refuseReadOnly(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (!found || found.isSymbolicLink()) return
  if (!found.isFile()) throw new CallError({ tag: 'file', path, problem: 'other' })
  if ((found.mode & 0o200) === 0) throw new CallError({ tag: 'file', path, problem: 'denied' })
}
