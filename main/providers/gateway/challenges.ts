/** Sign-in challenges of one gateway: looked up by their codes, decided by a signature of this console's key (gateway/contract/challenges.ts). */
import { fromBase32, toBase32 } from '../../../gateway/contract/base32.ts'
import { decodeChallenge, type ChallengeCode } from '../../../gateway/contract/challengeCode.ts'
import { Challenge, Enrolment, SignIns, type DecisionClaims } from '../../../gateway/contract/challenges.ts'
import { displayDigest } from '../../../gateway/contract/displayDigest.ts'
import type { ProviderChallenge, ProviderChallenges } from '../provider.ts'
import type { createClient } from './client.ts'
import type { Device } from './device.ts'

const about = { what: 'challenge' } as const
const markBytes = 8

/** What a text that was read is: a code, a short one (without gateway and nonce), `damaged`, or undefined: no challenge at all. */
export function readCode(text: string): { gateway?: string; id: string; nonce?: string } | 'damaged' | undefined {
  const code: ChallengeCode | 'damaged' | undefined = decodeChallenge(text)
  if (code === undefined || code === 'damaged') return code
  const { challengeId: id, gateway, nonce } = code
  return { id, ...(gateway !== undefined && { gateway }), ...(nonce !== undefined && { nonce }) }
}

/** `device`: this console's key at the gateway. `now`: the gateway's time in milliseconds, for a signature. */
export function createGatewayChallenges(
  ask: ReturnType<typeof createClient>,
  known: { fingerprint: string; device: () => Promise<Device>; now: () => number },
): ProviderChallenges {
  const { fingerprint, device, now } = known
  return {
    mark: markOf(fingerprint),
    async lookUp({ id, nonce }) {
      const body = { challengeId: id, ...(nonce !== undefined && { nonce }) }
      return toChallenge(await ask(Challenge, { method: 'POST', path: '/v1/challenges/lookup', body, about }))
    },
    async get(id) {
      return toChallenge(await ask(Challenge, { method: 'GET', path: pathOf(id), about }))
    },
    async decide(id, { decision, digest, number }) {
      const claims: DecisionClaims = {
        gateway: fingerprint,
        challenge: id,
        displayed: digest,
        decision,
        ...(number !== undefined && { number }),
        iat: Math.floor(now() / 1000),
      }
      const body = { signature: await (await device()).decide(claims) }
      return toChallenge(await ask(Challenge, { method: 'POST', path: `${pathOf(id)}/decision`, body, about }))
    },
    async enrol(machineId) {
      return ask(Enrolment, { method: 'POST', path: `${machinePath(machineId)}/enrolment`, about: { what: 'machine', machineId } })
    },
    async signIns(machineId) {
      const { signIns } = await ask(SignIns, {
        method: 'GET',
        path: `${machinePath(machineId)}/sign-ins`,
        about: { what: 'machine', machineId },
      })
      return signIns.map(withoutUndefined)
    },
  }
}

const pathOf = (id: string) => `/v1/challenges/${encodeURIComponent(id)}`
const machinePath = (machineId: string) => `/v1/machines/${encodeURIComponent(machineId)}`

/** A fingerprint is the whole digest of the key, and the mark its first bytes (gateway/contract/challengeCode.ts). */
function markOf(fingerprint: string): string {
  const digest = fromBase32(fingerprint.replaceAll('-', ''))
  if (digest === undefined) throw new TypeError('this is no fingerprint of a gateway')
  return toBase32(digest.subarray(0, markBytes))
}

function toChallenge({ display, state, remainingMs, triesLeft, noApproval, decidedBy }: Challenge): ProviderChallenge {
  const { binding, from, terminal, ...shown } = display
  return {
    ...shown,
    ...(from !== undefined && { from }),
    ...(terminal !== undefined && { terminal }),
    binding: withoutUndefined(binding),
    state,
    remainingMs,
    triesLeft,
    ...(noApproval !== undefined && { noApproval }),
    ...(decidedBy !== undefined && { decidedBy }),
    digest: displayDigest(display),
  }
}

/** zod's optional keys may be there as undefined; ours are absent. */
function withoutUndefined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same keys with the same values, but for the absent ones
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>
  }
}
