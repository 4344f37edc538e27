import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMessageReader, toMessage } from '../../../../main/platform/chromium/messages.ts'

test('messages arrive whole and in order, however the pipe cuts them', () => {
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(object, { maxLength: 8 }), fc.array(fc.nat(40), { maxLength: 60 }), (messages, lengths) => {
      const bytes = Buffer.concat(messages.map((message) => Buffer.from(toMessage(message))))
      const read: unknown[] = []
      const take = createMessageReader((text) => read.push(JSON.parse(text)))
      let at = 0
      for (const length of lengths) take(bytes.subarray(at, (at += length)))
      take(bytes.subarray(at))
      expect(read).toEqual(messages.map((message) => JSON.parse(JSON.stringify(message)) as unknown))
    }),
  )
})

test('an unfinished message is kept back', () => {
  const read: string[] = []
  const take = createMessageReader((text) => read.push(text))
  take(Buffer.from('{"a":"é'))
  expect(read).toEqual([])
  take(Buffer.from('"}\0{'))
  expect(read).toEqual(['{"a":"é"}'])
})
