/** The sign-in screen: what stands on it, and that the picture is read. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { challengeLines } from '../../../gateway/agent/screenText.ts'
import { decodeChallenge, encodeChallenge, toShortCode } from '../../../gateway/contract/challengeCode.ts'
import type { CreatedChallenge } from '../../../gateway/contract/challenges.ts'
import { decodePicture } from '../../real/parts/agentPrompt.ts'

function challenge(more: Partial<CreatedChallenge> = {}): CreatedChallenge {
  return {
    id: 'ABCDEFGHIJKLMNOP',
    text: encodeChallenge(randomBytes(8), randomBytes(10), randomBytes(16)),
    shortCode: toShortCode('ABCDEFGHIJKLMNOP'),
    number: '42',
    expiresAt: '2026-11-22T12:00:00.000Z',
    userName: 'jit',
    title: 'Contoso help desk',
    afterSignOut: 'delete',
    ...more,
  }
}

const isPicture = (line: string) => /^[█▀▄ ]{25,}$/.test(line)

test('fits 80 columns and, with the prompt, 24 lines; begins with an empty one', () => {
  const lines = challengeLines(challenge(), 108)
  expect(lines.length).toBeLessThan(24)
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
  expect(lines.slice(0, 2)).toEqual(['', 'Contoso help desk'])
  expect(lines.at(-2)).toBe('Number: 42    Code: ABCD-EFGH-IJKL-MNOP    Waits 108 seconds, and works once.')
})

test('the picture is read as exactly the code, on twenty codes, and the number is no part of it', async () => {
  for (let trial = 0; trial < 20; trial += 1) {
    const made = challenge()
    const lines = challengeLines(made, 108)
    expect(await decodePicture(lines.filter(isPicture))).toEqual([made.text])
    expect(lines.filter((line) => decodeChallenge(line) !== undefined)).toEqual([made.text])
  }
})

test('F-79: what a policy says as title is one line that moves no cursor', () => {
  const hostile = challengeLines(challenge({ title: '\u001B[2J\u0007APPROVED\r\n\u202Eworc\u0000' }), 9)[1] ?? ''
  expect(hostile).toMatch(/^\P{C}+$/u)
  expect(hostile).toContain('APPROVED')
  expect(challengeLines(challenge({ title: '\u202E' }), 9)[1]).toBe('Gatehouse sign-in')
})
