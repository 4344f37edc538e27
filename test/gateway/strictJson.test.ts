import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { faultInJson } from '../../gateway/strictJson.ts'
import { openBench } from './gatewayFixture.ts'

test.each([
  '{"a":1,"a":2}',
  String.raw`{"a":1,"\u0061":2}`,
  '{"x":[{"b":{},"b":[]}]}',
  String.raw`{"__proto__":1,"__\u0070roto__":2}`,
  '{"":1,"":2}',
])('F-116: a key twice is found in %s', (text) => {
  expect(faultInJson(text)).toBe('duplicateKey')
})

test.each([
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":1}]',
  String.raw`{"a":"\"a\":1,","b":"{\"b\":"}`,
  '{"a":"b","b":"a:"}',
  '"a"',
  '{"a',
  '',
  '}]',
])('F-116: no key is twice in %s', (text) => {
  expect(faultInJson(text)).toBeUndefined()
})

test('F-116: 10,000 levels are refused before anything walks them', () => {
  expect(faultInJson(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)).toBe('tooDeep')
  expect(faultInJson('{"a":'.repeat(10_000))).toBe('tooDeep')
})

test('F-116: what JSON.stringify writes is never refused for its keys', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => faultInJson(text) === undefined))
})

test('F-116: the gateway refuses such a body, and nothing of it is done', async () => {
  const bench = await openBench()
  const machine = '{"name":"a","name":"b","address":"127.0.0.1","os":"linux","site":"","tags":[],"rules":"defaults"}'
  const twice = await bench.ask('POST', '/v1/machines', `{"machines":[${machine}]}`)
  expect(twice).toMatchObject({ status: 400, body: { code: 'invalidInput', field: 'body', reason: 'duplicateKey' } })
  const deep = await bench.ask('POST', '/v1/audit', `{"detail":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`)
  expect(deep).toMatchObject({ status: 400, body: { code: 'invalidInput', field: 'body', reason: 'tooDeep' } })
  expect(await bench.actions()).toEqual(['gateway.started ok'])
  await bench.close()
})
