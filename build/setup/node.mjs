/**
 * The step before everything else, on whatever Node a machine has (20 or later): installs the npm packages if they are not those of
 * package-lock.json, and goes on in the Node 24 that they bring. Imports nothing but Node itself.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const repository = path.dirname(path.dirname(import.meta.dirname))

/** @type {NodeJS.Signals[]} */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Returns in a Node ≥ 24 with all packages there; in an older Node it starts that one on the same script and never returns. */
export async function prepare() {
  if (!packagesAreThere()) installPackages()
  if (Number.parseInt(process.versions.node, 10) >= 24) return
  const node = bundledNode()
  if (node === undefined) {
    console.error(
      `Node 24 is needed (this is ${process.version}), and npm has none for ${process.platform} ${process.arch}: see https://nodejs.org/`,
    )
    process.exit(1)
  }
  process.exit(await runToEnd(node, process.argv.slice(1), { cwd: process.cwd() }))
}

/**
 * Starts a program with this terminal and gives its exit code; signals that end this process are passed on.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export async function runToEnd(program, args, options) {
  const child = spawn(program, args, { stdio: 'inherit', cwd: repository, ...options })
  // A terminal sends Ctrl-C to both; this process waits for the other's last word.
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => child.kill(signal)
  for (const signal of endings) process.on(signal, pass)
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => {
        console.error(`${program}: ${error.message}`)
        resolve(127)
      })
      child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)))
    })
  } finally {
    for (const signal of endings) process.off(signal, pass)
  }
}

/** npm writes what it installed to node_modules/.package-lock.json, as its last step. Packages for other systems are not in there. */
function packagesAreThere() {
  try {
    const wanted = readLock('package-lock.json')
    const installed = readLock('node_modules/.package-lock.json')
    return Object.entries(wanted).every(([folder, { version, optional }]) => {
      const there = installed[folder]
      return folder === '' || (there === undefined ? optional === true : there.version === version)
    })
  } catch {
    return false
  }
}

function installPackages() {
  console.error('Installing the npm packages of package-lock.json (a minute or two) …')
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  // Under `npm start` npm says where it is; npm.cmd of Windows could not be started without a shell.
  const npm = process.env['npm_execpath']
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...options], { cwd: repository, encoding: 'utf8' })
    : spawnSync('npm', options, { cwd: repository, encoding: 'utf8', shell: process.platform === 'win32' })
  if (result.status === 0) return
  console.error(`${result.stdout ?? ''}${result.stderr ?? result.error?.message ?? ''}\nThe npm packages could not be installed.`)
  process.exit(1)
}

function bundledNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = path.join(repository, `node_modules/node-${system}-${process.arch}/bin/node${process.platform === 'win32' ? '.exe' : ''}`)
  return existsSync(file) ? file : undefined
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readLock(file) {
  return JSON.parse(readFileSync(path.join(repository, file), 'utf8')).packages
}
