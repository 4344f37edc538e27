/**
 * Random people ask a real gateway for random access under random policies, and an oracle that knows only the words of POL-1 to POL-6 says what each
 * may have. What the gateway lets through and the oracle does not is a hole; the other way round it is a refusal without a reason.
 */
import { randomUUID } from 'node:crypto'
import type { Caller, MachineInput, PortRule, Role } from '../../gateway/api.ts'
import { Grant, MachinesAdded } from '../../gateway/api.ts'
import type { PolicySettings } from '../../gateway/contract/policies.ts'
import { createGateway } from '../../gateway/server.ts'
import { movableClock, tcpRule } from './gatewayFixture.ts'

const roles: readonly Role[] = ['viewer', 'requester', 'approver', 'policyAdmin', 'gatewayAdmin']
const asks: readonly Role[] = ['requester', 'gatewayAdmin']
const decides: readonly Role[] = ['approver', 'gatewayAdmin']
const ports = [22, 443, 3389]
const hours = [1, 2, 4]
const sites = ['', 'A', 'A / B', 'A / B / C', 'D']
const sources = [[], ['127.0.0.0/8'], ['10.0.0.0/8']]
const systems = ['linux', 'windows'] as const
const approvers = { automatic: 0, oneApprover: 1, twoApprovers: 2 } as const
/** After so many requests policy is another one. */
const requestsPerPolicy = 40

type Levels = Map<string, PolicySettings>
interface Target {
  id: string
  os: MachineInput['os']
  site: string
}

export interface AccessVerdict {
  trials: number
  /** What was let through against policy, in words. */
  holes: string[]
  /** What was refused although policy allows it. */
  needless: string[]
  /** How many were let through: a gateway that refuses everything proves nothing. */
  granted: number
}

/** `seed` makes the same run again. `dataFolder` is the gateway's own. */
export async function tryAccess(trials: number, seed: number, dataFolder: string): Promise<AccessVerdict> {
  const draw = drawer(seed)
  const gateway = await createGateway({ dataFolder, clock: movableClock(), throughGate: () => openGate })
  const admin: Caller = { technician: 'root of trust', roles: ['gatewayAdmin'], address: '127.0.0.1' }
  const people = roles.flatMap((role, index) => [
    { technician: `p${index}`, roles: [role], address: '127.0.0.1' },
    { technician: `q${index}`, roles: [role, draw.one(roles)], address: '127.0.0.1' },
  ])
  const verdict: AccessVerdict = { trials, holes: [], needless: [], granted: 0 }

  async function ask(
    caller: Caller,
    method: string,
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<{ status: number; body: unknown }> {
    const headers = { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) }
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await gateway.fetch(new Request(`https://gateway.internal${path}`, init), caller)
    return { status: response.status, body: await response.json() }
  }

  const places = sites.flatMap((site) => systems.map((os) => ({ site, os })))
  const inputs = places.map(({ site, os }, index) => ({ name: `m${index}`, address: `10.0.0.${index + 1}`, os, site, tags: [] }))
  const added = MachinesAdded.parse((await ask(admin, 'POST', '/v1/machines', { machines: inputs })).body).machines
  const targets = places.map((place, index): Target => ({ ...place, id: added[index]?.id ?? '' }))
  const names = [
    'company',
    ...sites.filter((site) => site !== '').map((site) => `site:${site}`),
    ...targets.slice(0, 4).map(({ id }) => `machine:${id}`),
  ]
  const levels: Levels = new Map()
  const versions = new Map<string, number>()

  async function newPolicy(): Promise<void> {
    for (const name of [names[0] ?? '', draw.one(names), draw.one(names)]) {
      const settings = drawSettings(draw, name.startsWith('machine:'), people)
      const path = `/v1/policies/${encodeURIComponent(name)}`
      const { status, body } = await ask(admin, 'PUT', path, { settings, version: versions.get(name) ?? 0 })
      if (status !== 200) throw new Error(`a policy was refused: ${JSON.stringify(body)}`)
      levels.set(name, settings)
      versions.set(name, Number(JSON.stringify(body).match(/"version":(\d+)/)?.[1] ?? 0))
    }
  }

  for (let trial = 0; trial < trials; trial += 1) {
    if (trial % requestsPerPolicy === 0) await newPolicy()
    const target = draw.one(targets)
    const person = draw.one(people)
    const wanted = { machineId: target.id, ports: [draw.one(ports)], duration: `PT${draw.one(hours)}H`, reason: '' }
    const approving = [draw.one(people), draw.one(people)]
    const answer = await ask(person, 'POST', '/v1/grants', wanted, randomUUID())
    let grant = answer.status === 201 ? Grant.parse(answer.body) : undefined
    const id = grant?.id
    for (const approver of approving) {
      if (grant?.state !== 'requested') break
      const decided = await ask(approver, 'POST', `/v1/grants/${id}/decision`, { decision: 'approve' })
      if (decided.status === 200) grant = Grant.parse(decided.body)
    }
    const isIn = grant?.state === 'open'
    const may = allows(levels, target, person, Number(wanted.ports[0]), Number(wanted.duration.slice(2, -1)), approving)
    if (isIn) verdict.granted += 1
    if (isIn && !may) verdict.holes.push(JSON.stringify({ trial, person, approving, wanted, target, levels: [...levels] }))
    if (!isIn && may) verdict.needless.push(JSON.stringify({ trial, person, approving, wanted, answer, target, levels: [...levels] }))
    if (id !== undefined) await ask(admin, 'POST', `/v1/grants/${id}/release`, { why: 'released' })
  }
  await gateway.close()
  return verdict
}

