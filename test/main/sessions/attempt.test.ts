import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAttempt, orStopped, promptPatienceMs } from '../../../main/sessions/attempt.ts'

const input = { attemptId: '7d3d9a3e-6d5f-4d8e-9d3e-0f6f5f1d2c3b', machineId: 'desk:m1', way: 'ssh', where: 'tab' } as const

let nowMs = 0
const clock = { now: () => 1_800_000_000_000, monotonicMs: () => nowMs }
beforeEach(() => {
  nowMs = 1000
})
afterEach(() => vi.useRealTimers())

function newAttempt(part: Partial<Parameters<typeof createAttempt>[0]> = {}) {
  const changed = vi.fn<() => void>()
  return { attempt: createAttempt({ ...input, ...part }, 'web-1', clock, changed), changed }
}

test('each step has its time, and what was not needed is skipped', () => {
  const { attempt, changed } = newAttempt()
  attempt.at('reach')
  nowMs += 40
  attempt.at('identity')
  nowMs += 2
  expect(attempt.view().steps.slice(3, 5)).toEqual([
    { name: 'reach', state: 'done', elapsedMs: 40 },
    { name: 'identity', state: 'running', elapsedMs: 2 },
  ])
  attempt.succeed('s1')
  expect(attempt.view().steps.map((step) => step.state)).toEqual(['skipped', 'skipped', 'skipped', 'done', 'done', 'skipped', 'skipped'])
  expect(attempt.view().outcome).toEqual({ kind: 'inside', sessionId: 's1' })
  expect(changed).toHaveBeenCalledTimes(3)
})

test('elapsed time does not care for the wall clock (F-104)', () => {
  const { attempt } = newAttempt()
  attempt.at('request')
  nowMs += 10
  clock.now = () => 0
  attempt.at('reach')
  expect(attempt.view().steps[0]?.elapsedMs).toBe(10)
  clock.now = () => 1_800_000_000_000
})

test('a failure belongs to the step that ran', () => {
  const { attempt } = newAttempt()
  attempt.at('signIn')
  attempt.fail({ tag: 'signInRefused', user: 'a', tried: [] })
  expect(attempt.view().outcome).toMatchObject({ kind: 'failed', step: 'signIn' })
  attempt.succeed('too late')
  expect(attempt.view().outcome).toMatchObject({ kind: 'failed' })
})

test('a forwarded port has no steps of a sign-in', () => {
  expect(
    newAttempt({ way: 'forward' })
      .attempt.view()
      .steps.map((step) => step.name),
  ).toEqual(['request', 'approval', 'open', 'launch'])
})

test('a prompt is answered once, by its own id and with its own kind of answer', async () => {
  const { attempt } = newAttempt()
  const asked = attempt.ask({ kind: 'hostKey', algorithm: 'a', fingerprint: 'f', randomart: 'r' })
  const promptId = attempt.view().prompt?.promptId ?? ''
  expect(() => attempt.answer('another', { kind: 'accept' })).toThrow(
    expect.objectContaining({ failure: { tag: 'notFound', what: 'prompt' } }),
  )
  expect(() => attempt.answer(promptId, { kind: 'text', text: 'yes', remember: false })).toThrow('invalidInput')
  attempt.answer(promptId, { kind: 'accept' })
  expect(await asked).toEqual({ kind: 'accept' })
  expect(attempt.view().prompt).toBeUndefined()
  expect(() => attempt.answer(promptId, { kind: 'accept' })).toThrow()
})

test('questions are answered all or not at all', async () => {
  const { attempt } = newAttempt()
  const asked = attempt.ask({
    kind: 'questions',
    title: '',
    instructions: '',
    questions: [
      { text: 'A', echo: true },
      { text: 'B', echo: true },
    ],
  })
  const promptId = attempt.view().prompt?.promptId ?? ''
  expect(() => attempt.answer(promptId, { kind: 'texts', texts: ['one'] })).toThrow()
  attempt.answer(promptId, { kind: 'texts', texts: ['one', 'two'] })
  expect(await asked).toEqual({ kind: 'texts', texts: ['one', 'two'] })
})

test('nobody waits longer than five minutes for an answer', async () => {
  vi.useFakeTimers()
  const { attempt } = newAttempt()
  const asked = attempt.ask({ kind: 'user', suggestion: '' })
  const refusal = expect(asked).rejects.toMatchObject({ failure: { tag: 'cancelled' } })
  await vi.advanceTimersByTimeAsync(promptPatienceMs - 1)
  expect(attempt.isAsking()).toBe(true)
  await vi.advanceTimersByTimeAsync(2)
  await refusal
  expect(attempt.isAsking()).toBe(false)
})

test('a stop is felt by an open prompt at once', async () => {
  const { attempt } = newAttempt()
  const asked = attempt.ask({ kind: 'user', suggestion: '' })
  attempt.stop({ tag: 'grantEnded', reason: 'expired' })
  await expect(asked).rejects.toMatchObject({ failure: { tag: 'grantEnded' } })
})

test('work that goes on after a stop cannot harm', async () => {
  const stop = new AbortController()
  const work = Promise.withResolvers<number>()
  const waiting = orStopped(work.promise, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  work.reject(new Error('later'))
  await expect(orStopped(Promise.reject(new Error('x')), stop.signal)).rejects.toThrow('stopped')
})
