/** F-102: a gateway that asks to be left alone is left alone, by every call. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createPatience, retryAfterMs, withJitter } from '../../../main/network/patience.ts'
import { createClient, type Call } from '../../../main/providers/gateway/client.ts'
import { createGatewayProvider } from '../../../main/providers/gateway/provider.ts'
import { fakeClock } from '../../fakes/fakeClock.ts'

const Fine = z.object({ fine: z.boolean() })
const read: Call = { method: 'GET', path: '/v1/source', about: { what: 'gateway' } }
const write: Call = { method: 'POST', path: '/v1/machines', body: {}, about: { what: 'machine' } }
const busy = (retryAfter: string, status = 503) =>
  Response.json({ title: 'busy', status, code: status === 429 ? 'tooMany' : 'busy' }, { status, headers: { 'retry-after': retryAfter } })

/** A gateway that gives these answers in turn and then only good ones, and time that passes only by waiting. */
function gateway(...answers: Response[]) {
  const clock = fakeClock()
  const asked: string[] = []
  const waits: number[] = []
  const patience = createPatience(clock, (ms) => {
    waits.push(ms)
    clock.pass(ms)
    return Promise.resolve()
  })
  const fetch = (request: Request) => {
    asked.push(request.method)
    return Promise.resolve(answers.shift() ?? Response.json({ fine: true }))
  }
  const own = { id: 'g1', url: 'https://gate.internal', fetch, patience }
  return { ask: createClient(own), own, asked, waits, clock }
}

describe('F-102: Retry-After', () => {
  test.each([
    ['seconds', '3', 3000],
    ['a date', 'Wed, 02 Jan 2030 03:04:15 GMT', 10_000],
  ])('as %s is waited for, and then the question is asked again', async (_what, header, ms) => {
    const { ask, asked, waits } = gateway(busy(header))
    expect(await ask(Fine, read)).toEqual({ fine: true })
    expect(asked).toEqual(['GET', 'GET'])
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThanOrEqual(ms)
    expect(waits[0]).toBeLessThanOrEqual(ms * 1.25)
  })

  test.each([429, 503])(
    'with status %d that is longer than anybody waits is told at once, and all calls leave the gateway alone until then',
    async (status) => {
      const { ask, own, asked, waits, clock } = gateway(busy('999999999999', status))
      const told = { failure: { tag: 'offline', provider: 'g1', why: 'busy' } }
      await expect(ask(Fine, read)).rejects.toMatchObject(told)
      const provider = createGatewayProvider({ ...own, name: 'g', technician: 't', onChange: () => () => undefined })
      await expect(ask(Fine, write)).rejects.toMatchObject(told)
      await expect(provider.source()).rejects.toMatchObject(told)
      await expect(provider.fetch?.({ method: 'GET', path: '/v1/me' })).rejects.toMatchObject(told)
      expect([asked, waits]).toEqual([['GET'], []])
      // Five minutes, however absurd the wish, and a quarter more at most.
      clock.pass(5 * 60_000 * 1.25)
      expect(await ask(Fine, read)).toEqual({ fine: true })
    },
  )

  test('a write without an idempotency key is never repeated; one with a key is, with the same key', async () => {
    const blind = gateway(busy('1'))
    await expect(blind.ask(Fine, write)).rejects.toMatchObject({ failure: { tag: 'offline', why: 'busy' } })
    expect(blind.asked).toEqual(['POST'])
    const keyed = gateway(busy('1'), busy('1'))
    expect(await keyed.ask(Fine, { ...write, idempotencyKey: '3f1c7a52-6b0e-4f51-9d57-0a4f0f2f4a11' })).toEqual({ fine: true })
    expect(keyed.asked).toEqual(['POST', 'POST', 'POST'])
  })

  test('a gateway that always asks to wait is given up after a few times', async () => {
    const { ask, asked } = gateway(...Array.from({ length: 20 }, () => busy('1')))
    await expect(ask(Fine, read)).rejects.toMatchObject({ failure: { tag: 'offline', why: 'busy' } })
    expect(asked).toHaveLength(3)
  })

  test('without it, or without a sense, nothing is waited for', async () => {
    for (const answer of [busy('soon'), Response.json({ title: 'busy', status: 503, code: 'busy' }, { status: 503 })]) {
      const { ask, waits } = gateway(answer)
      await ask(Fine, read).catch(() => undefined)
      expect(waits).toEqual([])
    }
  })

  test('consoles that were turned away together do not come back together', () => {
    expect(withJitter(1000, () => 0)).toBe(1000)
    expect(withJitter(1000, () => 1)).toBe(1250)
    expect(retryAfterMs('-5', 0)).toBe(0)
  })
})
