/** Runs one step of the tests: a program whose whole output goes to a log, with a limit, and with nothing left running after it. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from './node.mjs'

export const results = path.join(repository, 'test-results')

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) endTree(child)
    process.exit(130)
  })
}

/**
 * Runs `command` and gives its exit code, or 'timeout'. The log is test-results/<name>.log.
 * @param {string} name
 * @param {string[]} command
 * @param {{ timeoutMs: number, env?: Record<string, string> }} options
 * @returns {Promise<number | 'timeout'>}
 */
export async function runStep(name, [program = '', ...args], { timeoutMs, env = {} }) {
  mkdirSync(results, { recursive: true })
  const log = openSync(path.join(results, `${name}.log`), 'w')
  // A group of its own, so that what the step started ends with it.
  const child = spawn(program, args, {
    cwd: repository,
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  closeSync(log)
  running.add(child)
  let late = false
  const limit = setTimeout(() => {
    late = true
    endTree(child)
  }, timeoutMs)
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (status) => resolve(status ?? 1))
  })
  clearTimeout(limit)
  endTree(child)
  running.delete(child)
  return late ? 'timeout' : code
}

/**
 * A step's log, whole.
 * @param {string} name
 */
export function logOf(name) {
  return readFileSync(path.join(results, `${name}.log`), 'utf8')
}

/**
 * The end of a step's log.
 * @param {string} name
 */
export function tailOf(name) {
  return logOf(name).trimEnd().split('\n').slice(-12).join('\n')
}

/** @param {import('node:child_process').ChildProcess} child */
function endTree(child) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGTERM')
  } catch {
    // The whole group is gone.
  }
}
