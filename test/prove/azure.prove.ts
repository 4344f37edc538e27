/** `npm run prove -- azure`: a click is one request of Azure whatever happens to it, and a changed policy has lost nothing. */
import { tryPolicies } from '../main/providers/azure/policyTrials.ts'
import { tryRequests } from '../main/providers/azure/requestTrials.ts'
import { memoryFolder } from './kills.ts'

const trials = 10_000
const trialsAtOnce = 500

export async function run(): Promise<{ claim: string; trials: number; held: number }[]> {
  let [doubles, unanswered, violations] = [0, 0, 0]
  for (let done = 0; done < trials; done += trialsAtOnce) {
    const verdict = await tryRequests(trialsAtOnce, 1000 + done, memoryFolder)
    for (const one of verdict.doubles.slice(0, 3)) process.stderr.write(`asked for twice: ${one}\n`)
    for (const one of verdict.unanswered.slice(0, 3)) process.stderr.write(`not answered with its window: ${one}\n`)
    for (const one of verdict.violations.slice(0, 3)) process.stderr.write(`against the contract: ${one}\n`)
    doubles += verdict.doubles.length
    unanswered += verdict.unanswered.length
    violations += verdict.violations.length
  }
  const { faults } = tryPolicies(trials, 1000)
  for (const one of faults.slice(0, 3)) process.stderr.write(`lost or changed: ${one}\n`)
  return [
    { claim: 'no click is two requests of Azure, whatever fails and however often it is repeated', trials, held: trials - doubles },
    { claim: 'every click is answered with its window once Azure works again', trials, held: trials - unanswered },
    { claim: 'nothing is sent or taken that is against the official contract', trials, held: trials - violations },
    { claim: 'a policy that is changed loses no machine, no request and no member', trials, held: trials - faults.length },
  ]
}
