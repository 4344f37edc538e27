import { describe, expect, it } from 'vitest'
import { challengeWorld, codeOf, fakeGateway } from './challengeWorld.ts'

async function opened() {
  const gateway = fakeGateway('team')
  const world = challengeWorld([gateway])
  const challenge = await world.challenge(gateway.ask(1))
  return { gateway, world, challenge }
}

describe('deciding on a sign-in', () => {
  it('sends what was displayed with the number that was typed; the answer is how it is then', async () => {
    const { gateway, world, challenge } = await opened()
    expect(await world.decide(challenge)).toMatchObject({ result: 'done', challenge: { state: 'approved', decidedBy: 'tess' } })
    expect(gateway.decisions).toEqual([{ decision: 'approve', digest: challenge.digest, number: '47' }])
  })

  it('F-74: what changed at the gateway is not what was displayed: nothing is sent, and the new details are the answer', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.change(1, { digest: 'b'.repeat(43), userName: 'root' })
    await world.handlers['challenges.get']({ ref: challenge.ref })
    expect(await world.decide(challenge)).toMatchObject({ result: 'changed', challenge: { userName: 'root', digest: 'b'.repeat(43) } })
    expect(gateway.decisions).toEqual([])
  })

  it('F-74: a change that only the gateway has seen is refused there, and shown', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.change(1, { digest: 'b'.repeat(43), asked: 'somebody else' })
    gateway.refuse({ tag: 'challenge', why: 'changed' })
    expect(await world.decide(challenge)).toMatchObject({
      result: 'changed',
      challenge: { asked: 'somebody else', digest: 'b'.repeat(43) },
    })
  })

  it('a wrong number says how many tries are left, and the third burns it', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.refuse({ tag: 'challenge', why: 'wrongNumber' })
    gateway.change(1, { triesLeft: 2 })
    expect(await world.decide(challenge)).toMatchObject({ result: 'wrongNumber', challenge: { triesLeft: 2, state: 'pending' } })
    gateway.change(1, { triesLeft: 0, state: 'burned' })
    expect(await world.decide(challenge)).toMatchObject({ result: 'wrongNumber', challenge: { state: 'burned' } })
    expect(await world.decide(challenge)).toMatchObject({ result: 'over', challenge: { state: 'burned' } })
    expect(gateway.decisions).toHaveLength(2)
  })

  it('F-67: what somebody else decided first is told, with who it was', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.refuse({ tag: 'challenge', why: 'over', by: 'Björn' })
    gateway.change(1, { state: 'approved', decidedBy: 'Björn' })
    expect(await world.decide(challenge)).toMatchObject({ result: 'over', challenge: { state: 'approved', decidedBy: 'Björn' } })
  })

  it('F-78: offline is a refusal; nothing is kept, and nothing is sent when the gateway is back', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.unplug(true)
    await expect(world.decide(challenge)).rejects.toMatchObject({ failure: { tag: 'offline' } })
    expect((await world.list())[0]).toMatchObject({ noApproval: 'offline' })
    gateway.unplug(false)
    gateway.ring('challenges')
    await expect.poll(async () => (await world.list())[0]?.noApproval).toBeUndefined()
    expect(gateway.decisions).toEqual([])
    expect((await world.list())[0]).toMatchObject({ state: 'pending' })
  })

  it('F-66: when its time is over it is expired without asking, and cannot be approved', async () => {
    const { gateway, world, challenge } = await opened()
    world.later(600_001)
    gateway.unplug(true)
    expect((await world.list())[0]).toMatchObject({ state: 'expired', remainingMs: 0 })
    expect(await world.decide(challenge)).toMatchObject({ result: 'over', challenge: { state: 'expired' } })
  })

  it('two clicks are one decision', async () => {
    const { gateway, world, challenge } = await opened()
    const [one, two] = await Promise.all([world.decide(challenge), world.decide(challenge)])
    expect([one.result, two.result]).toEqual(['done', 'done'])
    expect(gateway.decisions).toHaveLength(1)
  })

  it('a report needs no number and is possible after an approval; an approval without a number is none', async () => {
    const { gateway, world, challenge } = await opened()
    await expect(
      (async () => world.handlers['challenges.decide']({ ref: challenge.ref, decision: 'approve', digest: challenge.digest }))(),
    ).rejects.toMatchObject({ failure: { tag: 'invalidInput', field: 'number' } })
    await world.decide(challenge)
    expect(await world.decide(challenge, 'report')).toMatchObject({ result: 'done' })
    expect(gateway.decisions.at(-1)).toEqual({ decision: 'report', digest: challenge.digest })
  })

  it('follows the gateway: a ring shows what became of it, an access that opens turns it green, a gateway that is left takes it along', async () => {
    const { gateway, world, challenge } = await opened()
    gateway.change(1, { binding: { kind: 'none' }, noApproval: 'noSession', digest: 'c'.repeat(43) })
    gateway.ring('grants')
    await expect.poll(async () => (await world.list())[0]).toMatchObject({ binding: { kind: 'none' }, noApproval: 'noSession' })
    const rings = world.rings()
    gateway.change(1, { state: 'started', decidedBy: 'tess' })
    gateway.ring('challenges')
    await expect.poll(async () => (await world.list())[0]?.state).toBe('started')
    expect(world.rings()).toBeGreaterThan(rings)
    await world.providers.remove('team')
    expect(await world.list()).toEqual([])
    expect(() => world.handlers['challenges.code']({ ref: challenge.ref })).toThrow(
      expect.objectContaining({ failure: { tag: 'notFound', what: 'challenge' } }),
    )
  })

  it('APR-6: the code of a challenge for a colleague is the picture’s own text, or the short code where only that was typed', async () => {
    const { gateway, world, challenge } = await opened()
    const code = codeOf('team', 1)
    expect(world.handlers['challenges.code']({ ref: challenge.ref })).toEqual({
      text: code.text,
      shortCode: code.id.match(/.{4}/g)?.join('-'),
    })
    gateway.ask(2)
    const short = await world.challenge(codeOf('team', 2).id)
    expect(world.handlers['challenges.code']({ ref: short.ref })).toMatchObject({ text: codeOf('team', 2).id })
    expect(world.events.filter(({ action }) => action === 'challenge.shown')).toHaveLength(2)
  })
})
