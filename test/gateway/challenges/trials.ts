/**
 * Random sign-ins at a real gateway, with everything that must not lead to an approval: replays, late and forged decisions, wrong numbers, codes of
 * machines without a session, details that changed, two who decide at once, restarts. An oracle that knows only the words of APR-1 to APR-5 and of
 * RFC 10027 says which approvals may count. What the gateway takes and the oracle does not is a hole; the other way round, a refusal without a reason.
 */
import * as fc from 'fast-check'
import { Grant } from '../../../gateway/api.ts'
import { AgentChallenge, CreatedChallenge } from '../../../gateway/contract/challenges.ts'
import type { Asked } from '../gatewayFixture.ts'
import { jitAdmin, onePort, openSignInBench, otherThan } from './signInBench.ts'
import type { Person } from './signInBench.ts'
import { attempts, decide } from './trialAttempts.ts'
import { at, bindingOf, look, mayAsk, mayCount } from './trialOracle.ts'
import type { Place, Scene, Seen, World } from './trialOracle.ts'

export interface Verdict {
  trials: number
  /** What was taken and must not be, in words. */
  holes: string[]
  needless: string[]
  /** A gateway that refuses everything proves nothing. */
  approved: number
}

const sessions = ['own', 'own', 'other', 'elsewhere', 'none'] as const
const events = [
  'nothing',
  'renamed',
  'released',
  'expired',
  'almostExpired',
  'denied',
  'cancelled',
  'burned',
  'oneWrong',
  'restarted',
  'policyOff',
] as const

const trial = fc.record({
  who: fc.nat(3),
  second: fc.nat(3),
  where: fc.nat(3),
  session: fc.constantFrom(...sessions),
  between: fc.oneof({ weight: 3, arbitrary: fc.constant('nothing' as const) }, { weight: 2, arbitrary: fc.constantFrom(...events) }),
  attempt: fc.oneof({ weight: 1, arbitrary: fc.constant('good' as const) }, { weight: 2, arbitrary: fc.constantFrom(...attempts) }),
  /** Whether time passes until the next one. */
  pauses: fc.integer({ min: 1, max: 20 }).map((dice) => dice === 1),
})
type Trial = typeof trial extends fc.Arbitrary<infer Value> ? Value : never

export async function tryChallenges(trials: number, seed: number): Promise<Verdict> {
  const world = await makeWorld()
  const verdict: Verdict = { trials, holes: [], needless: [], approved: 0 }
  try {
    for (const [index, one] of fc.sample(trial, { numRuns: trials, seed }).entries()) {
      const said = await follow(world, one)
      verdict.approved += said.approved
      for (const text of said.holes) verdict.holes.push(`${seed}/${index} ${text} ${JSON.stringify(one)}`)
      for (const text of said.needless) verdict.needless.push(`${seed}/${index} ${text} ${JSON.stringify(one)}`)
    }
    return verdict
  } finally {
    await world.bench.close()
  }
}

async function makeWorld(): Promise<World> {
  const bench = await openSignInBench()
  const people = [
    await bench.person('Ana', ['requester']),
    await bench.person('Ben', ['requester', 'approver']),
    await bench.person('Cleo', ['approver']),
    await bench.person('Dov', ['requester']),
  ]
  const places: Place[] = []
  for (const rule of ['session', 'session', 'noSession', 'fourEyes'] as const) {
    const agent = await bench.agent({ name: `m${places.length}` })
    const settings = { ...jitAdmin, ...(rule === 'noSession' && { withoutSession: 'allow' as const }) }
    const patch = { jitAdmin: settings, ...(rule === 'fourEyes' && { approval: 'oneApprover' as const }) }
    await bench.policy(patch, `machine:${agent.id}`)
    places.push({ agent, rule, settings, version: 0 })
  }
  return { bench, people, places, counted: [], lastSignature: undefined }
}

