/** Asking for access: what is asked for together of one policy is one request of Azure, and each machine has an answer of its own. */
import { CallError } from '../../callError.ts'
import { toMs } from '../isoDuration.ts'
import type { GrantRequest, ProviderGrant } from '../provider.ts'
import { rulesOf, type Membership } from './derive.ts'
import type { Initiate, Initiated, Wanted } from './initiate.ts'
import { inTurns } from './inTurns.ts'
import { judgeRequest } from './judge.ts'
import type { Launch, Launches } from './launches.ts'
import type { Locks } from './locks.ts'
import type { Planned, Planner } from './planning.ts'
import type { Policies } from './policies.ts'
import { consoleId, placeOf, policyKey } from './resourceId.ts'
import { sourceOf } from './windows.ts'

export interface Requests {
  /** An answer for each, in the same order. Never rejects. */
  request(requests: readonly GrantRequest[]): Promise<(ProviderGrant | CallError)[]>
  /** Asks again for what a launch has, for longer. Throws CallError. */
  extend(launch: Launch, byMs: number): Promise<ProviderGrant>
}

type Plan = Planned & { index: number }

const policiesAtOnce = 4

export function createRequests(deps: {
  id: string
  plan: Planner
  policies: Pick<Policies, 'of'>
  locks: Locks
  initiate: Initiate
  launches: Launches
  /** Azure's time. */
  now: () => number
  myAddress: () => string
  toGrant: (launch: Launch) => ProviderGrant
  /** What Azure said of this computer and this person, where it was asked about no other source. */
  seen: (told: { requestor: string; address: string | undefined }) => void
}): Requests {
  const { id, plan, policies, locks, initiate, launches, now, myAddress, toGrant, seen } = deps
  const byKey = new Map<string, string>()

  function toLaunch({ request, machine, membership }: Plan, initiated: Initiated): Launch {
    const { machineId, ports, reason, source, durationMs } = request
    const effective = sourceOf(initiated.ports) || (source ?? '')
    seen({ requestor: initiated.requestor, address: source === undefined ? effective : undefined })
    return {
      id: initiated.windowId,
      machineId,
      machine,
      ref: membership.ref,
      ports,
      reason,
      askedSource: source,
      source: effective,
      durationMs,
      requestedAtMs: initiated.startMs,
      endMs: initiated.endMs,
      windowId: initiated.windowId,
      replaced: new Set(),
      state: 'opening',
      firewall: membership.machine.publicIpAddress,
      window: {
        id: initiated.windowId,
        ref: membership.ref,
        machine: membership.machine,
        request: { virtualMachines: [], startTimeUtc: new Date(initiated.startMs).toISOString(), requestor: initiated.requestor },
        ports: initiated.ports,
        startMs: initiated.startMs,
        endMs: initiated.endMs,
      },
    }
  }

  function launch(one: Plan, initiated: Initiated): ProviderGrant {
    const known = launches.get(initiated.windowId)
    const made = known ?? toLaunch(one, initiated)
    if (!known) launches.take(made)
    byKey.set(one.request.idempotencyKey, made.id)
    return toGrant(made)
  }

  /** The plans of one policy with one reason. */
  function ask(plans: readonly Plan[], results: (ProviderGrant | CallError)[]): Promise<void> {
    const ref = plans[0]?.membership.ref
    if (!ref) return Promise.resolve()
    return locks(policyKey(ref), async () => {
      const atMs = now()
      const fresh: { plan: Plan; wanted: Wanted }[] = []
      for (const one of plans) {
        try {
          const before = launches.get(byKey.get(one.request.idempotencyKey) ?? '')
          const wanted = wantedOf(one, atMs + one.request.durationMs)
          const earlier = before ? undefined : await initiate.earlier(ref, wanted)
          if (before) results[one.index] = toGrant(before)
          else if (earlier) results[one.index] = launch(one, earlier)
          else fresh.push({ plan: one, wanted })
        } catch (error) {
          results[one.index] = toCallError(id, error)
        }
      }
      if (fresh.length === 0) return
      try {
        const initiated = await initiate.send(
          ref,
          fresh.map(({ wanted }) => wanted),
        )
        for (const [place, { plan: one }] of fresh.entries()) {
          const got = initiated[place]
          if (got) results[one.index] = launch(one, got)
        }
      } catch (error) {
        const known = withAllowed(toCallError(id, error), fresh)
        for (const { plan: one } of fresh) results[one.index] = known
      }
    })
  }

  return {
    async request(requests) {
      const results: (ProviderGrant | CallError)[] = []
      const planned = await inTurns(requests.entries(), 8, async ([index, request]) => {
        try {
          return { index, ...(await plan(request)) }
        } catch (error) {
          results[index] = toCallError(id, error)
          return undefined
        }
      })
      const groups = Map.groupBy(
        planned.filter((one) => one !== undefined),
        // A machine that is named twice is asked for twice.
        ({ membership, request, machine, index }) =>
          [
            policyKey(membership.ref),
            request.reason,
            requests.filter(({ machineId }) => machineId === request.machineId).length > 1 ? `${placeOf(machine.id)} ${index}` : '',
          ].join('\n'),
      )
      await inTurns(groups.values(), policiesAtOnce, (plans) => ask(plans, results))
      return requests.map((_, index) => results[index] ?? new CallError({ tag: 'badAnswer', provider: id }))
    },
    async extend(before, byMs) {
      const leftMs = Math.max(0, before.endMs - now())
      const durationMs = leftMs + byMs
      const memberships = policies.of(before.machine.id)
      const membership = memberships.find(({ ref }) => policyKey(ref) === policyKey(before.ref))
      if (!membership) throw new CallError({ tag: 'grantEnded', reason: 'policyChanged' })
      const source = before.askedSource
      const request: GrantRequest = {
        idempotencyKey: consoleId('extend', before.windowId, String(byMs)),
        machineId: before.machineId,
        ports: [...before.ports],
        durationMs,
        reason: before.reason,
        ...(source !== undefined && { source }),
      }
      const refusal = judgeRequest(request, membership, myAddress())
      if (refusal) throw refusal
      const one: Plan = { index: 0, request, machine: before.machine, membership }
      return locks(policyKey(before.ref), async () => {
        const wanted = { ...wantedOf(one, before.endMs > now() ? before.endMs + byMs : now() + byMs), grantId: before.id }
        const initiated = (await initiate.earlier(before.ref, wanted)) ?? (await initiate.send(before.ref, [wanted]))[0]
        if (!initiated) throw new CallError({ tag: 'badAnswer', provider: id })
        before.replaced.add(before.windowId)
        const next = toLaunch(one, initiated)
        Object.assign(before, {
          windowId: next.windowId,
          window: next.window,
          endMs: next.endMs,
          durationMs: before.durationMs + byMs,
          state: before.state === 'open' ? 'open' : 'opening',
        })
        launches.watchAgain(before)
        return toGrant(before)
      })
    },
  }
}

