/** Finds and runs the benches (test/bench/*.bench.ts) and proofs (test/prove/*.prove.ts), with everything in place that they stand on. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt } from './built.mjs'
import { repository } from './node.mjs'
import { ensure, everything } from './packages.mjs'

/**
 * The trials of a kind by their names on the command line: clickToPrompt.bench.ts is `click-to-prompt`.
 * @param {'bench' | 'prove'} kind
 * @returns {Map<string, string>} name to file
 */
export function findTrials(kind) {
  const folder = path.join(repository, 'test', kind)
  const ending = `.${kind}.ts`
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(ending)) : []
  return new Map(files.toSorted().map((file) => [toName(file.slice(0, -ending.length)), path.join(folder, file)]))
}

/** @param {string} file */
function toName(file) {
  return file.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/**
 * Runs those that are named (all, if none is) one after the other and hands each one's results on. Gives the exit code: 1 if one could not
 * run, 2 if a name is unknown. Words go to stderr, so that stdout is the results' alone.
 * @template Result
 * @param {'bench' | 'prove'} kind
 * @param {string[]} names
 * @param {(results: Result[]) => void} show
 * @returns {Promise<number>}
 */
export async function runTrials(kind, names, show) {
  const trials = findTrials(kind)
  const unknown = names.filter((name) => !trials.has(name))
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(', ')} in test/${kind}. There is: ${[...trials.keys()].join(', ') || 'none yet'}.`)
    return 2
  }
  if (trials.size === 0) {
    console.error(`There is none yet in test/${kind}.`)
    return 0
  }
  if (!ensure(everything, 'the measurements') || !ensureBuilt()) return 1
  let code = 0
  for (const [name, file] of trials) {
    if (names.length > 0 && !names.includes(name)) continue
    console.error(`${name} …`)
    try {
      /** @type {{ run: () => Promise<Result[]> }} */
      const trial = await import(pathToFileURL(file).href)
      show(await trial.run())
    } catch (error) {
      console.error(`${name} could not run:`, error)
      code = 1
    }
  }
  return code
}
