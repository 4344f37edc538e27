import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { brokenGraceMs, createGrantHolds, releaseGraceMs } from '../../../main/sessions/grantHolds.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function holdsWith(wanted = true) {
  const releases: string[] = []
  const release = async (grantId: string, why: string) => {
    releases.push(`${grantId} ${why}`)
    throw new Error('already over')
  }
  return { holds: createGrantHolds({ release }, () => wanted), releases }
}

test('a grant is given back a moment after its last session ended', async () => {
  const { holds, releases } = holdsWith()
  const [one, two] = [holds.hold('g'), holds.hold('g')]
  one(releaseGraceMs)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(releases).toEqual([])
  two(releaseGraceMs)
  await vi.advanceTimersByTimeAsync(releaseGraceMs - 1)
  expect(releases).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(releases).toEqual(['g lastSessionEnded'])
})

test('who comes back within the moment keeps it', async () => {
  const { holds, releases } = holdsWith()
  holds.hold('g')(brokenGraceMs)
  await vi.advanceTimersByTimeAsync(brokenGraceMs - 1)
  holds.hold('g')
  await vi.advanceTimersByTimeAsync(brokenGraceMs)
  expect(releases).toEqual([])
})

test('an attempt that came to nothing gives nothing back, but does not keep what was about to be given back', async () => {
  const { holds, releases } = holdsWith()
  holds.hold('untouched')()
  await vi.advanceTimersByTimeAsync(brokenGraceMs)
  expect(releases).toEqual([])
  holds.hold('g')(releaseGraceMs)
  holds.hold('g')()
  await vi.advanceTimersByTimeAsync(releaseGraceMs)
  expect(releases).toEqual(['g lastSessionEnded'])
})

test('nothing is given back where the setting is off', async () => {
  const { holds, releases } = holdsWith(false)
  holds.hold('g')(releaseGraceMs)
  await vi.advanceTimersByTimeAsync(releaseGraceMs)
  expect(releases).toEqual([])
})

test('a console that closes gives back at once what was in its grace, and does not wait for a gateway out of reach', async () => {
  const releases: string[] = []
  const release = (grantId: string) => {
    releases.push(grantId)
    return new Promise<never>(() => undefined)
  }
  const holds = createGrantHolds({ release }, () => true)
  holds.hold('g')(brokenGraceMs)
  holds.hold('unused')()
  const closing = holds.close()
  await vi.advanceTimersByTimeAsync(1000)
  await closing
  expect(releases).toEqual(['g'])
  await vi.advanceTimersByTimeAsync(brokenGraceMs)
  expect(releases).toEqual(['g'])
})

test('letting go twice counts once', async () => {
  const { holds, releases } = holdsWith()
  const one = holds.hold('g')
  holds.hold('g')
  one(releaseGraceMs)
  one(releaseGraceMs)
  await vi.advanceTimersByTimeAsync(releaseGraceMs)
  expect(releases).toEqual([])
})