async function follow(world: World, one: Trial): Promise<{ approved: number; holes: string[]; needless: string[] }> {
  const said = { approved: 0, holes: new Array<string>(), needless: new Array<string>() }
  const { bench } = world
  const person = at(world.people, one.who)
  const second = at(world.people, one.second)
  const place = at(world.places, one.where)
  const open = new Map<string, string>()
  const grants: string[] = []
  const session = async (who: Person, where: Place): Promise<void> => {
    const id = mayAsk(who) ? await grantTo(world, who, where) : undefined
    if (id !== undefined) grants.push(id)
    if (id !== undefined && where === place) open.set(who.technician, id)
  }
  if (one.session === 'own') await session(person, place)
  if (one.session === 'other') await session(second, place)
  if (one.session === 'elsewhere') await session(person, at(world.places, (one.where + 1) % world.places.length))
  const createdAtMs = bench.clock.now()
  const created = CreatedChallenge.parse((await bench.tryCreate(place.agent)).body)
  const scene: Scene = { world, place, created, createdAtMs, open, isPending: true, triesLeft: 3 }
  const seen = await look(scene, person)
  const seenBySecond = await look(scene, second)
  if (seen.challenge.display.binding.kind !== bindingOf(scene, person).split(' ')[0]) said.holes.push('another binding is displayed')
  await happen(scene, one.between, seen, second)
  for (const { asked, may, isRace } of await decide(scene, one.attempt, seen, seenBySecond)) {
    if (asked.status === 200) said.approved += 1
    if (asked.status === 200 && !may) said.holes.push('approved')
    // Of two at once only one can be first.
    if (asked.status !== 200 && may && !isRace) said.needless.push(JSON.stringify(asked.body))
  }
  if (said.approved > 1) said.holes.push('approved twice')
  await judgeMachine(scene, said)
  for (const id of grants) await bench.ask('POST', `/v1/grants/${id}/release`, { why: 'released' })
  if (one.pauses) bench.clock.moveWall(11 * 60_000)
  return said
}

/** What the machine hears has to be what was decided; and then it is cleared away. */
async function judgeMachine({ world: { bench }, place, created }: Scene, said: { approved: number; holes: string[] }): Promise<void> {
  const { state, session } = AgentChallenge.parse((await bench.stateFor(place.agent, created.id)).body)
  const isLet = said.approved > 0
  if ((state === 'approved') !== isLet || (session !== undefined) !== isLet) said.holes.push(`the machine hears ${state}`)
  const started = await bench.tell(place.agent, created.id, 'started')
  if ((started.status === 200) !== isLet) said.holes.push(`begun: ${started.status}`)
  await bench.tell(place.agent, created.id, isLet ? 'ended' : 'cancelled')
}

async function grantTo({ bench }: World, who: Person, { agent }: Place): Promise<string> {
  const asked: Asked = await bench.request(agent.id, onePort, { caller: who })
  const { id, state } = Grant.parse(asked.body)
  if (state === 'requested') await bench.ask('POST', `/v1/grants/${id}/decision`, { decision: 'approve' })
  return id
}

async function happen(scene: Scene, event: Trial['between'], seen: Seen, second: Person): Promise<void> {
  const { world, place, created, open } = scene
  const { bench } = world
  switch (event) {
    case 'nothing':
      return
    case 'renamed': {
      place.version += 1
      const input = { name: `${place.rule}-${place.version}`, address: '127.0.0.1', os: 'linux', site: 'Berlin', tags: [] }
      const { id } = place.agent
      await bench.ask('PUT', `/v1/machines/${id}`, { ...input, name: `${input.name} ${id}` })
      return
    }
    case 'released': {
      const id = open.get(seen.person.technician)
      if (id !== undefined) await bench.ask('POST', `/v1/grants/${id}/release`, { why: 'released' })
      open.delete(seen.person.technician)
      return
    }
    case 'expired':
      bench.clock.moveWall(600_000)
      return
    case 'almostExpired':
      bench.clock.moveWall(590_000)
      return
    case 'denied':
      await bench.decide(second, await bench.look(second, created.id), 'deny')
      scene.isPending = false
      return
    case 'cancelled':
      await bench.tell(place.agent, created.id, 'cancelled')
      scene.isPending = false
      return
    case 'burned':
    case 'oneWrong':
      await typeWrong(scene, seen, event === 'burned' ? 3 : 1)
      return
    case 'restarted':
      await bench.restart()
      return
    case 'policyOff':
      await bench.policy({ jitAdmin: { ...place.settings, enabled: false } }, `machine:${place.agent.id}`)
      await bench.policy({ jitAdmin: place.settings }, `machine:${place.agent.id}`)
      scene.isPending = false
  }
}

async function typeWrong(scene: Scene, seen: Seen, times: number): Promise<void> {
  const { world, created } = scene
  for (let count = 0; count < times; count++) {
    const isTry = mayCount(scene, seen, true, true)
    await world.bench.decide(seen.person, seen.challenge, 'approve', otherThan(created.number))
    if (isTry) noteWrong(scene, seen.person)
  }
}

function noteWrong(scene: Scene, { technician: name }: Person): void {
  scene.triesLeft -= 1
  if (scene.triesLeft > 0) return
  scene.isPending = false
  scene.world.counted.push({ name, atMs: scene.world.bench.clock.now() })
}
