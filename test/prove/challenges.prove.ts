/** `npm run prove -- challenges`: nobody is signed in whom APR-1 to APR-5 and RFC 10027 do not allow, and nobody is refused whom they do. */
import { tryChallenges } from '../gateway/challenges/trials.ts'

const trials = 10_000
/** A gateway of its own for each: its log need not be longer than this to be a real one. */
const trialsAtOnce = 1000

export async function run(): Promise<{ claim: string; trials: number; held: number }[]> {
  let wrong = 0
  let needless = 0
  for (let done = 0; done < trials; done += trialsAtOnce) {
    const verdict = await tryChallenges(trialsAtOnce, 1000 + done)
    for (const hole of verdict.holes.slice(0, 5)) process.stderr.write(`taken and must not be: ${hole}\n`)
    for (const refusal of verdict.needless.slice(0, 5)) process.stderr.write(`refused without a reason: ${refusal}\n`)
    wrong += verdict.holes.length
    needless += verdict.needless.length
  }
  return [
    { claim: 'no sign-in is approved that must not be: replays, late, mismatched, altered, forged, raced', trials, held: trials - wrong },
    { claim: 'no approval is refused that may be', trials, held: trials - needless },
  ]
}
