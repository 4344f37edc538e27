import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toBase32 } from '../../../gateway/contract/base32.ts'
import { decodeChallenge, encodeChallenge, gatewayMark, toShortCode } from '../../../gateway/contract/challengeCode.ts'
import { decodeEnrolment, decodeInvitation, encodeEnrolment, encodeInvitation } from '../../../gateway/contract/invitationCode.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const parts = fc.tuple(bytes(8), bytes(10), bytes(16))

test('a code is read as it was written, in any grouping and case', () => {
  fc.assert(
    fc.property(parts, fc.constantFrom('', ' ', '-', '\n', ' – '), ([gateway, id, nonce], between) => {
      const text = encodeChallenge(gateway, id, nonce)
      expect(text).toMatch(/^[A-Z0-9:]{72}$/)
      const typed = (text.toLowerCase().match(/.{1,5}/g) ?? []).join(between)
      expect(decodeChallenge(typed)).toEqual({ gateway: toBase32(gateway), challengeId: toBase32(id), nonce: toBase32(nonce) })
    }),
  )
})

test('no code with one letter changed, left out or doubled is taken', () => {
  fc.assert(
    fc.property(parts, fc.nat(60), fc.constantFrom('A', 'Q', '7', ''), ([gateway, id, nonce], at, other) => {
      const text = encodeChallenge(gateway, id, nonce)
      const place = 'GATEHOUSE1:'.length + at
      const changed = text.slice(0, place) + other + text.slice(place + 1)
      if (changed !== text) expect(decodeChallenge(changed)).toBe('damaged')
      expect(decodeChallenge(text + (text.at(-1) ?? ''))).toBe('damaged')
    }),
  )
})

test('a short code is the id, as it is read off a screen', () => {
  expect(toShortCode('ABCDEFGHIJKLMNOP')).toBe('ABCD-EFGH-IJKL-MNOP')
  expect(decodeChallenge('abcd efgh 1jkl-mn0p')).toEqual({ challengeId: 'ABCDEFGHIJKLMNOP' })
  expect(decodeChallenge('8BCD EFGH IJKL MNOP')).toEqual({ challengeId: 'BBCDEFGHIJKLMNOP' })
})

test('F-70: what is no code is none, whatever it is', () => {
  const others = [
    'https://gatehouse.example/ABCD',
    'otpauth://totp/x?secret=ABC',
    'WIFI:S:x;P:y;;',
    'A'.repeat(4096),
    '\0'.repeat(72),
    '',
    'GATE-AAAA',
  ]
  for (const text of others) expect(decodeChallenge(text)).toBeUndefined()
  expect(decodeChallenge('GATEHOUSE1:')).toBe('damaged')
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      (text) => typeof decodeChallenge(`GATEHOUSE1:${Buffer.from(text).toString('latin1')}`) !== 'object',
    ),
  )
})

test('a gateway is meant by its key alone', () => {
  expect(gatewayMark(randomBytes(32))).toHaveLength(8)
  expect(() => encodeChallenge(randomBytes(7), randomBytes(10), randomBytes(16))).toThrow(RangeError)
})

test('an enrolment is no invitation, and an invitation no enrolment', () => {
  const code = {
    secret: randomBytes(16),
    fingerprint: 'A'.repeat(52).replaceAll(/.{4}(?=.)/g, '$&-'),
    pin: randomBytes(32),
    address: 'g:8443',
    name: 'G',
  }
  const enrolment = encodeEnrolment(code)
  expect(enrolment).toMatch(/^MACH-/)
  expect(decodeEnrolment(enrolment.toLowerCase())).toMatchObject({ address: 'g:8443' })
  expect(decodeInvitation(enrolment)).toBeUndefined()
  expect(decodeEnrolment(encodeInvitation(code))).toBeUndefined()
  expect(decodeInvitation(enrolment.replace('MACH', 'GATE'))).toBeUndefined()
  expect(decodeEnrolment(encodeInvitation(code).replace('GATE', 'MACH'))).toBeUndefined()
})
