/** Puts one user's right to be root into sudoers.d, and takes it away. What sudo would refuse is never put there: one bad file blocks sudo for all. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Places } from './places.ts'
import { must, type Run } from './programs.ts'
import { sudoRule, sudoRuleName } from './sudoRule.ts'

/** Throws ToolFailed when visudo does not take it. */
export async function installSudoRule(places: Places, run: Run, user: string, until: number, challenge: string): Promise<void> {
  const file = join(places.sudoers, sudoRuleName(user))
  // The tilde: sudo passes over it while it is not checked.
  const draft = `${file}~`
  await rm(draft, { force: true })
  await writeFile(draft, sudoRule(user, until, challenge), { mode: 0o440, flag: 'wx' })
  try {
    await must(run, 'visudo', ['-c', '-q', '-f', draft])
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

export async function removeSudoRule(places: Places, user: string): Promise<void> {
  await rm(join(places.sudoers, sudoRuleName(user)), { force: true })
}
