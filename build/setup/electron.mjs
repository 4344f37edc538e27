/**
 * Finds Electron's binary or has it downloaded. Never imports 'electron': the import itself tries a download. A machine that cannot reach
 * the download is asked again only after a day.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from './node.mjs'

const dayMs = 24 * 60 * 60 * 1000
const packageFolder = path.join(repository, 'node_modules/electron')
/** @type {Partial<Record<NodeJS.Platform, string>>} */
const executables = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }
const executable = executables[process.platform] ?? 'electron'
const failedFile = path.join(repository, 'node_modules/.cache/gatehouse/electron-download-failed')

/** The binary of exactly the version that package.json names, or undefined: a half-extracted or older one does not count. */
export function findElectron() {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (named !== undefined) return existsSync(path.join(named, executable)) ? path.join(named, executable) : undefined
  try {
    const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
    const there = readFileSync(path.join(packageFolder, 'dist/version'), 'utf8').trim().replace(/^v/, '')
    const file = path.join(packageFolder, 'dist', executable)
    return there === version && existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** The binary, downloaded if need be; undefined after words to the person if it cannot be had. A download may take ten minutes. */
export function haveElectron() {
  const found = findElectron()
  if (found !== undefined) return found
  const failedAt = statSync(failedFile, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (Date.now() - failedAt < dayMs) return undefined
  console.error('Downloading Electron …')
  const result = spawnSync(process.execPath, [path.join(packageFolder, 'install.js')], { encoding: 'utf8', timeout: 10 * 60_000 })
  if (result.status === 0) {
    rmSync(failedFile, { force: true })
    return findElectron()
  }
  const reason = /\w*Error: .*/.exec(result.stderr ?? '')?.[0] ?? result.error?.message ?? `exit code ${result.status}`
  console.error(`Electron could not be downloaded (${reason}). The next try is in a day.`)
  mkdirSync(path.dirname(failedFile), { recursive: true })
  writeFileSync(failedFile, `${reason}\n`)
  return undefined
}