function wantedOf({ request, membership }: Plan, endMs: number): Wanted {
  const { idempotencyKey, machineId, ports, source, durationMs, reason } = request
  const digest = consoleId(machineId, [...ports].sort((a, b) => a - b).join(','), source ?? '', String(durationMs), reason)
  const endTimeUtc = new Date(endMs).toISOString()
  return { key: idempotencyKey, digest, machineId, resourceId: membership.machine.id, ports, source, reason, endTimeUtc }
}

/** What the policy allows, for the words of a refusal that Azure gave. */
function withAllowed(error: CallError, fresh: readonly { plan: Plan }[]): CallError {
  const { failure } = error
  if (failure.tag !== 'notAllowed' || failure.part !== 'source' || failure.allowed !== '') return error
  const sources = fresh.flatMap(({ plan }) => rulesOf([plan.membership]).flatMap((rule) => rule.sources))
  return new CallError({ ...failure, allowed: [...new Set(sources)].join(', ') }, { cause: error.cause })
}

/** One machine's answer is its own, whatever became of the others. */
function toCallError(id: string, error: unknown): CallError {
  return error instanceof CallError ? error : new CallError({ tag: 'badAnswer', provider: id }, { cause: error })
}

/** The latest end that the policy allows from now on. */
export function longestEndMs(membership: Membership, ports: readonly number[], nowMs: number): number {
  const rules = rulesOf([membership]).filter(({ port }) => ports.includes(port))
  return rules.length === 0 ? nowMs : nowMs + Math.min(...rules.map(({ maxDuration }) => toMs(maxDuration)))
}
