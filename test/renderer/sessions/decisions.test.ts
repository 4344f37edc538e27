import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { wishFor } from '../../../renderer/sessions/wish.ts'
import { compareFingerprint } from '../../../renderer/sessions/fingerprint.ts'
import { toPaste } from '../../../renderer/sessions/paste.ts'

const machine = { id: 'desk:m1', name: 'files-1', ways: ['ssh', 'rdp', 'forward'] as ('ssh' | 'rdp' | 'forward')[] }
const settings = { ssh: { where: 'tab' as const, useAgent: false, keyFiles: [] } }

describe('what one click means', () => {
  test.each([
    ['the machine’s first way, without a memory', {}, {}, 'ssh', 'tab'],
    ['what was chosen last for the machine', {}, { way: 'rdp' as const }, 'rdp', 'system'],
    [
      'what is said now, whatever was chosen last',
      { way: 'ssh' as const, where: 'system' as const },
      { way: 'rdp' as const },
      'ssh',
      'system',
    ],
    ['the terminal where it was shown last', {}, { where: 'system' as const }, 'ssh', 'system'],
    ['a forwarded port, which is never in a tab', { way: 'forward' as const, where: 'tab' as const }, {}, 'forward', 'system'],
  ])('%s', (_name, options, choices, way, where) => {
    expect(wishFor(machine, options, choices, settings)).toMatchObject({ way, where })
  })

  test('a remembered way that the machine no longer has is not used', () => {
    expect(wishFor({ ...machine, ways: ['ssh'] }, {}, { way: 'rdp' }, settings).way).toBe('ssh')
  })
})

describe('comparing a fingerprint with the one that was given', () => {
  const shown = 'SHA256:pV1mbu8sJt3sKMcJXnLXqBtDbm3pmbLfiGbFsjQj0bg'
  test.each([
    ['nothing yet', '  ', 'nothing'],
    ['the same', shown, 'same'],
    ['without the prefix, padded and broken over lines', ' pV1mbu8sJt3sKMcJXnLX\nqBtDbm3pmbLfiGbFsjQj0bg= ', 'same'],
    ['only its beginning', 'SHA256:pV1mbu8sJt3s', 'different'],
    ['another case', shown.toLowerCase(), 'different'],
  ])('%s', (_name, given, result) => {
    expect(compareFingerprint(given, shown)).toBe(result)
  })

  test('hexadecimal with colons is the same as base64', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7))
    const hex = bytes.toString('hex').replaceAll(/..(?!$)/g, '$&:')
    expect(compareFingerprint(hex, `SHA256:${bytes.toString('base64').replace(/=+$/, '')}`)).toBe('same')
  })
})

describe('pasting into a terminal', () => {
  test('one line is sent as it is, several are asked about', () => {
    expect(toPaste('ls -l')).toEqual({ text: 'ls -l', lines: 1, mustAsk: false })
    expect(toPaste('ls\r\nrm -rf x\n')).toMatchObject({ lines: 2, mustAsk: true })
  })

  test('no text can end a bracketed paste early', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.string({ maxLength: 50 }), (before, after) => {
        const { text } = toPaste(`${before}\u001b[201~${after}\u009b201~`)
        // eslint-disable-next-line no-control-regex -- control characters are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u)
      }),
    )
  })
})
