/** Files that are either the old one or the new one, whole, whenever the power goes. */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CallError } from './callError.ts'

/** What writes the content of a file, chunk after chunk. */
export type WriteChunk = (chunk: string | Uint8Array) => Promise<void>

/**
 * Writes a new file beside `path` and renames it over. A symlink at `path` is replaced, never followed (F-90): the temporary file
 * is made with O_EXCL under a name nobody can guess. On any failure nothing is left behind, and what was there is untouched.
 */
export async function writeAtomically(
  path: string,
  write: (chunk: WriteChunk) => Promise<void>,
  options: { /** false: outlives the console, perhaps not a power cut; saves the wait for the disk. */ synced: boolean } = { synced: true },
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 80)}.${randomUUID()}`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    try {
      await write(async (chunk) => {
        await file.writeFile(chunk)
      })
      if (options.synced) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** The failure that tells a technician about an error of the file system; other errors are answered unchanged. */
export function fileFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const problem = problemOf(error.code)
  return problem ? new CallError({ tag: 'file', path, problem }, { cause: error }) : error
}

function problemOf(code: string): 'missing' | 'denied' | 'tooLarge' | 'full' | 'other' | undefined {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'missing'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'denied'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full'
    case 'EFBIG':
      return 'tooLarge'
    default:
      return code.startsWith('E') && !code.startsWith('ERR_') ? 'other' : undefined
  }
}
