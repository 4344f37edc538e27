import { expect, test } from 'vitest'
import { proveInterleavings, proveOneEffect } from '../prove/grants.prove.ts'
import { follow } from '../prove/grantModel.ts'

// `npm run prove -- grants` does the same 10,000 times, with others each time.
test('grants, their gates and a model agree after every step, whatever is asked and whatever fails', { timeout: 120_000 }, async () => {
  expect(await proveInterleavings(100)).toMatchObject({ trials: 100, held: 100 })
})

test('F-105: a clock set back while the gate is asked makes no window longer, nor one that policy would close', async () => {
  const asked = [
    { does: 'gate', mode: 'hangs' },
    { does: 'request', slot: 0, machine: 0, durationS: 20 },
    { does: 'stepClock', byMs: -41_002 },
    { does: 'letGo' },
    { does: 'crash', forgets: false },
  ] as const
  await expect(follow(asked)).resolves.toBeUndefined()
})

test('F-47, F-48: 100 requests at once with one key are one grant, one way in and one story in the log', async () => {
  expect(await proveOneEffect(2)).toMatchObject({ trials: 2, held: 2 })
})
