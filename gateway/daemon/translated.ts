/** A gate whose ports are reached at another address than the one they are opened at: behind a translation of addresses, or in a container. */
import type { Gate } from '../gates/gate.ts'

/** Endpoints at `from` are told as at `to`. */
export function translated(gate: Gate, from: string, to: string): Gate {
  return {
    ...gate,
    async open(order) {
      const endpoints = await gate.open(order)
      return endpoints.map((endpoint) => (endpoint.address === from ? { ...endpoint, address: to } : endpoint))
    },
  }
}
