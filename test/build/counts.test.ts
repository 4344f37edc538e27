import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { playwrightCounts, vitestCounts } from '../../build/setup/counts.mjs'

const scratch = mkdtempSync(path.join(tmpdir(), 'gatehouse-counts-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function report(content: object): string {
  const file = path.join(scratch, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

const vitestFile = (status: string, ...tests: string[]): object => ({
  name: 'a.test.ts',
  status,
  message: 'could not be loaded',
  assertionResults: tests.map((one) => ({ status: one, fullName: `the ${one} one`, failureMessages: ['Error: 1 is not 2'] })),
})

const spec = (title: string, status: string): object => ({
  title,
  tests: [{ status, results: [{ error: { message: 'no such button' } }] }],
})

describe('counting what vitest reports', () => {
  test('tests are counted as they ended', () => {
    const counts = vitestCounts(report({ testResults: [vitestFile('passed', 'passed', 'passed', 'skipped', 'todo')] }), 0)
    expect(counts).toEqual({ passed: 2, failed: 0, skipped: 2, failures: [] })
  })

  test('a failed test is named with its error', () => {
    const counts = vitestCounts(report({ testResults: [vitestFile('failed', 'passed', 'failed')] }), 1)
    expect(counts).toMatchObject({ passed: 1, failed: 1 })
    expect(counts.failures[0]).toMatch(/the failed one\s+Error: 1 is not 2/)
  })

  test('a file that did not load has failed, though none of its tests has', () => {
    expect(vitestCounts(report({ testResults: [vitestFile('failed'), vitestFile('passed', 'passed')] }), 1)).toMatchObject({
      passed: 1,
      failed: 1,
    })
  })

  test('an error outside of any test is a failure, in the words of the log', () => {
    const file = report({ testResults: [vitestFile('passed', 'passed')] })
    expect(vitestCounts(file, 1)).toMatchObject({ passed: 1, failed: 1 })
    const log = ' ✓ a.test.ts\n\nVitest caught 1 unhandled error during the test run.\n\nError: Worker exited unexpectedly\n'
    const counts = vitestCounts(file, 1, log)
    expect(counts).toMatchObject({ passed: 1, failed: 1 })
    expect(counts.failures[0]).toMatch(/outside of any test[^]*Worker exited unexpectedly/)
  })

  test('a test whose worker died before its end has failed, and is not skipped', () => {
    const counts = vitestCounts(report({ testResults: [vitestFile('passed', 'passed', 'pending')] }), 1)
    expect(counts).toMatchObject({ passed: 1, failed: 1, skipped: 0 })
    expect(counts.failures[0]).toMatch(/the pending one[^]*a\.test\.ts/)
  })

  test('a run without a report, without a test or over its time has failed', () => {
    expect(vitestCounts(path.join(scratch, 'not-there.json'), 0)).toMatchObject({ passed: 0, failed: 1 })
    expect(vitestCounts(report({ testResults: [] }), 0)).toMatchObject({ passed: 0, failed: 1 })
    expect(vitestCounts(report({ testResults: [vitestFile('passed', 'passed')] }), 'timeout')).toMatchObject({ passed: 1, failed: 1 })
  })
})

describe('counting what Playwright reports', () => {
  test('what passed only at its second try has passed, and is told by name', () => {
    const suites = [{ title: 'a.spec.ts', specs: [spec('one', 'expected'), spec('two', 'flaky')] }]
    expect(playwrightCounts(report({ suites, errors: [] }), 0)).toMatchObject({ passed: 2, failed: 0, secondTries: ['a.spec.ts › two'] })
  })

  test('tests in folders of folders are counted', () => {
    const inner = { title: 'inner', specs: [spec('two', 'unexpected'), spec('three', 'skipped')] }
    const counts = playwrightCounts(
      report({ errors: [], suites: [{ title: 'outer', specs: [spec('one', 'expected')], suites: [inner] }] }),
      1,
    )
    expect(counts).toMatchObject({ passed: 1, failed: 1, skipped: 1 })
    expect(counts.failures[0]).toMatch(/inner › two\s+no such button/)
  })

  test('an error before the first test is a failure', () => {
    expect(playwrightCounts(report({ suites: [], errors: [{ message: 'no such file' }] }), 1)).toMatchObject({ passed: 0, failed: 1 })
  })
})
