import { expect, test } from 'vitest'
import { createWaits } from '../../../gateway/enrolments/waits.ts'

const long = 60_000
const never = () => Promise.resolve({ value: 'last', isDone: false })

function world() {
  const closing = new AbortController()
  const going = new AbortController()
  const waits = createWaits(closing.signal)
  const wait = (key = 'a', owner = 'machine', forMs = long) => ({ key, owner, forMs, signal: going.signal })
  return { closing, going, waits, wait }
}

test('who waits is answered when it is done, and looks again at each ring', async () => {
  const { waits, wait } = world()
  let value = 0
  const looks: number[] = []
  const waiting = waits.until(wait(), () => {
    looks.push(value)
    return Promise.resolve({ value, isDone: value === 2 })
  })
  for (value = 1; value <= 2; value++) {
    await Promise.resolve()
    waits.ring(['b'])
    waits.ring(['a'])
    await new Promise((resolve) => setImmediate(resolve))
    if (value === 2) break
  }
  expect(await waiting).toBe(2)
  expect(looks).toEqual([0, 1, 2])
  expect(waits.count()).toBe(0)
})

test('a ring while somebody looks is not missed', async () => {
  const { waits, wait } = world()
  let isDone = false
  const waiting = waits.until(wait(), async () => {
    const value = isDone
    isDone = true
    waits.ring(['a'])
    await new Promise((resolve) => setImmediate(resolve))
    return { value, isDone: value }
  })
  expect(await waiting).toBe(true)
})

test('the time, a caller who goes away and a gateway that closes end a wait with what was last', async () => {
  const { closing, going, waits, wait } = world()
  expect(await waits.until(wait('a', 'm', 5), never)).toBe('last')
  const left = waits.until(wait(), never)
  going.abort()
  expect(await left).toBe('last')
  const other = { ...wait(), signal: new AbortController().signal }
  const closed = waits.until(other, never)
  closing.abort()
  expect(await closed).toBe('last')
  expect(await waits.until(other, never)).toBe('last')
  expect(waits.count()).toBe(0)
})

test('one machine holds eight waits, and a ninth is in the place of its oldest; others keep theirs', async () => {
  const { closing, waits, wait } = world()
  const other = waits.until(wait('a', 'other'), never)
  const first = waits.until(wait(), never)
  const more = Array.from({ length: 8 }, () => waits.until(wait(), never))
  expect(await first).toBe('last')
  expect(waits.count()).toBe(9)
  closing.abort()
  await Promise.all([other, ...more])
})

test('what looks and fails leaves nothing behind', async () => {
  const { waits, wait } = world()
  await expect(waits.until(wait(), () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(waits.count()).toBe(0)
})
