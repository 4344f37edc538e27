import { expect, onTestFinished, test } from 'vitest'
import { createEvents, topics } from '../../gateway/events.ts'
import { openBench } from './gatewayFixture.ts'

test('F-100: who was away is told once of each topic that changed meanwhile, in order', () => {
  const events = createEvents()
  const seen = events.since('').at(-1)?.id ?? ''
  expect(events.since(seen)).toEqual([])
  for (const topic of ['grants', 'machines', 'grants', 'grants'] as const) events.ring(topic)
  expect(events.since(seen).map(({ topic }) => topic)).toEqual(['machines', 'grants'])
})

test.each(['', 'x', 'other-5', '-', 'r-999999999999999999999', '__proto__'])(
  'F-100: an id of another run (%j) brings every topic',
  (id) => {
    expect(createEvents().since(id)).toHaveLength(topics.length)
  },
)

test('F-100: an id that is ahead of this run hides nothing that comes after it', () => {
  const events = createEvents()
  const run = events.since('')[0]?.id.split('-')[0] ?? ''
  expect(events.since(`${run}-99`)).toHaveLength(topics.length)
})

test('F-100: a stream says what changes, and ends when the gateway closes', async () => {
  const bench = await openBench()
  onTestFinished(() => bench.close())
  const caller = { technician: 'vic', roles: ['viewer'] as const, address: '127.0.0.1' }
  const response = await bench.gateway.fetch(new Request('https://gateway.internal/v1/events'), caller)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const heard = response.text()
  await bench.addMachine(22)
  await bench.actions()
  await new Promise(setImmediate)
  await bench.gateway.close()
  expect((await heard).match(/data: machines/g)).toHaveLength(2)
})
