import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '../../preload/chromium/codec.ts'

const codec = createCodec({
  fromBytes: (bytes) => Buffer.from(bytes).toString('base64'),
  toBytes: (text) => new Uint8Array(Buffer.from(text, 'base64')),
})

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string().map((rest) => `\0${rest}`),
  fc.constantFrom('\0b', '\0s', '\0bAAAA', '\0s\0b', '\\u0000b'),
)

test('what is written is read again: texts with marks of their own, and bytes, anywhere', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.integer(), text, fc.uint8Array(), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 5 }),
    object: fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  }))
  fc.assert(
    fc.property(value, (written) => {
      expect(codec.decode(codec.encode([written]))).toEqual([written])
    }),
  )
})

test('a text never becomes bytes', () => {
  fc.assert(
    fc.property(text, (written) => {
      expect(codec.decode(codec.encode(written))).toBe(written)
    }),
  )
})

test('a Buffer arrives as bytes', () => {
  expect(codec.decode(codec.encode([Buffer.from([1, 2])]))).toEqual([new Uint8Array([1, 2])])
})

test('functions and symbols are refused', () => {
  expect(() => codec.encode([() => 1])).toThrow(/could not be cloned/)
  expect(() => codec.encode({ deep: [Symbol('x')] })).toThrow(/could not be cloned/)
})
