/**
 * `npm test`: everything that can be checked, on a fresh machine and without a question: checks, build, unit tests, the gateway's once more on
 * PostgreSQL, tests against real servers, journeys in a real window, and the tour. `npm test -- unit` (check, build, unit, postgres, real, journeys,
 * tour) runs a part. The last line is
 * `N passed, N failed`, with `, N skipped` if any; the exit code is 0 only if nothing failed.
 */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { prepare, repository } from './setup/node.mjs'
import { ensure, everything, packages, rootPrefix } from './setup/packages.mjs'

await prepare()
const { add, empty, playwrightCounts, vitestCounts } = await import('./setup/counts.mjs')
const { ensureBuilt } = await import('./setup/built.mjs')
const { logOf, results, runStep, tailOf } = await import('./setup/step.mjs')

const needsRoot = 'it makes machines to connect to, each with a user of its own, and so needs root, or sudo without a question'
const budgetMs = 25 * 60_000
const startedAt = performance.now()
const remainingMs = () => Math.max(1000, budgetMs - (performance.now() - startedAt))

/** @type {Record<string, () => Promise<import('./setup/counts.mjs').Counts>>} */
const parts = { check, build, unit, postgres, real, journeys, tour }
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. The parts are ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}

const total = empty()
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`${name} …`)
  const partStartedAt = performance.now()
  const counts = await run()
  for (const failure of counts.failures) console.log(`    ✗ ${failure}`)
  for (const title of counts.secondTries ?? []) console.log(`    ~ ${title}: passed at its second try`)
  const seconds = ((performance.now() - partStartedAt) / 1000).toFixed(1)
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`)
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += counts[key]
}
console.log(`Logs are in test-results/. It took ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes.`)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exit(total.failed === 0 ? 0 : 1)

/** Format, lint, types and unused code: each counts as one test. */
async function check() {
  const counts = empty()
  for (const name of ['format', 'lint', 'types', 'unused']) {
    // npm's own path, as `npm` would run on the system's older Node and complain; each check is a script of package.json.
    const npm = process.env['npm_execpath']
    const command = npm === undefined ? ['npm'] : [process.execPath, npm]
    const code = await runStep(`check-${name}`, [...command, 'run', '--silent', `check:${name}`], { timeoutMs: remainingMs() })
    add(counts, code === 0 ? 'passed' : 'failed', `check:${name} (npm run check:${name})`, tailOf(`check-${name}`))
  }
  return counts
}

async function build() {
  const counts = empty()
  add(counts, ensureBuilt() ? 'passed' : 'failed', 'the build')
  if (existsSync(path.join(repository, 'build/pack.mjs'))) {
    const code = await runStep('pack', [process.execPath, 'build/pack.mjs'], { timeoutMs: remainingMs() })
    add(counts, code === 0 ? 'passed' : 'failed', 'the package (node build/pack.mjs)', tailOf('pack'))
  }
  return counts
}

async function unit() {
  if (!ensure([...packages.window, ...packages.agent], 'the tests')) return couldNotRun()
  return vitest('unit', ['--exclude', 'test/real/**'], [])
}

/** The gateway's tests with PostgreSQL as its store. */
async function postgres() {
  if (!ensure([...packages.database, ...packages.relay, 'libsecret-1-0'], 'the tests on PostgreSQL')) return couldNotRun()
  return vitest('postgres', ['--config', 'test/postgres/vitest.config.ts'], [])
}

/** Real servers: needs their packages, and root for the users that they make. */
async function real() {
  const prefix = rootPrefix()
  if (!ensure(everything, 'the tests against real servers')) return couldNotRun()
  if (prefix === undefined) return couldNotRun(needsRoot)
  // One file at a time: these measure, and two cores are few.
  return vitest('real', ['test/real/', '--maxWorkers=1'], prefix)
}

async function journeys() {
  const prefix = rootPrefix()
  if (!ensure(everything, 'the journeys') || !ensureBuilt()) return couldNotRun()
  if (prefix === undefined) return couldNotRun(needsRoot)
  const config = ['playwright.config.ts', 'test/journeys/playwright.config.ts'].find((file) => existsSync(path.join(repository, file)))
  if (config === undefined) return couldNotRun('there is no Playwright configuration')
  const { startDisplay } = await import('../test/real/parts/display.ts')
  const display = await startDisplay({ width: 1440, height: 1000, windowManager: true })
  try {
    const report = fresh('journeys')
    const env = { DISPLAY: display.display, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
    const command = [
      process.execPath,
      'node_modules/@playwright/test/cli.js',
      'test',
      '--config',
      config,
      '--output',
      'test-results/journeys',
      '--reporter=line,json',
    ]
    const code = await runStep('journeys', asRoot(prefix, env, command), { timeoutMs: remainingMs(), env })
    return playwrightCounts(report, code)
  } finally {
    await display.stop()
  }
}

/** What README promises a newcomer, as one test. */
async function tour() {
  const counts = empty()
  const code = await runStep('tour', [process.execPath, 'build/start.mjs', '--tour'], { timeoutMs: remainingMs() })
  add(counts, code === 0 ? 'passed' : 'failed', 'the tour (npm start -- --tour)', tailOf('tour'))
  return counts
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {string[]} prefix
 */
async function vitest(name, args, prefix) {
  const report = fresh(name)
  const command = [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]
  const code = await runStep(name, asRoot(prefix, {}, command), { timeoutMs: remainingMs() })
  return vitestCounts(report, code, logOf(name))
}

/**
 * The path of a report, with no report of an earlier run left there.
 * @param {string} name
 */
function fresh(name) {
  const file = path.join(results, `${name}.json`)
  rmSync(file, { force: true })
  return file
}

/**
 * sudo empties the environment, so what the command needs is named.
 * @param {string[]} prefix
 * @param {Record<string, string>} env
 * @param {string[]} command
 */
function asRoot(prefix, env, command) {
  if (prefix.length === 0) return command
  return [...prefix, 'env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command]
}

function couldNotRun(why = 'what it needs is not there') {
  const counts = empty()
  add(counts, 'failed', `the part could not run: ${why}`)
  return counts
}
