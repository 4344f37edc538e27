/** POL-5, POL-6: nobody gets what policy does not allow, and nobody is refused what it does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tryAccess } from '../gateway/access.ts'
import { memoryFolder } from './kills.ts'

const trials = 100_000
/** A gateway of its own for each: its log need not be longer than this to be a real one. */
const trialsAtOnce = 5000

export async function run(): Promise<{ claim: string; trials: number; held: number }[]> {
  let forbidden = 0
  let needless = 0
  for (let done = 0; done < trials; done += trialsAtOnce) {
    const folder = mkdtempSync(join(memoryFolder, 'access-'))
    const verdict = await tryAccess(trialsAtOnce, 1000 + done, folder)
    rmSync(folder, { recursive: true, force: true })
    for (const hole of verdict.holes.slice(0, 5)) process.stderr.write(`let through against policy: ${hole}\n`)
    forbidden += verdict.holes.length
    needless += verdict.needless.length
  }
  return [
    { claim: 'no request is let through that policy forbids', trials, held: trials - forbidden },
    { claim: 'no request is refused that policy allows', trials, held: trials - needless },
  ]
}
