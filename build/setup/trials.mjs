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
 * Which trials the words on the command line name, and which parts of each: a word that is no trial's is a part of the trial before it. undefined
 * for a part of nothing.
 * @param {readonly string[]} words
 * @param {ReadonlyMap<string, string>} trials
 * @returns {Map<string, string[]> | undefined}
 */
export function readNames(words, trials) {
  /** @type {Map<string, string[]>} */
  const named = new Map()
  let last
  for (const word of words) {
    if (trials.has(word)) {
      last = word
      named.set(word, named.get(word) ?? [])
    } else if (last === undefined) return undefined
    else named.get(last)?.push(word)
  }
  return named
}

/**
 * Runs those that are named (all, if none is) one after the other and hands each one's results on. A trial that can run in parts exports their names
 * as `parts`. Gives the exit code: 1 if one could not run, 2 if a name is unknown. Words go to stderr, so that stdout is the results' alone.
 * @template Result
 * @param {'bench' | 'prove'} kind
 * @param {string[]} names
 * @param {(results: Result[]) => void} show
 * @returns {Promise<number>}
 */
export async function runTrials(kind, names, show) {
  const trials = findTrials(kind)
  const named = readNames(names, trials)
  if (named === undefined) {
    console.error(`There is no ${names[0]} in test/${kind}. There is: ${[...trials.keys()].join(', ') || 'none yet'}.`)
    return 2
  }
  if (trials.size === 0) {
    console.error(`There is none yet in test/${kind}.`)
    return 0
  }
  if (!ensure(everything, 'the measurements') || !ensureBuilt()) return 1
  let code = 0
  for (const [name, file] of trials) {
    const wanted = named.get(name)
    if (names.length > 0 && wanted === undefined) continue
    console.error(`${[name, ...(wanted ?? [])].join(' ')} …`)
    try {
      /** @type {{ run: (parts?: string[]) => Promise<Result[]>, parts?: string[] }} */
      const { run, parts = [] } = await import(pathToFileURL(file).href)
      const unknown = wanted?.filter((part) => !parts.includes(part)) ?? []
      if (unknown.length > 0) {
        console.error(`There is no ${unknown.join(', ')} in ${name}. There is: ${parts.join(', ') || 'nothing to choose'}.`)
        return 2
      }
      show(wanted === undefined || wanted.length === 0 ? await run() : await run(wanted))
    } catch (error) {
      console.error(`${name} could not run:`, error)
      code = 1
    }
  }
  return code
}
