/**
 * `npm run bench -- NAME… [--json]`: measures, each against what it is compared with in the same run. A bench exports
 * `run(): Promise<Measure[]>`. With --json stdout is one JSON line per measure, else a table. Without a name: all of them.
 */
import { prepare } from './setup/node.mjs'

await prepare()
const { runTrials } = await import('./setup/trials.mjs')

/** @typedef {{ measure: string, value: number, unit: string, against: string, ratio: number }} Measure `ratio` is value by what `against` names. */

const args = process.argv.slice(2)
const names = args.filter((one) => !one.startsWith('--'))

process.exit(await runTrials('bench', names, args.includes('--json') ? printJson : printTable))

/** @param {Measure[]} measures */
function printJson(measures) {
  for (const { measure, value, unit, against, ratio } of measures) console.log(JSON.stringify({ measure, value, unit, against, ratio }))
}

/** @param {Measure[]} measures */
function printTable(measures) {
  for (const { measure, value, unit, against, ratio } of measures) {
    const figure = `${value.toLocaleString('en', { maximumSignificantDigits: 4 })} ${unit}`
    console.log(`${measure.padEnd(24)} ${figure.padStart(16)}   ${ratio.toFixed(2).padStart(7)} × ${against}`)
  }
}
