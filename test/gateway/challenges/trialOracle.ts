/** What APR-1 to APR-5 and RFC 10027 say of an approval, in words of their own: no code of the gateway's is asked. */
import type { Challenge, CreatedChallenge } from '../../../gateway/contract/challenges.ts'
import type { JitAdmin } from '../../../gateway/contract/policies.ts'
import type { Agent, Person, SignInBench } from './signInBench.ts'

/** `session`: one's own open session is wanted; `fourEyes`: a colleague's, and the approver has none. */
type Rule = 'session' | 'noSession' | 'fourEyes'

export interface Place {
  agent: Agent
  rule: Rule
  settings: JitAdmin
  /** Counts the changes of what is displayed of it. */
  version: number
}

export interface World {
  bench: SignInBench
  people: Person[]
  places: Place[]
  /** Who approved or burned something, and when: five in ten minutes are the most. */
  counted: { name: string; atMs: number; signature?: string }[]
  lastSignature: string | undefined
}

export interface Scene {
  world: World
  place: Place
  created: CreatedChallenge
  createdAtMs: number
  /** Who has an open session to the machine, and by which grant. */
  open: Map<string, string>
  isPending: boolean
  triesLeft: number
}

/** What somebody saw, and how things were then. */
export interface Seen {
  person: Person
  challenge: Challenge
  version: number
  binding: string
}

const minuteMs = 60_000

export const mayAsk = ({ roles }: Person): boolean => roles.includes('requester')
export const mayApprove = ({ roles }: Person): boolean => roles.includes('approver')

/** `isGenuine`: signed by this person's key, for this challenge, gateway, time and display. */
export function mayCount(scene: Scene, seen: Seen, isGenuine: boolean, isRight: boolean): boolean {
  const { world, place, open } = scene
  const nowMs = world.bench.clock.now()
  const { person } = seen
  const name = person.technician
  const isUnchanged = seen.version === place.version && seen.binding === bindingOf(scene, person)
  const recent = world.counted.filter((one) => one.name === name && one.atMs > nowMs - 10 * minuteMs).length
  const isAllowed = place.rule === 'fourEyes' ? mayApprove(person) && !open.has(name) : mayAsk(person)
  const hasSession = place.rule === 'noSession' || (place.rule === 'fourEyes' ? open.size > 0 : open.has(name))
  const isInTime = nowMs < scene.createdAtMs + 10 * minuteMs
  return scene.isPending && isInTime && isGenuine && isRight && isUnchanged && isAllowed && hasSession && recent < 5
}

export function bindingOf({ place, open }: Scene, { technician }: Person): string {
  const own = open.get(technician)
  if (own !== undefined) return `yours ${own}`
  const [other] = open.values()
  return place.rule === 'fourEyes' && other !== undefined ? `colleague ${other}` : 'none'
}

export async function look(scene: Scene, person: Person): Promise<Seen> {
  const challenge = await scene.world.bench.look(person, scene.created.id)
  return { person, challenge, version: scene.place.version, binding: bindingOf(scene, person) }
}

export function at<Value>(list: readonly Value[], index: number): Value {
  const value = list[index]
  if (value === undefined) throw new Error('out of range')
  return value
}
