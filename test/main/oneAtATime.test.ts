import { expect, test } from 'vitest'
import { oneAtATime } from '../../main/oneAtATime.ts'

/** Work that the test finishes, run by run. */
function byHand() {
  const runs: { finish(): void; fail(): void }[] = []
  let now = 0
  let most = 0
  const ask = oneAtATime(async () => {
    most = Math.max(most, ++now)
    try {
      await new Promise<void>((resolve, reject) => runs.push({ finish: resolve, fail: () => reject(new Error('failed')) }))
    } finally {
      now--
    }
  })
  return { runs, ask, mostAtOnce: () => most }
}

test('whoever asks while it runs gets one run more, together, and never two run at once', async () => {
  const { runs, ask, mostAtOnce } = byHand()
  const first = ask()
  const [second, third] = [ask(), ask()]
  expect(runs).toHaveLength(1)
  runs[0]?.finish()
  await first
  await expect.poll(() => runs.length).toBe(2)
  const fourth = ask()
  runs[1]?.finish()
  await Promise.all([second, third])
  await expect.poll(() => runs.length).toBe(3)
  runs[2]?.finish()
  await fourth
  expect(runs).toHaveLength(3)
  expect(mostAtOnce()).toBe(1)
})

test('a run that failed is told to whoever asked for it, and the next one runs', async () => {
  const { runs, ask } = byHand()
  const first = ask()
  const second = ask()
  runs[0]?.fail()
  await expect(first).rejects.toThrow('failed')
  await expect.poll(() => runs.length).toBe(2)
  runs[1]?.finish()
  await second
})
