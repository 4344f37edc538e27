import { readFile, stat } from 'node:fs/promises'
import { CallError } from '../callError.ts'
import { fileFailure } from '../atomicFile.ts'

const most = 3_000_000
/** The longest that can be imported (main/machines/import/reading.ts). */
const mostBytes = 64_000_000

/** The text of a file that a person named. Throws CallError `file`. */
export async function readInputFile(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > most) throw new CallError({ tag: 'file', path, problem: 'tooLarge' })
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    if (error instanceof TypeError) throw new CallError({ tag: 'file', path, problem: 'notText' }, { cause: error })
    throw fileFailure(error, path)
  }
}

/** Its bytes. Throws CallError `file`. */
export async function readInputBytes(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > mostBytes) throw new CallError({ tag: 'file', path, problem: 'tooLarge' })
    return await readFile(path)
  } catch (error) {
    throw fileFailure(error, path)
  }
}