/** The gates are not what is asked about here. */
const openGate: Parameters<NonNullable<Parameters<typeof createGateway>[0]['throughGate']>>[0] = {
  open: ({ ports: wanted }) => Promise.resolve(wanted.map((port) => ({ port, address: '127.0.0.1', connectPort: port }))),
  close: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  traffic: () => undefined,
}

/** Written from the words of the requirements, without anything of the gateway's. */
function allows(
  levels: Levels,
  { id, os, site }: Target,
  person: Caller,
  port: number,
  windowHours: number,
  approving: readonly Caller[],
): boolean {
  const parts = site === '' ? [] : site.split(' / ')
  const way = [`machine:${id}`, ...parts.map((_, index) => `site:${parts.slice(0, parts.length - index).join(' / ')}`), 'company']
  function nearest<Value>(read: (settings: PolicySettings) => Value | undefined): Value | undefined {
    return way.map((level) => levels.get(level)).flatMap((settings) => (settings && read(settings)) ?? [])[0]
  }
  if (!person.roles.some((role) => asks.includes(role))) return false
  const lists = way.map((level) => levels.get(level)?.rules).map((rules) => rules?.[os] ?? rules?.default)
  const rule = lists.find((list) => list !== undefined)?.find((one) => one.port === port)
  if (rule === undefined || rule.sources.includes('10.0.0.0/8')) return false
  const longest = Math.min(
    ...[rule.maxDuration, nearest((settings) => settings.maxDuration) ?? 'PT9H'].map((text) => Number(text.slice(2, -1))),
  )
  if (windowHours > longest) return false
  const allowed = nearest((settings) => settings.allowed) ?? {}
  const isNamed =
    allowed.people?.includes(person.technician) === true || allowed.roles?.some((role) => person.roles.includes(role)) === true
  if ((allowed.people !== undefined || allowed.roles !== undefined) && !isNamed) return false
  const others = approving.filter(
    ({ technician, roles: has }) => technician !== person.technician && has.some((role) => decides.includes(role)),
  )
  return new Set(others.map(({ technician }) => technician)).size >= approvers[nearest((settings) => settings.approval) ?? 'automatic']
}

function drawSettings(draw: ReturnType<typeof drawer>, isMachine: boolean, people: readonly Caller[]): PolicySettings {
  const rules = (): PortRule[] =>
    ports.filter(() => draw.chance(0.7)).map((port) => tcpRule(port, `PT${draw.one(hours)}H`, [...draw.one(sources)]))
  const byOs = { default: rules(), ...(!isMachine && draw.chance(0.5) && { [draw.one(systems)]: rules() }) }
  const allowed = {
    ...(draw.chance(0.6) && { roles: roles.filter(() => draw.chance(0.4)) }),
    ...(draw.chance(0.6) && { people: people.filter(() => draw.chance(0.3)).map(({ technician }) => technician) }),
  }
  return {
    ...(draw.chance(0.6) && { rules: byOs }),
    ...(draw.chance(0.4) && { approval: draw.one(['automatic', 'oneApprover', 'twoApprovers'] as const) }),
    ...(draw.chance(0.3) && { maxDuration: `PT${draw.one(hours)}H` }),
    ...(draw.chance(0.3) && { allowed }),
  }
}

/** A small generator (mulberry32), so that a run can be made again. */
function drawer(seed: number) {
  let state = seed
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    chance: (part: number): boolean => next() < part,
    one<Value>(of: readonly Value[]): Value {
      const value = of[Math.floor(next() * of.length)]
      if (value === undefined) throw new Error('nothing to draw from')
      return value
    },
  }
}
