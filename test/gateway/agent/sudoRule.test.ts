/** One user's right to be root: its text, and names that would say something else in it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { sudoRule, sudoRuleName } from '../../../gateway/agent/sudoRule.ts'
import { faultInUserName } from '../../../gateway/policies/userName.ts'

const challenge = 'ABCDEFGHIJKLMNOP'

test('has an end in whole seconds, never later than what was approved', () => {
  const until = Date.parse('2026-11-22T03:11:59.900Z')
  expect(sudoRule('jit', until, challenge)).toContain('\njit ALL=(ALL:ALL) NOTAFTER=20261122031159Z NOPASSWD: ALL\n')
})

test('visudo takes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sudo-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, sudoRuleName('jit_2-x'))
  writeFileSync(file, sudoRule('jit_2-x', Date.now(), challenge), { mode: 0o440 })
  const { status, stderr, stdout } = spawnSync('visudo', ['-c', '-f', file], { encoding: 'utf8' })
  expect([status, stderr + stdout]).toEqual([0, expect.stringContaining('parsed OK')])
})

test.each(['ALL', '%sudo', '#0', 'a b', 'a\nroot ALL=(ALL) ALL', 'a,b', '', '-x', 'a'.repeat(33)])('refuses %j as a name', (name) => {
  expect(() => sudoRule(name, Date.now(), challenge)).toThrow(RangeError)
})

test('every name that policy may set is one line of one user, in a file that sudo reads', () => {
  const letters = fc.constantFrom(...'abz09_-ABZ %#=,:.~\n!\\"'.split(''))
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 40 }), (name) => {
      const isGood = faultInUserName(name, 'linux') === undefined
      let text: string | undefined
      try {
        text = sudoRule(name, 0, challenge)
      } catch {
        // Refused: policy may be stricter, but never laxer.
      }
      if (isGood) expect(text?.split('\n')).toHaveLength(3)
      if (text !== undefined) expect(sudoRuleName(name)).toMatch(/^gatehouse-[a-z0-9_-]+$/)
    }),
    { numRuns: 1000 },
  )
})
