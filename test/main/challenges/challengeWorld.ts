/** Challenges at a console, with gateways that answer as the test says and a clock that it sets. */
import { onTestFinished } from 'vitest'
import { CallError } from '../../../main/callError.ts'
import { createChallenges } from '../../../main/challenges/challenges.ts'
import { createProviders } from '../../../main/providers/ids.ts'
import { readCode } from '../../../main/providers/gateway/challenges.ts'
import type { ConsoleEvent, Provider, ProviderChallenge } from '../../../main/providers/provider.ts'
import { foreignText } from '../../../main/sessions/foreignText.ts'
import { toBase32 } from '../../../gateway/contract/base32.ts'
import { encodeChallenge } from '../../../gateway/contract/challengeCode.ts'
import type { Challenge, Failure, Output } from '../../../preload/contract.ts'
import { fakeProvider } from '../../fakes/fakeProvider.ts'

const bytes = (length: number, seed: number) => Buffer.from(Array.from({ length }, (_, index) => (seed * 31 + index * 7) & 255))

/** The text and ids of the challenge with this number at a gateway. */
export function codeOf(gateway: string, number: number) {
  const id = Buffer.concat([bytes(6, 3), Buffer.from(Uint32Array.of(number).buffer)])
  const nonce = bytes(16, number)
  const mark = bytes(8, gateway.length * 17 + gateway.charCodeAt(0))
  return { id: toBase32(id), nonce: toBase32(nonce), mark: toBase32(mark), text: encodeChallenge(mark, id, nonce) }
}

export interface FakeGateway {
  provider: Provider
  held: Map<string, ProviderChallenge>
  lookUps: unknown[]
  decisions: unknown[]
  /** What the next decisions are refused with. */
  refuse: (failure: Failure | undefined) => void
  unplug: (unplugged: boolean) => void
  ring: (topic: 'challenges' | 'grants') => void
  /** A challenge at this gateway; answers its code's text. */
  ask: (number: number, more?: Partial<ProviderChallenge>) => string
  change: (number: number, more: Partial<ProviderChallenge>) => void
}

export function fakeGateway(id: string): FakeGateway {
  const held = new Map<string, ProviderChallenge>()
  const lookUps: unknown[] = []
  const decisions: unknown[] = []
  const listeners = new Set<(topic: 'challenges' | 'grants') => void>()
  let unplugged = false
  let refusal: Failure | undefined
  const get = (challengeId: string): ProviderChallenge => {
    if (unplugged) throw new CallError({ tag: 'offline', provider: id })
    const challenge = held.get(challengeId)
    if (!challenge) throw new CallError({ tag: 'notFound', what: 'challenge' })
    return challenge
  }
  const provider: Provider = {
    ...fakeProvider(),
    id,
    name: `Gateway ${id}`,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    challenges: {
      mark: codeOf(id, 0).mark,
      async lookUp(code) {
        lookUps.push(code)
        return get(code.id)
      },
      get: async (challengeId) => get(challengeId),
      async decide(challengeId, decision) {
        const challenge = get(challengeId)
        decisions.push(decision)
        if (refusal) throw new CallError(refusal)
        const decided: ProviderChallenge = {
          ...challenge,
          state: decision.decision === 'approve' ? 'approved' : 'denied',
          decidedBy: 'tess',
        }
        held.set(challengeId, decided)
        return decided
      },
      enrol: async () => ({ code: 'MACH-AAAA', expiresAt: '2030-01-01T00:00:00.000Z' }),
      signIns: async () => [],
    },
  }
  return {
    provider,
    held,
    lookUps,
    decisions,
    refuse: (failure) => void (refusal = failure),
    unplug: (next) => void (unplugged = next),
    ring: (topic) => listeners.forEach((listener) => listener(topic)),
    ask(number, more = {}) {
      const code = codeOf(id, number)
      held.set(code.id, {
        id: code.id,
        machine: { id: 'm1', name: 'web-1', site: 'Bern', address: '10.0.0.7', os: 'linux' },
        service: 'ssh',
        userName: 'gatehouse',
        user: 'creates',
        afterSignOut: 'delete',
        asked: 'gatehouse',
        signedIn: [],
        createdAt: '2030-01-01T00:00:00.000Z',
        expiresAt: '2030-01-01T00:10:00.000Z',
        binding: { kind: 'yours', grantId: 'g1' },
        state: 'pending',
        remainingMs: 600_000,
        triesLeft: 3,
        digest: 'a'.repeat(43),
        ...more,
      })
      return code.text
    },
    change(number, more) {
      const { id: challengeId } = codeOf(id, number)
      held.set(challengeId, { ...get(challengeId), ...more })
    },
  }
}

export function challengeWorld(gateways: readonly FakeGateway[], others: readonly Provider[] = []) {
  let nowMs = 1_000_000
  const events: ConsoleEvent[] = []
  const told: Challenge[] = []
  let rings = 0
  const providers = createProviders([...others, ...gateways.map(({ provider }) => provider)])
  const challenges = createChallenges({
    providers,
    clock: { now: () => nowMs, monotonicMs: () => nowMs },
    log: { warn: () => undefined },
    readCode,
    clean: foreignText,
    machineName: (machineId) => (machineId.endsWith(':m1') ? 'web-1' : undefined),
    notify: (challenge) => told.push(challenge),
    record: (event) => events.push(event),
    changed: () => void (rings += 1),
  })
  onTestFinished(() => challenges.close())
  const { handlers } = challenges
  return {
    providers,
    challenges,
    handlers,
    events,
    told,
    rings: () => rings,
    later: (ms: number) => void (nowMs += ms),
    list: async () => (await handlers['challenges.list']({})).challenges,
    async read(...texts: string[]): Promise<Output<'challenges.read'>['results']> {
      return (await handlers['challenges.read']({ texts, foundIn: 'typed' })).results
    },
    /** The challenge behind a text that has to be one. */
    async challenge(text: string, foundIn: Challenge['foundIn'] = 'typed', machineId?: string): Promise<Challenge> {
      const [result] = (await handlers['challenges.read']({ texts: [text], foundIn, ...(machineId !== undefined && { machineId }) }))
        .results
      if (!result?.ok) throw new Error(`no challenge: ${result?.why}`)
      return result.challenge
    },
    decide: (challenge: Challenge, decision: 'approve' | 'deny' | 'report' = 'approve', number: string | undefined = '47') =>
      Promise.resolve(
        handlers['challenges.decide']({
          ref: challenge.ref,
          decision,
          digest: challenge.digest,
          ...(decision === 'approve' && number !== undefined && { number }),
        }),
      ),
  }
}
