import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase32, toBase32 } from '../../../gateway/contract/base32.ts'
import { decodeInvitation, encodeInvitation, fingerprintOf } from '../../../gateway/contract/invitationCode.ts'

const part = { fingerprint: fingerprintOf(randomBytes(32).toString('base64url')), address: 'gate.example.org:8443', name: 'Büro – Ost' }
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

describe('the code of an invitation', () => {
  test('says what was put into it', () => {
    fc.assert(
      fc.property(bytes(16), bytes(32), fc.string({ unit: 'grapheme', maxLength: 20 }), (secret, pin, name) => {
        const code = encodeInvitation({ ...part, secret, pin, name })
        const read = decodeInvitation(code)
        expect(read && { ...read, secret: [...read.secret], pin: [...read.pin] }).toEqual({
          ...part,
          name,
          secret: [...secret],
          pin: [...pin],
        })
      }),
    )
  })

  test('with one letter changed, left out or doubled is told from a good one', () => {
    const code = encodeInvitation({ ...part, secret: randomBytes(16), pin: randomBytes(32) })
    fc.assert(
      fc.property(fc.nat(code.length - 1), fc.constantFrom('A', 'B', 'O', 'I', 'Z', '2', '7'), fc.nat(2), (at, letter, how) => {
        const instead = how === 0 ? letter : how === 1 ? '' : `${code.charAt(at)}${letter}`
        const wrong = code.slice(0, at) + instead + code.slice(at + 1)
        fc.pre(wrong.replaceAll('-', '') !== code.replaceAll('-', ''))
        expect(decodeInvitation(wrong)).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })

  test('is taken as people copy it: lower case, line breaks, other dashes, misread digits', () => {
    const code = encodeInvitation({ ...part, secret: randomBytes(16), pin: randomBytes(32) })
    const copied = ` ${code.toLowerCase().replaceAll('-', '–\n ').replaceAll('o', '0').replaceAll('b', '8')}\r\n`
    expect(decodeInvitation(copied)).toEqual(decodeInvitation(code))
    expect(decodeInvitation(code)).toMatchObject({ address: part.address })
  })

  test('that is anything else is nothing, and never a crash', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => decodeInvitation(`GATE-${text}`) === undefined))
    expect(decodeInvitation('GATE'.padEnd(100_000, 'A'))).toBeUndefined()
  })
})

test('base32 has one text for each value (RFC 4648, section 10)', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
    '',
    'MY',
    'MZXQ',
    'MZXW6',
    'MZXW6YQ',
    'MZXW6YTB',
    'MZXW6YTBOI',
  ])
  expect(fromBase32('MZ')).toBeUndefined()
  fc.assert(fc.property(fc.uint8Array(), (value) => fromBase32(toBase32(value))?.equals(value) === true))
})
