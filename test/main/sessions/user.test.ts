import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUser, userProblem } from '../../../main/sessions/user.ts'

/** Any code units, also halves of characters. fast-check's own unit for this takes seconds to make. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

test('F-13: user names that would become options, commands or line breaks are refused with the reason', () => {
  expect(userProblem('-oProxyCommand=calc')).toBe('user.dash')
  expect(userProblem('root -oX')).toBe('user.dash')
  expect(userProblem('root\t-oX')).toBe('user.control')
  expect(userProblem('alice\\')).toBe('user.backslash')
  expect(userProblem('a\nb')).toBe('user.control')
  expect(userProblem('a\0b')).toBe('user.control')
  expect(userProblem('a\u202eb')).toBe('user.control')
  expect(userProblem('$(id)')).toBe('user.metacharacter')
  expect(userProblem('a;b')).toBe('user.metacharacter')
  expect(userProblem('`id`')).toBe('user.metacharacter')
  expect(userProblem('x'.repeat(257))).toBe('user.tooLong')
  expect(userProblem('')).toBe('user.empty')
})

test('user names that people have are taken', () => {
  for (const user of ['root', 'alice', 'CORP\\alice', "o'brien@corp.example", 'Jan van Dijk', 'svc-backup', 'ёлка', 'a.b_c+d']) {
    expect(parseUser(user)).toBe(user)
  }
  expect(parseUser('  alice ')).toBe('alice')
})

test('whatever is taken can neither be an option nor break a line', () => {
  const near = fc.string({ unit: fc.constantFrom('-', ' ', '\\', 'a', 'o', '\n', '\t', '\u00a0', '$', "'", '\u2028') })
  fc.assert(
    fc.property(fc.oneof(near, anyText), (text) => {
      const user = text.replaceAll(/^ +| +$/g, '')
      if (userProblem(user) !== undefined) return true
      const isOption = user.startsWith('-') || /\s-/.test(user)
      const isSyntax = /[\p{Cc}`";&<>|(){}$]/u.test(user) || user.endsWith('\\')
      return !isOption && !isSyntax && user.length <= 256 && parseUser(text) === user
    }),
    { numRuns: 3000 },
  )
})
