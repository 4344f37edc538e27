/** What a release would hold, and that it is complete: the packed console is the one that a journey runs. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { extractAll, listPackage, statFile } from '@electron/asar'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../../build/setup/built.mjs'

const repository = path.join(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-pack-'))
const app = path.join(folder, 'app')
const archive = path.join(app, 'resources/app.asar')
let files: string[]

const run = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, args, { cwd: repository, encoding: 'utf8', env: { ...process.env, ...env } })

beforeAll(() => {
  expect(ensureBuilt()).toBe(true)
  const { status, stderr } = run(['build/pack.mjs', folder])
  expect(status, stderr).toBe(0)
  files = listPackage(archive, { isPack: false })
    .map((file) => file.slice(1))
    .filter((file) => !('files' in statFile(archive, file)))
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('only what is built and what cannot be bundled is packed', () => {
  const expected = [
    /^dist\/main\/[\w-]+\.mjs$/,
    /^dist\/preload\/\w+\.cjs$/,
    /^dist\/renderer\/(?:index\.html|assets\/[\w.-]+\.(?:js|css|png|wasm|woff2?))$/,
    /^node_modules\/(?:better-sqlite3-multiple-ciphers|keytar)\/(?:package\.json|LICENSE(?:\.md)?|lib\/.*\.js|prebuilds\/.*\.node)$/,
    /^build\/icon\.png$/,
    /^package\.json$/,
  ]
  expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([])
  expect(files).toEqual(
    expect.arrayContaining([
      'dist/main/index.mjs',
      'dist/main/keychainWorker.mjs',
      'dist/main/storeWorker.mjs',
      'dist/preload/index.cjs',
      'dist/renderer/index.html',
    ]),
  )
})

test('no test, source, source map, development package or other platform’s Node is packed', () => {
  const unwanted = /(?:^|\/)test\/|\.tsx?$|\.map$|node-(?:linux|win)-|electron-builder|playwright|vitest|fast-check/
  expect(files.filter((file) => unwanted.test(file))).toEqual([])
  expect(files.filter((file) => file.endsWith('.node') && !file.includes(`${process.platform}-${process.arch}`))).toEqual([])
})

test('native code is beside the archive, where the system’s loader finds it', () => {
  const native = files.filter((file) => file.endsWith('.node'))
  expect(native.length).toBeGreaterThan(0)
  for (const file of native) expect(statFile(archive, file)).toHaveProperty('unpacked', true)
})

test('the fuses are set as electron-builder.yml says', () => {
  const binary = readFileSync(path.join(app, 'gatehouse'))
  const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
  const wire = binary.subarray(binary.indexOf(sentinel) + sentinel.length)
  expect(wire[0]).toBe(1)
  const names = [
    'runAsNode',
    'cookieEncryption',
    'nodeOptions',
    'nodeCliInspect',
    'asarIntegrity',
    'onlyLoadAppFromAsar',
    'ownBrowserSnapshot',
    'fileProtocolPrivileges',
    'wasmTrapHandlers',
  ]
  expect(wire[1]).toBe(names.length)
  expect(Object.fromEntries(names.map((name, index) => [name, String.fromCharCode(wire[2 + index] ?? 0) === '1']))).toEqual({
    runAsNode: false,
    cookieEncryption: true,
    nodeOptions: false,
    nodeCliInspect: false,
    asarIntegrity: true,
    onlyLoadAppFromAsar: true,
    ownBrowserSnapshot: false,
    fileProtocolPrivileges: false,
    wasmTrapHandlers: true,
  })
})

test('the packed console runs by itself: its window opens, its border holds', () => {
  const extracted = path.join(folder, 'extracted')
  extractAll(archive, extracted)
  const manifest: unknown = JSON.parse(readFileSync(path.join(extracted, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ main: 'dist/main/index.mjs' })
  expect(manifest).not.toHaveProperty('devDependencies')
  for (const file of readdirSync(path.join(extracted, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (/\.[mc]?js$/.test(file)) expect(readFileSync(path.join(extracted, 'dist', file), 'utf8')).not.toMatch(/\/\/# sourceMappingURL=/)
  }
  const journey = [
    'node_modules/@playwright/test/cli.js',
    'test',
    'border.spec.ts',
    '--grep',
    'window.gatehouse',
    '--output',
    path.join(folder, 'results'),
  ]
  const { status, stdout } = run(journey, { GATEHOUSE_APP: extracted, GATEHOUSE_SHELL: 'chromium' })
  expect(stdout).toMatch(/1 passed/)
  expect(status).toBe(0)
}, 120_000)
