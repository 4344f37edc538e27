/** Which gate a machine is behind: nftables where one of its addresses is in a guarded network, the relay everywhere else. */
import { lookup } from 'node:dns/promises'
import type { Clock } from '../deadlines.ts'
import type { Log } from '../log.ts'
import { rangeOf } from '../source.ts'
import type { Store } from '../store/database.ts'
import type { Drift } from './drift.ts'
import type { Gate } from './gate.ts'
import { createNftables, isGuarded } from './nftables.ts'
import { createNftSession } from './nftProcess.ts'

/** Traffic that this computer forwards to machines in these networks (addresses and CIDR ranges) passes only while a grant is open. */
export interface GuardedNetworks {
  networks: readonly string[]
  /** Starts nft, with what gives it the right to write rules where this process has none. */
  command?: readonly string[]
  /** After this long without an answer nft is ended, and what it did is unknown. Shorter than a request waits for its gate. */
  timeoutMs?: number
}

export interface GateParts {
  relay: Gate
  nftables: GuardedNetworks | undefined
  store: Store
  clock: Clock
  onDrift: (drift: Drift) => void
  log: Log
}

const defaultTimeoutMs = 5000

/** The relay, and nftables where networks are guarded. Throws as createNftables does. */
export async function makeGate({ relay, nftables, store, clock, onDrift, log }: GateParts): Promise<Gate> {
  if (nftables === undefined) return relay
  const { networks, command = ['nft'], timeoutMs = defaultTimeoutMs } = nftables
  const { storeId } = await store.selectFrom('store').select('storeId').executeTakeFirstOrThrow()
  const gate = await createNftables({
    nft: (flags) => createNftSession({ command, flags, timeoutMs }),
    gatewayId: storeId,
    networks,
    monotonicMs: () => clock.monotonicMs(),
    onDrift,
    log,
  })
  return createGates(relay, gate, networks)
}

/** All addresses of a name. Rejects when it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>

/**
 * Both gates as one. A name is looked up once, when its grant opens, and what was found is what is opened and connected to: it cannot become
 * another address in between.
 */
export function createGates(relay: Gate, nftables: Gate, networks: readonly string[], resolve: Resolve = addressesOf): Gate {
  async function guardedAddress(address: string, source: string): Promise<string | undefined> {
    const addresses = rangeOf(address) === undefined ? await resolve(address).catch(() => []) : [address]
    const guarded = addresses.filter((one) => isGuarded(one, networks))
    // Where a machine has addresses of both families, the requester's is the one that can be reached.
    return guarded.find((one) => rangeOf(one)?.family === rangeOf(source)?.family) ?? guarded[0]
  }

  return {
    async prepare(order) {
      // A name has to be looked up first, and the kernel to be asked.
      const isRelayed = rangeOf(order.address) !== undefined && !isGuarded(order.address, networks)
      return isRelayed ? await relay.prepare?.(order) : undefined
    },
    async open(order) {
      const address = await guardedAddress(order.address, order.source)
      return address === undefined ? await relay.open(order) : await nftables.open({ ...order, address })
    },
    async close(grantId) {
      // Both are begun before either is waited for: the relay has closed by then.
      await Promise.all([relay.close(grantId), nftables.close(grantId)])
    },
    async extend(grantId, endsInMs) {
      if ((await nftables.list()).includes(grantId)) await nftables.extend?.(grantId, endsInMs)
    },
    list: async () => [...(await relay.list()), ...(await nftables.list())],
    traffic: (grantId) => relay.traffic(grantId),
    async stop() {
      await Promise.all([relay.stop?.(), nftables.stop?.()])
    },
  }
}

async function addressesOf(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}
