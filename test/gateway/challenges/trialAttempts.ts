/** Ways to approve, of which most must not count. */
import type { DecisionClaims } from '../../../gateway/contract/challenges.ts'
import { displayDigest } from '../../../gateway/contract/displayDigest.ts'
import type { Asked } from '../gatewayFixture.ts'
import { fingerprint, otherThan } from './signInBench.ts'
import type { Person } from './signInBench.ts'
import { mayCount } from './trialOracle.ts'
import type { Scene, Seen } from './trialOracle.ts'

export const attempts = [
  'wrongNumber',
  'otherKey',
  'otherGateway',
  'otherChallenge',
  'old',
  'replayed',
  'altered',
  'noNumber',
  'again',
  'race',
] as const
type Attempt = 'good' | (typeof attempts)[number]

interface Attempted {
  asked: Asked
  may: boolean
  isRace: boolean
}

export async function decide(scene: Scene, attempt: Attempt, seen: Seen, seenBySecond: Seen): Promise<Attempted[]> {
  const { world, created } = scene
  const { person } = seen
  const claims: DecisionClaims = {
    gateway: fingerprint,
    challenge: created.id,
    displayed: displayDigest(seen.challenge.display),
    decision: 'approve',
    number: created.number,
    iat: Math.floor(world.bench.clock.now() / 1000),
  }
  const attempted = async (changed: Partial<DecisionClaims>, isGenuine: boolean, isRight = true): Promise<Attempted[]> => {
    const may = mayCount(scene, seen, isGenuine, isRight)
    return [{ asked: await send(scene, person, await person.device.decide({ ...claims, ...changed })), may, isRace: false }]
  }
  switch (attempt) {
    case 'good':
      return await attempted({}, true)
    case 'wrongNumber':
      return await attempted({ number: otherThan(created.number) }, true, false)
    case 'otherGateway':
      return await attempted({ gateway: fingerprint.toLowerCase() }, false)
    case 'otherChallenge':
      return await attempted({ challenge: 'ABCDEFGHIJKLMNOP' }, false)
    case 'old':
      return await attempted({ iat: claims.iat - 120 }, false)
    case 'altered':
      return await attempted({ displayed: displayDigest({ ...seen.challenge.display, userName: 'somebody' }) }, false)
    case 'noNumber': {
      const { number: _, ...rest } = claims
      return [{ asked: await send(scene, person, await person.device.decide(rest)), may: false, isRace: false }]
    }
    case 'otherKey': {
      const other = seenBySecond.person
      const may = mayCount(scene, seen, other === person, true)
      return [{ asked: await send(scene, person, await other.device.decide(claims)), may, isRace: false }]
    }
    case 'replayed':
      return world.lastSignature === undefined ? [] : [{ asked: await send(scene, person, world.lastSignature), may: false, isRace: false }]
    case 'again': {
      const may = mayCount(scene, seen, true, true)
      const signature = await person.device.decide(claims)
      const first = await send(scene, person, signature)
      // The answer to the first may have been lost: the same answer, and no second approval.
      const again = await send(scene, person, signature)
      return [{ asked: first, may, isRace: false }, ...(again.status === first.status ? [] : [{ asked: again, may: false, isRace: false }])]
    }
    case 'race': {
      const other = seenBySecond
      const theirs = { ...claims, displayed: displayDigest(other.challenge.display), iat: claims.iat - 1 }
      const may = [mayCount(scene, seen, true, true), mayCount(scene, other, true, true)] as const
      const both = await Promise.all([
        send(scene, person, await person.device.decide(claims)),
        send(scene, other.person, await other.person.device.decide(theirs)),
      ])
      const isRace = may[0] && may[1]
      return [
        { asked: both[0], may: may[0], isRace },
        { asked: both[1], may: may[1], isRace },
      ]
    }
  }
}

async function send({ world, created }: Scene, person: Person, signature: string): Promise<Asked> {
  const path = `/v1/challenges/${created.id}/decision`
  const asked = await world.bench.ask('POST', path, { signature }, { caller: person })
  const isCounted = world.counted.some((one) => one.signature === signature)
  if (asked.status === 200 && !isCounted) {
    world.counted.push({ name: person.technician, atMs: world.bench.clock.now(), signature })
    world.lastSignature = signature
  }
  return asked
}
