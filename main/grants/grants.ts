/** Asking for access, giving it back, having it longer: what the window's grant calls and a connect have in common. */
import type { Grant, Output } from '../../preload/contract.ts'
import { CallError } from '../callError.ts'
import type { HandlersOf } from '../dispatch.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import type { Providers } from '../providers/ids.ts'
import type { Provider } from '../providers/provider.ts'
import type { GrantsForSessions, MachineForSessions, MachinesForSessions, ReleaseReason } from '../sessions/needs.ts'
import { type Asked, createAsking } from './asking.ts'
import { createRequestKeys } from './keys.ts'
import { isOver, type LiveGrants } from './live.ts'
import { longestFor, openForOthers, optionsOf } from './options.ts'
import type { Releases } from './releases.ts'

/** How many machines of one click are asked for at the same time. */
const atOnce = 8

export interface Grants {
  readonly forSessions: GrantsForSessions
  readonly handlers: HandlersOf<'grants'>
  /** When everything is written. */
  settled(): Promise<void>
}

export function createGrants(deps: {
  providers: Providers
  live: LiveGrants
  releases: Pick<Releases, 'add'>
  machines: Pick<MachinesForSessions, 'get' | 'choices' | 'choose'>
  folder: string
  clock: Clock
  log: Log
}): Grants {
  const { providers, live, releases, machines, folder, clock, log } = deps
  const keys = createRequestKeys(folder, clock, log)
  const ready = live.refresh()
  const asking = createAsking({ providers, live, keys })

  /** The machines of a click whose system takes several at once, each with its answer on the way; what is not known is left to its own refusal. */
  async function askTogether(clickKey: string, all: readonly Asked[]): Promise<Map<Asked, Promise<Grant>>> {
    const groups = new Map<Provider, Asked[]>()
    const known = await Promise.all(all.map(({ machineId }) => machines.get(machineId).catch(() => undefined)))
    for (const [index, asked] of all.entries()) {
      if (!known[index]) continue
      const { provider } = providers.of(asked.machineId, 'machine')
      if (provider.requestTogether) groups.set(provider, [...(groups.get(provider) ?? []), asked])
    }
    const several = [...groups].filter(([, group]) => group.length > 1)
    return new Map(
      several.flatMap(([provider, group]) => {
        const answers = asking.requestTogether(clickKey, provider, group)
        return group.flatMap((asked, index) => {
          const answer = answers[index]
          return answer ? [[asked, answer] as const] : []
        })
      }),
    )
  }

  /** A choice that cannot be kept is no reason to call an open grant a failure, nor to wait for the disk. */
  function remember(machineId: string, durationMs: number): void {
    machines.choose(machineId, { durationMs }).catch((error: unknown) => log.warn({ err: error }, 'a choice could not be kept'))
  }

  async function release(grantId: string, why: ReleaseReason): Promise<Grant> {
    const { provider, id } = providers.of(grantId, 'grant')
    if (!provider.release) throw cannot()
    try {
      return live.take(provider, await provider.release(id, why))
    } catch (error) {
      const known = whenOffline(grantId, error)
      await releases.add(provider, id, why)
      return { ...known, releaseWaits: true }
    }
  }

  /** The grant as it was last told of; throws what it was given unless that is for want of a network. */
  function whenOffline(grantId: string, error: unknown): Grant {
    const known = live.list().find((grant) => grant.grantId === grantId)
    if (!known || !(error instanceof CallError) || error.failure.tag !== 'offline') throw error
    return known
  }

  async function get(grantId: string): Promise<Grant> {
    const { provider, id } = providers.of(grantId, 'grant')
    return live.take(provider, await provider.grant(id))
  }

  /** What was chosen last for the machine, as far as its rules allow it, else the most that they allow. */
  function usualDuration(machine: MachineForSessions, ports: readonly number[]): number {
    const { machineId, rules } = machine
    if (machine.unsupportedReason) throw new CallError({ tag: 'unsupported', machineId, reason: machine.unsupportedReason })
    if (rules.length === 0) throw new CallError({ tag: 'jitOff', machineId })
    const longest = longestFor(rules, ports)
    if (longest === undefined) throw new CallError({ tag: 'notAllowed', part: 'port', allowed: rules.map((rule) => rule.port).join(', ') })
    return Math.min(machines.choices(machineId).durationMs ?? longest, longest)
  }

  return {
    settled: () => keys.settled(),
    forSessions: {
      async request({ idempotencyKey, machineId, ports, durationMs, reason }) {
        const machine = await machines.get(machineId)
        return asking.request(idempotencyKey, {
          machineId,
          wish: { ports, durationMs: durationMs ?? usualDuration(machine, ports), reason },
        })
      },
      openGrantFor: (machineId, port) => live.own(machineId).find((grant) => grant.ports.includes(port) && (grant.remainingMs ?? 1) > 0),
      openingGrantFor: (machineId, port) => live.opening(machineId).find((grant) => grant.noRelease === true && grant.ports.includes(port)),
      get,
      release,
      onChanged: live.onChanged,
      onEnded: (listener) => live.onEnded(({ grantId, reason, leftOn }) => listener(grantId, reason, leftOn)),
    },
    handlers: {
      async 'grants.options'({ machineIds }) {
        const found = await Promise.all(machineIds.map((machineId) => machines.get(machineId)))
        const { provider } = providers.of(machineIds[0] ?? '', 'machine')
        const person = { technician: provider.technician, roles: provider.roles?.() }
        const windows = live.list()
        return {
          machines: found.map((machine) => ({
            ...optionsOf(machine, person),
            ...openForOthers(windows, machine.machineId, providers.of(machine.machineId, 'machine').provider.technician),
          })),
          ...(await provider.source()),
        }
      },
      async 'grants.request'({ idempotencyKey, machines: wanted, source, durationMs, reason }) {
        const all = wanted.map(({ machineId, ports }) => ({
          machineId,
          wish: { ports, durationMs, reason, ...(source !== undefined && { source }) },
        }))
        const together = await askTogether(idempotencyKey, all)
        const results = await inTurns(all, atOnce, async (asked) => {
          const { machineId } = asked
          const result = await orFailure(async () => {
            const mine = together.get(asked)
            if (mine) return mine
            await machines.get(machineId)
            return asking.request(idempotencyKey, asked)
          })
          if (result.ok) remember(machineId, durationMs)
          return { machineId, result }
        })
        return { results }
      },
      async 'grants.list'() {
        await ready
        return { grants: live.list() }
      },
      async 'grants.release'({ grantId }) {
        const before = await get(grantId).catch((error: unknown) => whenOffline(grantId, error))
        if (isOver(before)) return before
        return release(grantId, before.openedAt === undefined ? 'cancelled' : 'released')
      },
      async 'grants.decide'({ grantId, decision, reason }) {
        const { provider, id } = providers.of(grantId, 'grant')
        if (!provider.decide) throw cannot()
        return live.take(provider, await provider.decide(id, decision, reason ?? ''))
      },
      async 'grants.extend'({ grantId, byMs }) {
        const { provider, id } = providers.of(grantId, 'grant')
        if (!provider.extend) throw cannot()
        return live.take(provider, await provider.extend(id, byMs))
      },
    },
  }
}

function cannot(): CallError {
  return new CallError({ tag: 'notAllowed', part: 'permission', allowed: '' })
}

type RequestResult = Output<'grants.request'>['results'][number]['result']

/** One machine's refusal is its own; the others of the click go on. */
async function orFailure(ask: () => Promise<Grant>): Promise<RequestResult> {
  try {
    return { ok: true, grant: await ask() }
  } catch (error) {
    if (error instanceof CallError) return { ok: false, failure: error.failure }
    throw error
  }
}

/** Like Promise.all over `items`, with at most `limit` at work. */
async function inTurns<Item, Result>(items: readonly Item[], limit: number, work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  async function worker(): Promise<void> {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
