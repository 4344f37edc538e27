/**
 * `npm start`: opens the console, in Electron where its binary can be had, else in the system's Chromium. `npm start -- --tour` shows it at
 * work against real machines, without a display. Everything else on the command line goes to the console (a deep link).
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { prepare, repository, runToEnd } from './setup/node.mjs'
import { asRoot, ensure, everything, packages, rootPrefix } from './setup/packages.mjs'

const args = process.argv.slice(2)
const isTour = args.includes('--tour')
const prefix = isTour ? rootPrefix() : undefined
// Before a minute of set-up, not after it.
const obstacle = isTour ? obstacleToTour() : obstacleToWindow()
if (obstacle !== undefined) {
  console.error(obstacle)
  process.exit(1)
}

await prepare()
const { ensureBuilt } = await import('./setup/built.mjs')
const { haveElectron } = await import('./setup/electron.mjs')
process.exit(isTour ? await tour(args.filter((one) => one !== '--tour')) : await openConsole(args))

function obstacleToTour() {
  if (prefix !== undefined) return undefined
  return `The tour makes machines to connect to, each with a user of its own. Start it ${asRoot('npm start -- --tour')}`
}

function obstacleToWindow() {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return undefined
  return 'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set). See the console at work without one: npm start -- --tour'
}

/**
 * @param {string[]} rest
 * @returns {Promise<number>}
 */
async function tour(rest) {
  if (!ensure(everything, 'the tour') || !ensureBuilt()) return 1
  const [program, ...before] = [...(prefix ?? []), process.execPath]
  return runToEnd(program, [...before, 'test/tour/tour.ts', ...rest])
}

/**
 * @param {string[]} rest
 * @returns {Promise<number>}
 */
async function openConsole(rest) {
  if (!ensureBuilt()) return 1
  // GATEHOUSE_SHELL=chromium: for who wants the one although the other is there.
  const electron =
    process.env['GATEHOUSE_SHELL'] === 'chromium' || !existsSync(path.join(repository, 'dist/main/index.mjs')) ? undefined : haveElectron()
  if (electron !== undefined) return runToEnd(electron, ['.', ...rest])

  const { findChromium } = await import('../main/platform/chromium/browser.ts')
  if (findChromium() === undefined && !ensure(packages.window, 'the console’s window')) return 1
  const chromium = findChromium()
  if (chromium === undefined) {
    console.error('Neither Electron nor Chromium, Google Chrome or Microsoft Edge is to be had here: install one of these browsers.')
    return 1
  }
  console.error(`The console opens in ${chromium}.`)
  return runToEnd(process.execPath, ['dist/main/chromium.mjs', ...rest])
}
