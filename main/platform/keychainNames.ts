/** Which names we have stored in the keychain, in a small file of names only: a known name that reads as empty is locked or changed, never "not stored". */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const Index = z.object({ mark: z.string().max(64).optional(), names: z.array(z.string().max(400)).max(100_000) })
export type KeychainIndex = z.infer<typeof Index>

export interface KeychainNames {
  read(): Promise<KeychainIndex>
  write(index: KeychainIndex): Promise<void>
}

/** `mark` is the random value of an item that tells this keychain from another one; it protects nothing. */
export function createKeychainNames(dataFolder: string): KeychainNames {
  const file = path.join(dataFolder, 'keychain-names.json')
  let known: KeychainIndex | undefined
  return {
    async read() {
      known ??= await readIndex(file)
      return known
    },
    async write(index) {
      known = index
      // Where the folder cannot be written (F-109), the list is right until the console ends.
      await save(index).catch(() => undefined)
    },
  }

  async function save(index: KeychainIndex): Promise<void> {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    const draft = `${file}.new`
    await writeFile(draft, JSON.stringify(index), { mode: 0o600 })
    await rename(draft, file)
  }
}

async function readIndex(file: string): Promise<KeychainIndex> {
  try {
    return Index.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { names: [] }
    // A damaged list is set aside, not deleted; names come back as they are read.
    await rename(file, `${file}.damaged`).catch(() => undefined)
    return { names: [] }
  }
}
