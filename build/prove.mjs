/**
 * `npm run prove -- NAME [PART…]… [--json]`: tries a claim many times over and says how often it held. A proof exports
 * `run(): Promise<Claim[]>`. The exit code is 0 only if every claim held every time, or as often as it says is needed.
 */
import { prepare } from './setup/node.mjs'

await prepare()
const { runTrials } = await import('./setup/trials.mjs')

/** @typedef {{ claim: string, trials: number, held: number, needed?: number }} Claim */

const args = process.argv.slice(2)
const names = args.filter((one) => !one.startsWith('--'))
let broken = 0

const code = await runTrials('prove', names, show)
process.exit(code === 0 && broken > 0 ? 1 : code)

/** @param {Claim[]} claims */
function show(claims) {
  for (const { claim, trials, held, needed = trials } of claims) {
    if (held < needed) broken += 1
    console.log(
      args.includes('--json') ? JSON.stringify({ claim, trials, held }) : `${held >= needed ? '✓' : '✗'} ${claim}: ${held} of ${trials}`,
    )
  }
}
