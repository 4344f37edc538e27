/** Files of the machine: replaced as a whole or not at all, with the rights that they had. */
import { chmod, chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** undefined when there is no such file. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** An existing file keeps its owner and mode; a new one gets `mode`, and its folder `folderMode`. */
export async function replaceFile(path: string, text: string, mode = 0o644, folderMode = 0o755): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: folderMode })
  const before = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  // A dot and a tilde: sudo, sshd and cron pass over such names in their folders.
  const draft = `${path}.gatehouse~`
  await rm(draft, { force: true })
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  if (before) await chown(draft, before.uid, before.gid)
  await chmod(draft, before ? before.mode & 0o7777 : mode)
  await rename(draft, path)
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
