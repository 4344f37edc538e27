/** `npm start` in a fresh clone: what cannot be is said before anything is installed. */
import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asNobody, openFolder, programs } from './nobody.ts'

const build = resolve(import.meta.dirname, '../../build')

/** A clone with no packages, and an npm that only says that it was run. */
function freshClone() {
  const folder = openFolder()
  cpSync(build, join(folder, 'build'), { recursive: true })
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }')
  const npm = join(folder, 'npm.js')
  writeFileSync(npm, "console.log('npm ran'); process.exitCode = 1\n")
  return { start: join(folder, 'build/start.mjs'), npm }
}

describe.runIf(process.platform === 'linux')('in a fresh clone', () => {
  test('without a display the tour is named before npm runs', () => {
    const { start, npm } = freshClone()
    const env = { npm_execpath: npm, PATH: programs({ sudo: false }) }
    const without = spawnSync(process.execPath, [start], { encoding: 'utf8', env })
    expect(without).toMatchObject({ status: 1, stdout: '' })
    expect(without.stderr).toMatch(/^There is no display here .*: npm start -- --tour\n$/)
    const withOne = spawnSync(process.execPath, [start], { encoding: 'utf8', env: { ...env, DISPLAY: ':99' } })
    expect(withOne.stderr).toMatch(/npm ran\n\s*The npm packages could not be installed\.\n$/)
  })

  describe.runIf(process.getuid?.() === 0)('the tour', () => {
    test('asks for root before npm runs, and names sudo only where it is', () => {
      const { start, npm } = freshClone()
      const said = (sudo: boolean) => asNobody([start, '--tour'], { npm_execpath: npm, PATH: programs({ sudo }) })
      const bare = said(false)
      expect(bare.status).toBe(1)
      expect(bare.stderr).toMatch(/as root:\n\n {2}npm start -- --tour\n/)
      expect(bare.stderr).not.toMatch(/sudo|npm ran/)
      expect(said(true).stderr).toMatch(/as root:\n\n {2}npm start -- --tour\n\nor with sudo:\n\n {2}sudo npm start -- --tour\n/)
    })

    test('goes on as root, and does not ask for a display', () => {
      const { start, npm } = freshClone()
      const env = { npm_execpath: npm, PATH: programs({ sudo: false }) }
      expect(spawnSync(process.execPath, [start, '--tour'], { encoding: 'utf8', env }).stderr).toContain('npm ran')
    })
  })
})
