/** A gate whose ports are reached at another address than the one they are opened at: behind a translation of addresses, or in a container. */
import type { Endpoint } from '../api.ts'
import type { Gate } from '../gates/gate.ts'

/** Endpoints at `from` are told as at `to`. */
export function translated(gate: Gate, from: string, to: string): Gate {
  const told = (endpoints: Endpoint[]): Endpoint[] =>
    endpoints.map((endpoint) => (endpoint.address === from ? { ...endpoint, address: to } : endpoint))
  return {
    ...gate,
    async prepare(order) {
      const way = await gate.prepare?.(order)
      return way && { ...way, endpoints: told(way.endpoints) }
    },
    open: async (order) => told(await gate.open(order)),
  }
}
