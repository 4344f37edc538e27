/**
 * Packs the built console exactly as a release would (electron-builder.yml), around a stand-in for Electron's binary, and says where the
 * result is. For tests of what is packed and how the fuses are set: such a package cannot be started as Electron.
 *
 *   node build/pack.mjs [folder]
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, Platform } from 'electron-builder'
import electronPackage from 'electron/package.json' with { type: 'json' }

const repository = path.dirname(import.meta.dirname)
const output = path.resolve(process.argv[2] ?? path.join(repository, 'release/stand-in'))
const standIn = path.join(output, 'electron')

/** By this text the fuses are found in a binary; one byte of version, one of length, and one per fuse follow ('0', '1'). */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** The nine fuses of Electron as it ships, in the order of the wire. */
const fusesAsShipped = '101100011'

rmSync(output, { recursive: true, force: true })
mkdirSync(path.join(standIn, 'resources'), { recursive: true })
mkdirSync(path.join(standIn, 'locales'))
const wire = Buffer.concat([Buffer.from(fuseSentinel), Buffer.from([1, fusesAsShipped.length]), Buffer.from(fusesAsShipped)])
const program = Buffer.concat([Buffer.from('#!/bin/sh\necho "This package holds no Electron." >&2\nexit 1\n'), wire])
writeFileSync(path.join(standIn, 'electron'), program, { mode: 0o755 })
writeFileSync(path.join(standIn, 'version'), electronPackage.version)
for (const file of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'chrome_crashpad_handler', 'icudtl.dat', 'locales/en-US.pak']) {
  writeFileSync(path.join(standIn, file), 'stand-in')
}

await build({
  projectDir: repository,
  targets: Platform.LINUX.createTarget('dir'),
  publish: 'never',
  config: { electronDist: standIn, directories: { output: path.join(output, 'release') } },
})
cpSync(path.join(output, 'release/linux-unpacked'), path.join(output, 'app'), { recursive: true })
console.log(path.join(output, 'app'))
