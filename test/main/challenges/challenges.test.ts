import { describe, expect, it } from 'vitest'
import { codesIn, wordsIn } from '../../../main/challenges/codesIn.ts'
import { foreignText } from '../../../main/sessions/foreignText.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'
import { challengeWorld, codeOf, fakeGateway } from './challengeWorld.ts'

const codeIn = (text: string) => `\r\nContoso\r\n█▀▄█ ▀▄\r\n${text}\r\nNumber: 47    Code: AAAA\r\nPassword: `

describe('reading codes', () => {
  it('F-70: what is no challenge is told so, is asked nobody about, and is never opened', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const texts = [
      'https://evil.example/GATEHOUSE1:AAAA',
      'otpauth://totp/Contoso:anna?secret=JBSWY3DPEHPK3PXP',
      'WIFI:T:WPA;S:guest;P:secret;;',
      'x'.repeat(4096),
      '\0\0\0\0\u0001binary',
      '',
      'GATEHOUSE2:AAAA',
    ]
    for (const text of texts) expect(await world.read(text), text.slice(0, 40)).toEqual([{ ok: false, why: 'notAChallenge' }])
    expect(gateway.lookUps).toEqual([])
    expect(await world.list()).toEqual([])
    expect(world.events).toEqual([])
  })

  it('a code with a fault is damaged, and one of a gateway that this console has not joined is asked nobody about (APR-5)', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway], [fakeProvider()])
    const { text } = codeOf('team', 1)
    expect(await world.read(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)).toEqual([{ ok: false, why: 'damaged' }])
    expect(await world.read(codeOf('another', 1).text)).toEqual([{ ok: false, why: 'unknownGateway' }])
    expect(gateway.lookUps).toEqual([])
  })

  it('a picture’s code asks the gateway that it is of; a short code asks each, in any spelling', async () => {
    const [one, two] = [fakeGateway('team'), fakeGateway('other')]
    const world = challengeWorld([one, two])
    const text = two.ask(5)
    expect(await world.challenge(text)).toMatchObject({ gatewayId: 'other', machineId: 'other:m1', machineName: 'web-1' })
    expect(one.lookUps).toEqual([])
    expect(two.lookUps).toEqual([{ id: codeOf('other', 5).id, nonce: codeOf('other', 5).nonce }])

    one.ask(6)
    const { id } = codeOf('team', 6)
    const typed = `${id.slice(0, 4)}-${id.slice(4, 8)} ${id.slice(8).toLowerCase()}`
    expect(await world.challenge(typed)).toMatchObject({ gatewayId: 'team' })
    expect([one.lookUps.length, two.lookUps.length]).toEqual([1, 2])
  })

  it('two codes are two answers in their order; the same one again is no second challenge', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const texts = [gateway.ask(1), 'https://example.org', gateway.ask(2), codeOf('team', 1).text]
    const results = await world.read(...texts)
    expect(results.map((result) => (result.ok ? result.challenge.ref : result.why))).toEqual([
      `team:${codeOf('team', 1).id}`,
      'notAChallenge',
      `team:${codeOf('team', 2).id}`,
      `team:${codeOf('team', 1).id}`,
    ])
    expect(await world.list()).toHaveLength(2)
    expect(gateway.lookUps).toHaveLength(2)
    expect(world.events.map(({ action }) => action)).toEqual(['challenge.read', 'challenge.read'])
  })

  it('what a gateway does not know, or cannot be asked, is told; what is not there is not asked for again at once', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const { text } = codeOf('team', 1)
    expect(await world.read(text)).toEqual([{ ok: false, why: 'notFound' }])
    expect(await world.read(text)).toEqual([{ ok: false, why: 'notFound' }])
    expect(gateway.lookUps).toHaveLength(1)
    gateway.ask(1)
    world.later(30_000)
    expect((await world.read(text))[0]?.ok).toBe(true)
    gateway.unplug(true)
    expect(await world.read(codeOf('team', 2).text)).toEqual([{ ok: false, why: 'offline' }])
  })

  it('F-75: five hundred codes are a bounded number of questions, a bounded list and one notification', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    for (let number = 0; number < 500; number += 1) {
      const texts = [gateway.ask(number)]
      await world.handlers['challenges.read']({ texts, foundIn: 'terminal', machineId: 'team:m1' })
    }
    expect(gateway.lookUps).toHaveLength(60)
    expect(await world.list()).toHaveLength(60)
    const last = codeOf('team', 499).text
    expect(await world.read(last)).toEqual([{ ok: false, why: 'tooMany' }])
    // One more question every half second.
    world.later(500)
    expect((await world.read(last))[0]?.ok).toBe(true)
  })

  it('the list never holds more than five hundred, and forgets what is over first', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const pending = await world.challenge(gateway.ask(1000))
    for (let number = 0; number < 520; number += 1) {
      world.later(600)
      await world.challenge(gateway.ask(number, { state: 'denied' }))
    }
    const list = await world.list()
    expect(list).toHaveLength(500)
    expect(list.some(({ ref }) => ref === pending.ref)).toBe(true)
    world.later(3_700_000)
    expect((await world.list()).length).toBeLessThan(2)
  })

  it('foreign text comes to the window as one safe line each (F-79)', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const text = gateway.ask(1, { asked: 'APPROVED ✔\n\u202eroot', from: '\u202e71.0.4.01', signedIn: ['a\u0007b'] })
    expect(await world.challenge(text)).toMatchObject({ asked: 'APPROVED ✔ root', from: '71.0.4.01', signedIn: ['ab'] })
  })
})

