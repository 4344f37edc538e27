/** What is done to an exported log at random, and to a large one: slower than verify.test.ts. */
import { expect, test } from 'vitest'
import { gatewayFingerprint } from '../../../gateway/identity.ts'
import { verifyBundle } from '../../../gateway/verify.ts'
import { eventsOf, exportLog, newKey, runTamperings, ways } from './tamper.ts'

const key = newKey()

test('a log with one more level of tiles is verified, and a change behind it found', { timeout: 120_000 }, async () => {
  const size = 65_793
  const log = await exportLog(eventsOf(size), key)
  expect(await verifyBundle([log.text], { trustedKey: gatewayFingerprint(key) })).toMatchObject({ verified: true, size })
  const file = Buffer.from(log.text)
  file.write('#', log.text.length - 3)
  expect(await verifyBundle([file])).toEqual({ verified: false, firstBadIndex: size - 1, why: 'event' })
})

test('F-81, F-82, F-83: whatever is done to an exported log is found, and where it begins', async () => {
  const logs = await Promise.all([1, 5, 256, 300, 600].map((size) => exportLog(eventsOf(size), key)))
  const { trials, missed } = await runTamperings(logs, 200, 4711)
  expect(missed).toEqual([])
  expect(trials).toBeGreaterThan(ways.length * 10)
})

test('F-81: every single byte of a small log is held', async () => {
  const log = await exportLog(eventsOf(2), key)
  for (let at = 0; at < log.text.length; at += 1) {
    const file = Buffer.from(log.text)
    file[at] = (file[at] ?? 0) ^ (1 << (at % 8))
    expect(await verifyBundle([file], { trustedKey: log.trustedKey })).toMatchObject({ verified: false })
  }
})
