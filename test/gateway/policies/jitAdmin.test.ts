import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { judgeLogo } from '../../../gateway/policies/logo.ts'
import { faultInUserName } from '../../../gateway/policies/userName.ts'

test.each([
  ['jitadmin', 'any', undefined],
  ['jit_admin-1', 'linux', undefined],
  ['JIT Admin', 'windows', undefined],
  ['JIT Admin', 'linux', 'nameBadCharacter'],
  ['JIT Admin', 'any', 'nameBadCharacter'],
  ['Administrator', 'windows', 'nameReserved'],
  ['ADMINISTRATOR', 'linux', 'nameReserved'],
  ['administrator ', 'windows', 'nameReserved'],
  ['Ａdministrator', 'windows', 'nameReserved'],
  ['Root', 'any', 'nameReserved'],
  ['~0000AEAdmin', 'windows', 'nameReserved'],
  ['~0000aeadmin', 'any', 'nameReserved'],
  ['', 'windows', 'nameEmpty'],
  ['a'.repeat(21), 'windows', 'nameTooLong'],
  ['a'.repeat(21), 'linux', undefined],
  ['a'.repeat(33), 'linux', 'nameTooLong'],
  ['a'.repeat(21), 'any', 'nameTooLong'],
  ['jit.', 'windows', 'nameBadEnd'],
  [' jit', 'windows', 'nameBadEnd'],
  ...Array.from('"/\\[]:;|=,+*?<>@\u0000\n').map((character) => [`ji${character}t`, 'windows', 'nameBadCharacter'] as const),
  ['-jit', 'linux', 'nameBadCharacter'],
  ['1jit', 'linux', 'nameBadCharacter'],
  ['jit$(id)', 'linux', 'nameBadCharacter'],
] as const)('POL-4: the user name %j for %s: %s', (name, os, fault) => {
  expect(faultInUserName(name, os)).toBe(fault)
})

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
}

function png(colourType: number, ...before: Buffer[]): Buffer {
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, colourType, 0, 0, 0])
  const picture = chunk('IDAT', deflateSync(Buffer.from([0, 0, 0, 0])))
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), ...before, picture, chunk('IEND', Buffer.alloc(0))])
}

const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')

test('POL-4: a logo is a JPEG, or a PNG without transparency, by what it holds and not by its name', () => {
  expect(judgeLogo(jpeg)).toEqual({ ok: true, mediaType: 'image/jpeg' })
  for (const opaque of [0, 2, 3]) expect(judgeLogo(png(opaque))).toEqual({ ok: true, mediaType: 'image/png' })
  for (const alpha of [4, 6]) expect(judgeLogo(png(alpha))).toEqual({ ok: false, reason: 'logoTransparent' })
  expect(judgeLogo(png(3, chunk('PLTE', Buffer.alloc(6)), chunk('tRNS', Buffer.from([0]))))).toEqual({
    ok: false,
    reason: 'logoTransparent',
  })
  expect(judgeLogo(Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'))).toEqual({ ok: false, reason: 'logoWebp' })
  expect(judgeLogo(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual({ ok: false, reason: 'logoFormat' })
  expect(judgeLogo(Buffer.alloc(0))).toEqual({ ok: false, reason: 'logoFormat' })
  expect(judgeLogo(png(2).subarray(0, 40))).toEqual({ ok: false, reason: 'logoDamaged' })
  const large = Buffer.concat([jpeg, Buffer.alloc(1_000_000)])
  expect(judgeLogo(large)).toEqual({ ok: false, reason: 'logoTooLarge' })
})

test('a PNG that lies about the length of a part is refused, and nothing is read beyond its end', () => {
  const lying = png(2)
  lying.writeUInt32BE(0xffff_ffff, 33)
  expect(judgeLogo(lying)).toEqual({ ok: false, reason: 'logoDamaged' })
})

const padded = (length: number) => Buffer.concat([jpeg, Buffer.alloc(length - jpeg.length)])

test('POL-4: a logo may have a million bytes, and a JPEG more than its first four', () => {
  expect(judgeLogo(padded(1_000_000))).toEqual({ ok: true, mediaType: 'image/jpeg' })
  expect(judgeLogo(padded(1_000_001))).toEqual({ ok: false, reason: 'logoTooLarge' })
  expect(judgeLogo(Buffer.from('ffd8ffe0', 'hex'))).toEqual({ ok: false, reason: 'logoFormat' })
  for (const start of ['00d8ffe000', 'ff00ffe000', 'ffd800e000']) {
    expect(judgeLogo(Buffer.from(start, 'hex'))).toEqual({ ok: false, reason: 'logoFormat' })
  }
})

test('POL-4: a RIFF file is told as WebP only if it is one', () => {
  expect(judgeLogo(Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'))).toEqual({ ok: false, reason: 'logoFormat' })
  expect(judgeLogo(Buffer.from('JUNK\0\0\0\0WEBP', 'latin1'))).toEqual({ ok: false, reason: 'logoFormat' })
})

const signature = Buffer.from('89504e470d0a1a0a', 'hex')
const header = (colourType: number) => chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, colourType, 0, 0, 0]))

test.each([
  ['nothing but its signature', signature, 'logoDamaged'],
  ['no header first', Buffer.concat([signature, chunk('IDAT', Buffer.alloc(13)), header(2)]), 'logoDamaged'],
  [
    'a header of another length',
    Buffer.concat([signature, chunk('IHDR', Buffer.alloc(14)), chunk('IDAT', Buffer.alloc(1))]),
    'logoDamaged',
  ],
  ['no picture', Buffer.concat([signature, header(2), chunk('tEXt', Buffer.alloc(3))]), 'logoDamaged'],
  [
    'a transparency of no bytes',
    Buffer.concat([signature, header(3), chunk('tRNS', Buffer.alloc(0)), chunk('IDAT', Buffer.alloc(1))]),
    'logoTransparent',
  ],
])('POL-4: a PNG with %s is refused', (_, bytes, reason) => {
  expect(judgeLogo(bytes)).toEqual({ ok: false, reason })
})

test('POL-4: a picture in a larger buffer is judged by its own bytes', () => {
  const around = Buffer.concat([Buffer.alloc(64, 7), png(2), Buffer.alloc(64, 7)])
  expect(judgeLogo(around.subarray(64, 64 + png(2).length))).toEqual({ ok: true, mediaType: 'image/png' })
})

test('POL-4: the parts before a PNG’s picture do not matter, nor what comes after its beginning', () => {
  const text = chunk('tEXt', Buffer.from('made by nobody'))
  const begun = Buffer.concat([signature, header(0), text, chunk('IDAT', Buffer.alloc(0))])
  expect(judgeLogo(begun)).toEqual({ ok: true, mediaType: 'image/png' })
  expect(judgeLogo(Buffer.concat([begun, chunk('tRNS', Buffer.alloc(1))]))).toEqual({ ok: true, mediaType: 'image/png' })
})
