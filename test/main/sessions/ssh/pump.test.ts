import { expect, test, vi, afterEach, beforeEach } from 'vitest'
import { createPump } from '../../../../main/sessions/ssh/pump.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const clock = { monotonicMs: () => Date.now() }

function newPump() {
  const writes: { text: string; done: () => void }[] = []
  const taken: number[] = []
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      writes.push({ text: Buffer.from(bytes).toString(), done: resolve })
    })
  return { writes, taken, pump: createPump({ write }, clock, (count) => taken.push(count)) }
}

test('what comes alone goes at once: a key is echoed without delay', () => {
  const { pump, writes } = newPump()
  pump.push(Buffer.from('a'))
  expect(writes.map((each) => each.text)).toEqual(['a'])
})

test('what comes while the window is busy goes in one piece, and only taken bytes are asked for again', async () => {
  const { pump, writes, taken } = newPump()
  pump.push(Buffer.from('a'))
  for (const text of ['b', 'c', 'd']) pump.push(Buffer.from(text))
  expect(taken).toEqual([])
  writes[0]?.done()
  await vi.advanceTimersByTimeAsync(0)
  expect(writes.map((each) => each.text)).toEqual(['a', 'bcd'])
  expect(taken).toEqual([1])
})

test('a stream of small pieces is gathered for 8 ms', async () => {
  const { pump, writes } = newPump()
  pump.push(Buffer.from('a'))
  writes[0]?.done()
  await vi.advanceTimersByTimeAsync(0)
  pump.push(Buffer.from('b'))
  pump.push(Buffer.from('c'))
  expect(writes).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(8)
  expect(writes.map((each) => each.text)).toEqual(['a', 'bc'])
})

test('the last words are written before it counts as drained', async () => {
  const { pump, writes } = newPump()
  pump.push(Buffer.from('a'))
  pump.push(Buffer.from('z'))
  let drained = false
  void pump.drained().then(() => (drained = true))
  await vi.advanceTimersByTimeAsync(0)
  expect(drained).toBe(false)
  writes[0]?.done()
  await vi.advanceTimersByTimeAsync(0)
  writes[1]?.done()
  await vi.advanceTimersByTimeAsync(0)
  expect(drained).toBe(true)
  expect(writes.map((each) => each.text).join('')).toBe('az')
})

test('a pipe that ended is no fault', async () => {
  const pump = createPump({ write: () => Promise.reject(new Error('ended')) }, clock, () => undefined)
  pump.push(Buffer.from('a'))
  await pump.drained()
  pump.push(Buffer.from('b'))
  await vi.advanceTimersByTimeAsync(20)
  await pump.drained()
})
