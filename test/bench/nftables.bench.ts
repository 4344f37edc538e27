/**
 * From asking the nftables gate to open until a client's connection stands, against starting nft for it, in one run and in turns: the same rules,
 * the same client, real packets between network namespaces.
 */
import { randomUUID } from 'node:crypto'
import { createNftables } from '../../gateway/gates/nftables.ts'
import { createNftSession } from '../../gateway/gates/nftProcess.ts'
import { noLog } from '../../gateway/log.ts'
import { startNetwork } from '../real/parts/netns.ts'
import type { Network } from '../real/parts/netns.ts'
import { median } from './quantiles.ts'

export interface Measure {
  measure: string
  value: number
  unit: string
  against: string
  ratio: number
}

const rounds = 41
const port = 22
const manyGrants = 10_000
const hourMs = 3_600_000
const openGoalMs = 5

/** Throws where there are no network namespaces, or no nftables. */
export async function run(): Promise<Measure[]> {
  const network = await startNetwork([port])
  try {
    const gate = await createNftables({
      nft: (flags) => createNftSession({ command: [...network.inGateway, 'nft'], flags, timeoutMs: 30_000 }),
      gatewayId: 'bench',
      networks: ['10.77.2.0/24'],
      monotonicMs: () => performance.now(),
      onDrift: () => {},
      log: noLog,
      checkEveryMs: hourMs,
    })
    const order = (source: string) => ({ grantId: randomUUID(), source, address: network.machine, ports: [port], endsInMs: hourMs })
    const element = `inet gatehouse from4_32 { ${network.client} . ${network.machine} . ${port} }`
    const resident = async (): Promise<number> => {
      const one = order(network.client)
      const ms = await toConnected(network, () => gate.open(one))
      await gate.close(one.grantId)
      return ms
    }
    const spawned = async (): Promise<number> => {
      const ms = await toConnected(network, () => network.nft('add', 'element', element))
      await network.nft('delete', 'element', element)
      return ms
    }
    const took: Record<'resident' | 'spawned' | 'among', number[]> = { resident: [], spawned: [], among: [] }
    for (let round = 0; round <= rounds; round += 1) {
      const [one, other] = [await resident(), await spawned()]
      // The first round warms up.
      if (round > 0) took.resident.push(one)
      if (round > 0) took.spawned.push(other)
    }
    const opening = Array.from({ length: manyGrants }, (_, index) => gate.open(order(`10.90.${index >> 8}.${index & 255}`)))
    await Promise.all(opening)
    for (let round = 0; round <= rounds; round += 1) {
      const ms = await resident()
      if (round > 0) took.among.push(ms)
    }
    await gate.stop()
    const [value, spawn, among] = [median(took.resident), median(took.spawned), median(took.among)]
    // A grant is written when its gate is asked to open.
    const slower = Math.max(value, among)
    return [
      { measure: 'nft-open-ms', value: slower, unit: 'ms', against: `${openGoalMs} ms`, ratio: slower / openGoalMs },
      { measure: 'gate-open', value, unit: 'ms', against: 'nft started for each', ratio: value / spawn },
      { measure: 'gate-open-among-10000', value: among, unit: 'ms', against: 'gate-open', ratio: among / value },
    ]
  } finally {
    await network.stop()
  }
}

async function toConnected(network: Network, open: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.timeOrigin + performance.now()
  await open()
  const { how, atMs } = await network.dial(network.machine, port)
  if (how !== 'connected') throw new Error(`the client was not let in: ${how}`)
  return atMs - startedAt
}
