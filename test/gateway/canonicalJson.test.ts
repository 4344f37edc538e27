import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../gateway/canonicalJson.ts'
import { z } from 'zod'

type Json = z.infer<ReturnType<typeof z.json>>
const Json = z.json()
const toJson = (text: string): Json => Json.parse(JSON.parse(text))

test('the example of RFC 8785, section 3.2.4, comes out as there', () => {
  const value: Json = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('members are ordered by UTF-16 code units (RFC 8785, 3.2.3)', () => {
  expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 })).toBe(
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  )
})

test('it means the same value, and does not depend on the order of members', () => {
  const json = fc.json().map((text) => toJson(text))
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(toJson(text))).toBe(text)
    }),
  )
})

test('F-116: what has no canonical form is refused', () => {
  expect(() => canonicalJson(Infinity)).toThrow(TypeError)
  expect(() => canonicalJson(Number.NaN)).toThrow(TypeError)
  expect(() => canonicalJson('\ud800')).toThrow(TypeError)
  expect(() => canonicalJson({ '\udfff': 1 })).toThrow(TypeError)
})
