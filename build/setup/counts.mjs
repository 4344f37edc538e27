/** Reads what the test runners report as JSON into plain counts, strictly: a file that did not load, or a report that is not there, has failed. */
import { existsSync, readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[], secondTries?: string[] }} Counts `failures` has a few lines for each
 *   failed test, `secondTries` the titles of those that passed only when they were tried again.
 * @typedef {{ title: string, tests: { status: string, results: { error?: { message: string } }[] }[] }} PlaywrightSpec
 * @typedef {{ title: string, specs: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 */

/**
 * The counts of a vitest JSON report. A test that is `pending` began, or should have, and never ended: its worker died.
 * @param {string} file
 * @param {number | 'timeout'} code what vitest ended with
 * @param {string} [log] what it printed, which alone tells of errors outside of any test
 * @returns {Counts}
 */
export function vitestCounts(file, code, log = '') {
  const counts = empty()
  if (existsSync(file)) {
    for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
      const failedBefore = counts.failed
      for (const test of suite.assertionResults) {
        if (test.status === 'pending') add(counts, 'failed', test.fullName, `it did not come to its end, in ${suite.name}`)
        else add(counts, test.status, test.fullName, test.failureMessages?.[0])
      }
      if (suite.status === 'failed' && counts.failed === failedBefore) add(counts, 'failed', suite.name, suite.message)
    }
  }
  const unhandled = /vitest caught \d+ unhandled error[^]*/iu.exec(stripVTControlCharacters(log))?.[0]
  if (unhandled !== undefined) add(counts, 'failed', 'an error outside of any test', unhandled.replaceAll(/\n\s*\n/gu, '\n'))
  return withCode(counts, code)
}

/**
 * The counts of a Playwright JSON report.
 * @param {string} file
 * @param {number | 'timeout'} code what Playwright ended with
 * @returns {Counts}
 */
export function playwrightCounts(file, code) {
  const counts = empty()
  if (existsSync(file)) {
    /** @type {{ suites: PlaywrightSuite[], errors: { message: string }[] }} */
    const report = JSON.parse(readFileSync(file, 'utf8'))
    for (const { title, spec } of report.suites.flatMap(specsOf)) {
      for (const test of spec.tests) {
        const status = test.status === 'expected' || test.status === 'flaky' ? 'passed' : test.status === 'skipped' ? 'skipped' : 'failed'
        add(counts, status, `${title} › ${spec.title}`, test.results.at(-1)?.error?.message)
        if (test.status === 'flaky') counts.secondTries = [...(counts.secondTries ?? []), `${title} › ${spec.title}`]
      }
    }
    for (const error of report.errors) add(counts, 'failed', 'outside of any test', error.message)
  }
  return withCode(counts, code)
}

/**
 * @param {PlaywrightSuite} suite
 * @returns {{ title: string, spec: PlaywrightSpec }[]}
 */
function specsOf(suite) {
  return [...suite.specs.map((spec) => ({ title: suite.title, spec })), ...(suite.suites ?? []).flatMap(specsOf)]
}

/**
 * A runner that ended badly without a failed test, or with no test at all, has failed as a whole.
 * @param {Counts} counts
 * @param {number | 'timeout'} code
 */
function withCode(counts, code) {
  const none = counts.passed + counts.failed === 0
  if (code === 'timeout') add(counts, 'failed', 'the time was up', '')
  else if (counts.failed === 0 && (code !== 0 || none))
    add(counts, 'failed', none ? 'no test ran' : 'an error outside of any test', `exit code ${code}`)
  return counts
}

/** @returns {Counts} */
export function empty() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] }
}

/**
 * @param {Counts} counts
 * @param {string} status
 * @param {string} title
 * @param {string} [message]
 */
export function add(counts, status, title, message = '') {
  if (status === 'passed') counts.passed += 1
  else if (status === 'failed') {
    counts.failed += 1
    counts.failures.push([title, ...stripVTControlCharacters(message).split('\n').slice(0, 12)].join('\n      '))
  } else counts.skipped += 1
}
