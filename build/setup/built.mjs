/** Builds the console when what it is made of has changed since the last time. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from './node.mjs'

const sources = [
  'assets',
  'gateway',
  'main',
  'preload',
  'renderer',
  'build/vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
]
const stampFile = path.join(repository, 'dist/.sources')

/** Gives whether dist/ is there and is what the sources say; if not, why was printed. Says so before it builds. */
export function ensureBuilt() {
  const stamp = hashOfSources()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true
  console.error('Building the console …')
  const result = spawnSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--config', 'build/vite.config.ts', '--app', '--logLevel', 'warn'],
    {
      cwd: repository,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    },
  )
  if (result.status !== 0) {
    console.error(`${result.stdout}${result.stderr}\nThe build failed.`)
    return false
  }
  mkdirSync(path.dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
  return true
}

function hashOfSources() {
  const hash = createHash('sha256')
  for (const source of sources)
    for (const file of filesOf(source)) hash.update(`${file}\0`).update(readFileSync(path.join(repository, file)))
  return hash.digest('hex')
}

/**
 * @param {string} source
 * @returns {string[]}
 */
function filesOf(source) {
  const full = path.join(repository, source)
  if (!existsSync(full)) return []
  if (path.extname(source) !== '') return [source]
  const found = readdirSync(full, { recursive: true, withFileTypes: true })
  const files = found.filter((one) => one.isFile()).map((one) => path.relative(repository, path.join(one.parentPath, one.name)))
  return files.toSorted()
}