describe('a code that the machine wrote into a prompt', () => {
  it('is read at once, with what the machine says beside it, and tells of itself', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const shown = await world.challenges.forSessions.shownBy('team:m1', codeIn(gateway.ask(1)))
    const [challenge] = await world.list()
    expect(challenge).toMatchObject({ foundIn: 'prompt', prompt: 'Contoso\nNumber: 47 Code: AAAA\nPassword:' })
    expect(challenge?.noApproval).toBeUndefined()
    expect(world.told).toHaveLength(1)
    gateway.change(1, { state: 'denied', decidedBy: 'Björn' })
    expect(await shown?.refusal()).toEqual({ tag: 'challenge', why: 'denied', by: 'Björn' })
  })

  it('is nothing when no gateway knows it, or when there are two: none is chosen', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    expect(await world.challenges.forSessions.shownBy('team:m1', codeIn(codeOf('nobody', 1).text))).toBeUndefined()
    expect(await world.challenges.forSessions.shownBy('team:m1', 'Password: ')).toBeUndefined()
    expect(await world.challenges.forSessions.shownBy('team:m1', codeIn(gateway.ask(1)) + codeIn(gateway.ask(2)))).toBeUndefined()
  })

  it('F-68: of another machine than the session’s is red, cannot be approved from there, and is in the log', async () => {
    const gateway = fakeGateway('team')
    const world = challengeWorld([gateway])
    const challenge = await world.challenge(gateway.ask(1), 'terminal', 'team:m2')
    expect(challenge).toMatchObject({ noApproval: 'otherMachine', foundOn: { machineId: 'team:m2' } })
    expect(await world.decide(challenge)).toMatchObject({ result: 'refused' })
    expect(gateway.decisions).toEqual([])
    expect(world.events.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'challenge.read ok',
      'challenge.mismatch refused',
      'challenge.notDecided refused',
    ])
    // Declining it is always possible.
    expect(await world.decide(challenge, 'deny')).toMatchObject({ result: 'done', challenge: { state: 'denied' } })
  })

  it('its words have neither picture nor code, and codes are found each once', () => {
    const { text } = codeOf('team', 1)
    expect(wordsIn(codeIn(text), foreignText)).not.toContain('GATEHOUSE1')
    expect(codesIn(codeIn(text) + codeIn(text))).toEqual([text])
  })
})
