/** AUD-3: whatever is done to an exported log is found, and where it begins. */
import { eventsOf, exportLog, newKey, runTamperings } from '../gateway/log/tamper.ts'

const trials = 10_000
// Of one event, of less than a tile, of a whole one, of some, and of a tree with a level of tiles more.
const sizes = [1, 2, 9, 200, 256, 257, 700]
const largeSize = 66_000

export async function run(): Promise<{ claim: string; trials: number; held: number }[]> {
  const key = newKey()
  const small = await Promise.all(sizes.map((size) => exportLog(eventsOf(size), key)))
  const large = await exportLog(eventsOf(largeSize), key)
  const results = [await runTamperings(small, trials, 1), await runTamperings([large], 100, 2)]
  for (const { missed } of results) for (const one of missed.slice(0, 20)) process.stderr.write(`not found: ${one}\n`)
  const [few, many] = results.map(({ trials: tried, missed }) => ({ trials: tried, held: tried - missed.length }))
  return [
    { claim: 'a tampered log is found, with its first bad event', ...(few ?? { trials, held: 0 }) },
    { claim: `the same in a log of ${largeSize.toLocaleString('en')} events`, ...(many ?? { trials: 100, held: 0 }) },
  ]
}
