/**
 * The nftables gate: each grant is elements of sets of ours, with the time that is left, so that the kernel closes it even if this process is dead.
 * What should be open is kept here; what is written to the kernel is the difference, many changes in one transaction. Only the table
 * `inet gatehouse` is written, and of its elements only those that bear our mark.
 */
import type { Endpoint } from '../api.ts'
import type { Log } from '../log.ts'
import { isInside } from '../source.ts'
import { createDriftWatch } from './drift.ts'
import type { Drift } from './drift.ts'
import type { Gate, GateOrder } from './gate.ts'
import { GateRefusal } from './gateRefusal.ts'
import { createKernelSets } from './kernelSets.ts'
import type { RulesFound, Wanted } from './kernelSets.ts'
import { keyOf, wayTo } from './nftElement.ts'
import type { Way } from './nftElement.ts'
import type { NftSession } from './nftProcess.ts'

export interface NftablesOptions {
  /** Starts a session with these flags of nft's. */
  nft: (flags: readonly string[]) => NftSession
  /** Names the table's owner: a table of another gateway is not touched. */
  gatewayId: string
  /** The guarded networks, as addresses and CIDR ranges. Machines outside of them cannot be opened or closed here. */
  networks: readonly string[]
  /** A clock that never steps, in milliseconds. */
  monotonicMs: () => number
  /** Told of what somebody else changed in our table, once for each finding. */
  onDrift: (drift: Drift) => void
  log: Log
  /** How often the table is looked after. */
  checkEveryMs?: number
}

export interface NftablesGate extends Gate {
  /** Compares the kernel with what should be open now, rather than when it is due, and puts right what is ours. */
  check(): Promise<void>
  stop(): Promise<void>
}

interface Opening {
  ways: readonly Way[]
  endsAtMs: number
  endpoints: Endpoint[]
}

const defaultCheckMs = 5000

/**
 * Makes the table, or takes over what this gateway left in it; `list` tells what is open from before. Throws NftError, and GateRefusal `foreign`
 * when there is a table of this name that is not ours.
 */
export async function createNftables(options: NftablesOptions): Promise<NftablesGate> {
  const { networks, monotonicMs, onDrift, log, checkEveryMs = defaultCheckMs } = options
  const openings = new Map<string, Opening>()
  /** The grants that each way is open for: grants of one source to one machine share theirs, and it closes with the last (F-51). */
  const holders = new Map<string, Set<string>>()
  const held = new Map<string, Way>()
  /** What ended grants may still have open: from before their close is asked for until it is done. */
  const closing = new Map<string, readonly Way[]>()

  function wanted(key: string): Wanted | undefined {
    const grants = [...(holders.get(key) ?? [])].flatMap((id) => {
      const opening = openings.get(id)
      return opening === undefined ? [] : [{ id, endsAtMs: opening.endsAtMs }]
    })
    const latestFirst = grants.sort((one, other) => other.endsAtMs - one.endsAtMs)
    const [last] = latestFirst
    if (last === undefined || last.endsAtMs <= monotonicMs()) return undefined
    return { endsAtMs: last.endsAtMs, grantIds: latestFirst.map(({ id }) => id) }
  }

  let isTableForeign = false
  const onRules = (found: RulesFound): void => {
    isTableForeign = false
    if (found !== 'same') onDrift({ what: found })
  }
  const kernel = createKernelSets({ ...options, wanted, onRules })

  function hold(id: string, opening: Opening): void {
    letGo(id)
    openings.set(id, opening)
    for (const way of opening.ways) {
      holders.set(keyOf(way), (holders.get(keyOf(way)) ?? new Set()).add(id))
      held.set(keyOf(way), way)
    }
  }

  function letGo(id: string): readonly Way[] {
    const ways = openings.get(id)?.ways ?? []
    openings.delete(id)
    for (const way of ways) {
      const grants = holders.get(keyOf(way))
      grants?.delete(id)
      if (grants?.size !== 0) continue
      holders.delete(keyOf(way))
      held.delete(keyOf(way))
    }
    return ways
  }

  function toOpening(order: GateOrder): Opening {
    if (!isGuarded(order.address, networks)) throw new GateRefusal('notGuarded')
    if (order.endsInMs <= 0) throw new GateRefusal('noTimeLeft')
    const ways = order.ports.map((port) => wayTo(order.source, order.address, port))
    if (!ways.every((way) => way !== undefined)) throw new GateRefusal('otherFamily')
    const endpoints = order.ports.map((port) => ({ port, address: order.address, connectPort: port }))
    return { ways, endsAtMs: monotonicMs() + order.endsInMs, endpoints }
  }

  await kernel.start()
  const found = new Map<string, Opening>()
  for (const { way, grantIds = [], expiresInMs = 0 } of await kernel.read()) {
    for (const id of grantIds) {
      const before = found.get(id)
      const endsAtMs = Math.max(before?.endsAtMs ?? 0, monotonicMs() + expiresInMs)
      found.set(id, { ways: [...(before?.ways ?? []), way], endsAtMs, endpoints: [] })
    }
  }
  for (const [id, opening] of found) hold(id, opening)

  const watch = createDriftWatch({ kernel, held: () => held, wanted, monotonicMs, onDrift, onFailure: noteFailure, everyMs: checkEveryMs })

  function noteFailure(error: unknown): void {
    if (error instanceof GateRefusal && error.code === 'foreign') {
      if (!isTableForeign) onDrift({ what: 'foreignTable' })
      isTableForeign = true
    } else log.error('the gate could not be looked after', { error: String(error) })
  }

  async function close(grantId: string): Promise<void> {
    const ways = [...letGo(grantId), ...(closing.get(grantId) ?? [])]
    closing.set(grantId, ways)
    await kernel.write(ways)
    if (closing.get(grantId) === ways) closing.delete(grantId)
  }

  return {
    async open(order) {
      const opening = toOpening(order)
      const before = openings.get(order.grantId)?.ways ?? []
      hold(order.grantId, opening)
      try {
        await kernel.write([...opening.ways, ...before])
      } catch (error) {
        // A way that could not be made must not leave the others open. Where that fails too, the gateway closes until it succeeds.
        if (openings.get(order.grantId) === opening) await close(order.grantId).catch(() => {})
        throw error
      }
      if (openings.get(order.grantId) !== opening) throw new GateRefusal('closedWhileOpening')
      return opening.endpoints
    },
    close,
    async extend(grantId, endsInMs) {
      const opening = openings.get(grantId)
      if (opening === undefined) throw new GateRefusal('closedWhileOpening')
      opening.endsAtMs = monotonicMs() + endsInMs
      await kernel.write(opening.ways)
    },
    list: () => Promise.resolve([...new Set([...openings.keys(), ...closing.keys()])]),
    traffic: () => undefined,
    check: () => watch.check(),
    async stop() {
      await watch.stop()
      kernel.stop()
    },
  }
}

/** Whether an address, or a whole range, is inside one of the networks. False for names. */
export function isGuarded(address: string, networks: readonly string[]): boolean {
  return networks.some((network) => isInside(address, network))
}
